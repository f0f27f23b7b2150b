import { randomInt, randomUUID } from 'node:crypto';
import { destinationCovers, provinceOf } from '@yiditong/codes';
import { ApiClient, fileFor, type ApiAnswer, type DemoBill, type DemoDay, type Sample } from '@yiditong/tools';
import type { TestDocument } from './test-issuer.js';

/** A settlement as REST gives it, as far as specs look at it. */
export type Settled = {
  readonly settlementId: string;
  readonly messageId: string;
  readonly insuredRegion: string;
  readonly treatingRegion: string;
  readonly fundTotalFen: string;
  readonly personalFen: string;
  readonly accountFen: string;
  readonly mutualAidFen: string;
  readonly cashFen: string;
  readonly hospitalPartFen: string;
  readonly totalFen: string;
  readonly businessDate: string;
  readonly state: string;
  readonly reversalBusinessDate: string | null;
  readonly cancellationBusinessDate: string | null;
};

export type Reversed = { readonly outcome: string; readonly settlementId: string | null };

/** What became of a message. */
export type MessageOutcome = {
  readonly state: string;
  readonly settlementId: string | null;
  readonly inDoubtUntil: string | null;
  readonly refusal: { readonly reason: string } | null;
};

/** An RFC 9457 problem document, as far as every one has it. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly reason: string;
  readonly messages: { readonly zh: string; readonly en: string };
};

/** A patient's visit: the message that would settle it, and where. */
export type Visit = {
  readonly institutionCode: string;
  readonly messageId: string;
  readonly bill: DemoBill['body'];
};

/** The desk of a hospital's settlement office, any hospital's: it files for patients, settles and reverses over REST. */
export class HospitalDesk {
  readonly api: ApiClient;

  constructor(
    readonly document: TestDocument,
    readonly day: DemoDay,
    private readonly sample: Sample,
  ) {
    this.api = new ApiClient(document.gateway);
  }

  /** A new visit of the n-th patient whose filing covers the place, who has filed. The published case is left alone. */
  async admit(n: number): Promise<Visit> {
    const covered = this.day.bills.filter((bill) => !bill.official && this.isCovered(bill));
    const bill = covered[n % covered.length];
    if (!bill) throw new Error('the day has no patient with a filing');
    await this.file(bill.body.personId);
    return againAsNewVisit({ ...bill, bill: bill.body });
  }

  /** A new visit of a patient who never filed for the place, with no reason to be taken as filed. */
  admitUnfiled(): Visit {
    const bill = this.day.bills.find(
      (candidate) => !this.isCovered(candidate) && !candidate.body.emergency && this.isActive(candidate.body.personId),
    );
    if (!bill) throw new Error('the day has no patient without a filing');
    return againAsNewVisit({ ...bill, bill: bill.body });
  }

  /** Registers what the person has to file; again and again the same. */
  async file(personId: string): Promise<void> {
    for (const filing of this.day.filings.filter((one) => one.personId === personId))
      await fileFor(this.api, filing, this.insuredToken(personId), this.bureauToken(filing.insuredRegion));
  }

  trial({ institutionCode, bill }: Visit): Promise<ApiAnswer<Settled>> {
    return this.api.once('POST', '/v1/settlements/trial', { bill }, this.token(institutionCode));
  }

  settle({ institutionCode, messageId, bill }: Visit): Promise<ApiAnswer<Settled & Problem>> {
    return this.api.once('POST', '/v1/settlements', { messageId, bill }, this.token(institutionCode));
  }

