import {
  approvalOf,
  claimedCodeOf,
  coreNameOf,
  coreNamesOf,
  decideMatch,
  rankCandidates,
  scoreCandidate,
  trigramKey,
  trigramsOf,
  type MatchOutcome,
  type NationalItem,
  type OwnItem,
  type ScoredItem,
} from '@yiditong/harmonization';
import { Converter } from 'opencc-js/t2cn';

/** How many names the trigrams of one are compared with at most, and how alike they have to be: as the database does it. */
const NAMES_MAX = 40;
const SIMILAR_BPS = 3_000;

type Name = { readonly core: string; readonly size: number; readonly items: NationalItem[] };

/** Finds and scores candidates without a database, by the same keys and the same similarity. */
export class InMemoryMatching {
  private readonly byCode = new Map<string, NationalItem>();
  private readonly byApproval = new Map<string, NationalItem[]>();
  private readonly byCore = new Map<string, Name>();
  private readonly byTrigram = new Map<string, Name[]>();

  constructor(items: readonly NationalItem[]) {
    for (const item of items) {
      this.byCode.set(item.nationalCode, item);
      const approval = approvalOf(item.approvalNumber);
      if (approval !== '') this.byApproval.set(approval, [...(this.byApproval.get(approval) ?? []), item]);
      this.add(coreNameOf(item.name, item.kind), item);
    }
  }

  match(asWritten: OwnItem): { readonly outcome: MatchOutcome; readonly ranked: readonly ScoredItem[] } {
    const own = simplified(asWritten);
    const candidates = [...this.found(own)].map(([item, trigramBps]) => scoreCandidate(own, item, { trigramBps }));
    return { outcome: decideMatch(own, candidates), ranked: rankCandidates(candidates) };
  }

  /** The baseline: the one item whose name is the same once normalised, and nothing else. */
  matchByNameOnly(asWritten: OwnItem): string | null {
    const own = simplified(asWritten);
    const found = coreNamesOf(own.name, own.kind).flatMap((core) => this.byCore.get(core)?.items ?? []);
    const ofKind = found.filter(({ kind }) => own.kind === null || kind === own.kind);
    return ofKind.length === 1 ? (ofKind[0]?.nationalCode ?? null) : null;
  }

  private add(core: string, item: NationalItem): void {
    const known = this.byCore.get(core);
    if (known) return void known.items.push(item);
    const trigrams = trigramsOf(trigramKey(core));
    const name = { core, size: trigrams.size, items: [item] };
    this.byCore.set(core, name);
    for (const trigram of trigrams) {
      const names = this.byTrigram.get(trigram);
      if (names) names.push(name);
      else this.byTrigram.set(trigram, [name]);
    }
  }

  private found(own: OwnItem): Map<NationalItem, number> {
    const found = new Map<NationalItem, number>();
    const claimed = this.byCode.get(claimedCodeOf(own));
    if (claimed) found.set(claimed, 0);
    for (const item of this.byApproval.get(approvalOf(own.approvalNumber)) ?? []) found.set(item, 0);
    for (const core of coreNamesOf(own.name, own.kind))
      for (const { name, similarityBps } of this.similar(core))
        for (const item of name.items) found.set(item, Math.max(found.get(item) ?? 0, similarityBps));
    return found;
  }

  private similar(core: string): { readonly name: Name; readonly similarityBps: number }[] {
    const trigrams = trigramsOf(trigramKey(core));
    const shared = new Map<Name, number>();
    for (const trigram of trigrams)
      for (const name of this.byTrigram.get(trigram) ?? []) shared.set(name, (shared.get(name) ?? 0) + 1);
    return [...shared]
      .map(([name, count]) => ({
        name,
        similarityBps: Math.floor((count * 10_000) / (trigrams.size + name.size - count)),
      }))
      .filter(({ similarityBps }) => similarityBps >= SIMILAR_BPS)
      .toSorted((one, other) => other.similarityBps - one.similarityBps)
      .slice(0, NAMES_MAX);
  }
}

const toSimplified = Converter({ from: 't', to: 'cn' });

/** In simplified characters, as the service turns items into before it compares them. */
function simplified(item: OwnItem): OwnItem {
  const [name, dosageForm, specification, pack, manufacturer] = [
    item.name,
    item.dosageForm,
    item.specification,
    item.pack,
    item.manufacturer,
  ].map((text) => toSimplified(text));
  return {
    ...item,
    name: name ?? '',
    dosageForm: dosageForm ?? '',
    specification: specification ?? '',
    pack: pack ?? '',
    manufacturer: manufacturer ?? '',
  };
}

/** An own item and which national items it may be: none, the one that it is, or several where its description fits them all. */
export type LabelledRow = { readonly own: OwnItem; readonly acceptable: readonly string[] };

export type Quality = {
  readonly rows: number;
  readonly mapped: number;
  readonly queued: number;
  readonly refused: number;
  /** Rows that were mapped to what they are. */
  readonly right: number;
  /** Rows that were mapped to something else, or that are nothing, or that fit several. */
  readonly wrong: readonly string[];
  /** Rows that are something, and those of them whose item is among the first five. */
  readonly known: number;
  readonly among: number;
  readonly missed: readonly string[];
};

/** Where each row went; a row that fits several has to be left to a clerk, so that mapping it is wrong. */
export type Answer = { readonly mappedTo: string | null; readonly queued: boolean; readonly shown: readonly string[] };

export function qualityOf(rows: readonly LabelledRow[], answers: readonly Answer[]): Quality {
  const judged = rows.map((row, at) => ({ ...row, ...(answers[at] ?? { mappedTo: null, queued: false, shown: [] }) }));
  const isRight = ({ acceptable, mappedTo }: (typeof judged)[number]): boolean =>
    acceptable.length === 1 && acceptable[0] === mappedTo;
  const mapped = judged.filter(({ mappedTo }) => mappedTo !== null);
  const known = judged.filter(({ acceptable }) => acceptable.length > 0);
  const among = known.filter(({ acceptable, shown }) => acceptable.some((code) => shown.includes(code)));
  return {
    rows: rows.length,
    mapped: mapped.length,
    queued: judged.filter(({ queued }) => queued).length,
    refused: judged.filter(({ mappedTo, queued }) => mappedTo === null && !queued).length,
    right: mapped.filter(isRight).length,
    wrong: mapped.filter((one) => !isRight(one)).map(({ own }) => own.itemCode),
    known: known.length,
    among: among.length,
    missed: known.filter((one) => !among.includes(one)).map(({ own }) => own.itemCode),
  };
}

/** What a matching without a database answers for each row. */
export function answersOf(matching: InMemoryMatching, rows: readonly LabelledRow[]): Answer[] {
  return rows.map(({ own }) => {
    const { outcome } = matching.match(own);
    return {
      mappedTo: outcome.decision === 'MAP' ? outcome.nationalCode : null,
      queued: outcome.decision === 'QUEUE',
      shown: outcome.candidates.map(({ nationalCode }) => nationalCode),
    };
  });
}
