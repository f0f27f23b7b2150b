import { randomInt, randomUUID } from 'node:crypto';
import { idNumberCheck, provinceOf } from '@yiditong/codes';
import type { ApiAnswer, DemoPerson } from '@yiditong/tools';
import { againAsNewVisit, type HospitalDesk, type Problem, type Visit } from './hospital-desk.js';
import { tokenFor, type TestIssuer } from './test-issuer.js';

/** Somebody who came to be insured while the specs run, so that filing for him changes nothing for another spec. */
export type Newcomer = {
  readonly personId: string;
  readonly insuredRegion: string;
  readonly token: string;
  /** A stay of his in another province, which only a filing covers. */
  readonly visit: Visit;
};

/** A filing as REST gives it, as far as specs look at it. */
export type Filed = {
  readonly filingId: string;
  readonly personId: string;
  readonly state: string;
  readonly version: number;
  readonly category: string;
  readonly destinationRegion: string;
  readonly validTo: string | null;
  readonly owed: readonly string[];
  readonly reviewDueOn: string | null;
};

export type Options = {
  readonly destination: { readonly region: string } | null;
  readonly validFrom: string;
  readonly options: readonly {
    readonly category: string;
    readonly immediate: boolean;
    readonly pledgePossible: boolean;
    readonly earliestValidTo: string | null;
  }[];
  readonly obstacle: { readonly reason: string } | null;
  readonly existing: Filed | null;
};

/** What persons, hospitals and bureaus do about filings, over REST. */
export class FilingDesk {
  constructor(
    readonly desk: HospitalDesk,
    private readonly issuer: TestIssuer,
  ) {}

  /** A person insured like one of the sample who never filed, with a stay like his. */
  async newcomer(): Promise<Newcomer> {
    const { institutionCode, bill } = this.unfiledStay();
    const [personId] = await this.insure(1, bill.insuredRegion, bill.personId);
    const visit = againAsNewVisit({ institutionCode, bill: { ...bill, personId: personId ?? '' } });
    return { ...(await this.asPerson(personId ?? '', bill.insuredRegion)), visit };
  }

  /** Enters so many persons, each insured like the given one of the sample. */
  async insure(count: number, insuredRegion: string, like: string): Promise<string[]> {
    const model = this.desk.day.persons.find(({ personId }) => personId === like);
    if (!model) throw new Error('the sample has no such person');
    const persons = Array.from({ length: count }, (): DemoPerson => ({
      ...model,
      personId: randomUUID(),
      idNumber: newIdNumber(insuredRegion),
      phone: null,
    }));
    await this.write('PUT', '/v1/insured-persons', { persons }, this.desk.bureauToken(insuredRegion));
    return persons.map(({ personId }) => personId);
  }

  async asPerson(personId: string, insuredRegion: string): Promise<Omit<Newcomer, 'visit'>> {
    const claims = { role: 'insured', region: provinceOf(insuredRegion), person: personId };
    return { personId, insuredRegion, token: await tokenFor(this.issuer, { subject: personId, ...claims }) };
  }

  get<T>(path: string, token: string): Promise<ApiAnswer<T & Problem>> {
    return this.desk.api.once('GET', path, undefined, token);
  }

  post<T>(path: string, body: unknown, token: string): Promise<ApiAnswer<T & Problem>> {
    return this.desk.api.once('POST', path, body, token, `e2e-${randomUUID()}`);
  }

  /** A write that must succeed. */
  write<T>(method: 'POST' | 'PUT', path: string, body: unknown, token: string): Promise<T> {
    return this.desk.api.write(method, path, body, token, `e2e-${randomUUID()}`);
  }

  options({ personId, token }: Newcomer, destinationRegion: string): Promise<Options> {
    return this.desk.api.get(`/v1/persons/${personId}/filing-options?destinationRegion=${destinationRegion}`, token);
  }

  /** Where a hospital lies, as its code says. */
  regionOf({ institutionCode }: Visit): string {
    return institutionCode.slice(1, 7);
  }

  /** An ordinary stay of somebody insured who never filed, where no agreement counts as a filing. */
  private unfiledStay(): Omit<Visit, 'messageId'> {
    const { bills, persons } = this.desk.day;
    const found = bills.find(
      ({ official, institutionCode, body }) =>
        !official &&
        body.visitKind === 'INPATIENT' &&
        !body.emergency &&
        !TOGETHER.has(provinceOf(body.insuredRegion)) &&
        !TOGETHER.has(provinceOf(institutionCode.slice(1, 7))) &&
        persons.some(({ personId, active }) => personId === body.personId && active),
    );
    if (!found) throw new Error('the day has no such stay');
    return { institutionCode: found.institutionCode, bill: found.body };
  }
}

/** 京津冀 and 长三角, where care among themselves may count as filed. */
const TOGETHER: ReadonlySet<string> = new Set(['110000', '120000', '130000', '310000', '320000', '330000', '340000']);

export function newIdNumber(region: string): string {
  const day = String(randomInt(1, 29)).padStart(2, '0');
  const month = String(randomInt(1, 13)).padStart(2, '0');
  const first17 = `${region}${randomInt(1_950, 2_006)}${month}${day}${String(randomInt(1_000)).padStart(3, '0')}`;
  return first17 + idNumberCheck(first17);
}