  /** A settlement that must come about. */
  async settled(visit: Visit): Promise<Settled> {
    const answer = await this.settle(visit);
    if (answer.status !== 201) throw new Error(`did not settle: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  reverse(
    { institutionCode, messageId: originalMessageId }: Visit,
    messageId = newMessageId(institutionCode),
  ): Promise<ApiAnswer<Reversed & Problem>> {
    const body = { messageId, originalMessageId };
    return this.api.once('POST', '/v1/settlements/reversals', body, this.token(institutionCode));
  }

  outcome({ institutionCode, messageId }: Visit): Promise<ApiAnswer<MessageOutcome & Problem>> {
    return this.api.once('GET', `/v1/messages/${messageId}/outcome`, undefined, this.token(institutionCode));
  }

  read({ institutionCode }: Visit, settlementId: string): Promise<ApiAnswer<Settled & Problem>> {
    return this.api.once('GET', `/v1/settlements/${settlementId}`, undefined, this.token(institutionCode));
  }

  /** The patient's totals of the year that the visit counts in, by kind, now or as they stood at an instant. */
  async accumulators({ bill }: Visit, asOf?: Date): Promise<Record<string, string>> {
    const query = asOf === undefined ? '' : `?asOf=${asOf.toISOString()}`;
    const { accumulators } = await this.api.get<{ accumulators: { kind: string; value: string }[] }>(
      `/v1/persons/${bill.personId}/accumulators/${yearInShanghai(bill.endedAt)}${query}`,
      this.insuredToken(bill.personId),
    );
    return Object.fromEntries(accumulators.map(({ kind, value }) => [kind, value]));
  }

  token(institutionCode: string): string {
    return found(this.document.tokens.hospital[institutionCode], institutionCode);
  }

  insuredToken(personId: string): string {
    return found(this.document.tokens.insured[personId], 'person');
  }

  bureauToken(region: string): string {
    return found(this.document.tokens.bureau[provinceOf(region)], region);
  }

  /** Another hospital than the visit's, in the same province if asked. */
  otherHospital({ institutionCode }: Visit, sameProvince: boolean): string {
    const provinceOfCode = (code: string): string => code.slice(1, 3);
    const other = this.sample.institutions.find(
      (one) =>
        one.institutionCode !== institutionCode &&
        (provinceOfCode(one.institutionCode) === provinceOfCode(institutionCode)) === sameProvince,
    );
    return found(other?.institutionCode, 'another hospital');
  }

  isCovered({ institutionCode, body: { personId } }: Pick<DemoBill, 'institutionCode' | 'body'>): boolean {
    const place = this.sample.institutions.find((institution) => institution.institutionCode === institutionCode);
    const region = found(place?.region, institutionCode);
    return (
      this.isActive(personId) &&
      this.day.filings.some(
        (filing) => filing.personId === personId && destinationCovers(filing.destinationRegion, region),
      )
    );
  }

  private isActive(personId: string): boolean {
    return this.day.persons.some((person) => person.personId === personId && person.active);
  }
}

const EARLIEST_MESSAGE = Date.parse('2021-01-01T00:00:00Z');
const SECONDS_OF_MESSAGES = 100_000_000;

/** A message id of the institution that nobody has used: the second is drawn from three years, the sequence from all. */
export function newMessageId(institutionCode: string): string {
  const at = new Date(EARLIEST_MESSAGE + 1_000 * randomInt(SECONDS_OF_MESSAGES));
  const time = at.toISOString().slice(0, 19).replace(/[-T:]/g, '');
  return `${institutionCode}${time}${String(randomInt(10_000)).padStart(4, '0')}`;
}

/** The same patient with the same fees, come again. */
export function againAsNewVisit({ institutionCode, bill }: Omit<Visit, 'messageId'>): Visit {
  return {
    institutionCode,
    messageId: newMessageId(institutionCode),
    bill: { ...bill, visitNumber: `E2E-${randomUUID().slice(0, 18)}` },
  };
}

const SHANGHAI_OFFSET_MS = 8 * 3_600_000;

function yearInShanghai(instant: string): number {
  return new Date(Date.parse(instant) + SHANGHAI_OFFSET_MS).getUTCFullYear();
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the sample has no ${what}`);
  return value;
}
