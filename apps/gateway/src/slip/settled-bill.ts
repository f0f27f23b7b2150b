import { MASKED } from '@yiditong/access';
import {
  decodeFunds,
  decodeInstant,
  decodeSplit,
  filingCategoryCodec,
  insuranceCodec,
  itemClassCodec,
  personTypeCodec,
  required,
  visitKindCodec,
  type FundAmount,
  type SplitFen,
} from '@yiditong/chassis';
import type { FilingCategory, Insurance, ItemClass, PersonType, VisitKind } from '@yiditong/codes';
import type { commonV1, settlementV1, Timestamp } from '@yiditong/contracts';
import { fen, type Fen } from '@yiditong/money';
import { printedYuan } from './written.js';

export const SETTLEMENT_STATES = [
  'SETTLED',
  'REVERSING',
  'REVERSED',
  'CANCELLING',
  'CANCELLED',
  'REINSTATING',
] as const;
export type SettlementState = (typeof SETTLEMENT_STATES)[number];

/** What doesn't count any more: taken back, or undone. */
export const VOID_STATES: ReadonlySet<SettlementState> = new Set(['REVERSED', 'CANCELLED']);

/** A fee line as it was settled. Quantities in ten-thousandths, prices in millionths of a yuan; the instant is ISO text. */
export type SettledLine = {
  readonly lineNumber: number;
  readonly nationalCode: string;
  readonly hospitalCode: string;
  readonly quantityE4: bigint;
  readonly unitPriceMicroYuan: bigint;
  readonly amountFen: Fen;
  readonly occurredAt: string;
  readonly itemClass: ItemClass;
  readonly chargeCategory: string;
  readonly split: SplitFen;
};

/** A settlement with its lines, as far as the caller may see it. Instants are ISO text. */
export type SettledBill = {
  readonly settlementId: string;
  readonly messageId: string;
  readonly institutionCode: string;
  /** Empty where it isn't known. */
  readonly institutionName: string;
  readonly personId: string;
  readonly insuredRegion: string;
  readonly treatingRegion: string;
  readonly visitNumber: string;
  readonly visitKind: VisitKind;
  readonly emergency: boolean;
  readonly trauma: boolean;
  readonly stayPart: number;
  readonly midStay: boolean;
  readonly admittedAt: string | null;
  readonly endedAt: string | null;
  readonly filingCategory: FilingCategory;
  readonly insurance: Insurance;
  readonly personType: PersonType;
  /** Empty where there is none, or where the caller may not see it. */
  readonly diseaseCode: string;
  /** Empty where there is none, or where the caller may not see them. */
  readonly diagnoses: readonly settlementV1.Diagnosis[];
  readonly totalFen: Fen;
  readonly split: SplitFen;
  readonly deductibleFen: Fen;
  readonly funds: readonly FundAmount[];
  readonly fundTotalFen: Fen;
  readonly personalFen: Fen;
  readonly accountFen: Fen;
  readonly mutualAidFen: Fen;
  readonly cashFen: Fen;
  readonly hospitalPartFen: Fen;
  /** Null where no account was asked. */
  readonly accountBalanceFen: Fen | null;
  readonly poolingRatioE4: number;
  readonly businessDate: string;
  readonly settledAt: string;
  readonly state: SettlementState;
  readonly reversalBusinessDate: string;
  readonly cancellationId: string;
  readonly cancelledAt: string | null;
  readonly remainderOf: string;
  /** Each step in both languages, with the figures that it took and gave. */
  readonly explanation: readonly { readonly textZh: string; readonly textEn: string; readonly sum: string }[];
  readonly lines: readonly SettledLine[];
};

/** Throws where the parts don't make up the whole: what is printed must add up, or not be printed. */
export function decodeSettledBill(
  wire: settlementV1.Settlement,
  lines: readonly settlementV1.SettledLine[],
): SettledBill {
  const bill: SettledBill = {
    ...identityOf(wire),
    ...moneyOf(wire),
    ...diagnosedIn(wire),
    visitKind: visitKindCodec.decode(wire.visitKind),
    filingCategory: filingCategoryCodec.decode(wire.filingCategory),
    insurance: insuranceCodec.decode(wire.insurance),
    personType: personTypeCodec.decode(wire.personType),
    admittedAt: optionalInstant(wire.admittedAt, 'admitted_at'),
    endedAt: optionalInstant(wire.endedAt, 'ended_at'),
    settledAt: decodeInstant(wire.settledAt, 'settled_at').toISOString(),
    cancelledAt: optionalInstant(wire.cancelledAt, 'cancelled_at'),
    state: required(
      SETTLEMENT_STATES.find((state) => wire.state === `SETTLEMENT_STATE_${state}`),
      'state',
    ),
    explanation: wire.explanation.map((step) => ({ textZh: step.textZh, textEn: step.textEn, sum: sumOf(step) })),
    lines: lines.map(decodeLine),
  };
  checkSums(bill);
  return bill;
}

function identityOf(wire: settlementV1.Settlement) {
  return {
    settlementId: wire.settlementId,
    messageId: wire.messageId,
    institutionCode: wire.institutionCode,
    institutionName: wire.institutionName,
    personId: wire.personId,
    insuredRegion: wire.insuredRegion,
    treatingRegion: wire.treatingRegion,
    visitNumber: wire.visitNumber,
    emergency: wire.emergency,
    trauma: wire.trauma,
    stayPart: wire.stayPart,
    midStay: wire.midStay,
    poolingRatioE4: wire.poolingRatioE4,
    businessDate: wire.businessDate,
    reversalBusinessDate: wire.reversalBusinessDate,
    cancellationId: wire.cancellationId,
    remainderOf: wire.remainderOf,
  };
}

function moneyOf(wire: settlementV1.Settlement) {
  return {
    totalFen: fen(wire.totalFen),
    split: decodeSplit(wire.split),
    deductibleFen: fen(wire.deductibleFen),
    funds: decodeFunds(wire.funds),
    fundTotalFen: fen(wire.fundTotalFen),
    personalFen: fen(wire.personalFen),
    accountFen: fen(wire.accountFen),
    mutualAidFen: fen(wire.mutualAidFen),
    cashFen: fen(wire.cashFen),
    hospitalPartFen: fen(wire.hospitalPartFen),
    accountBalanceFen: typeof wire.accountBalanceFen === 'bigint' ? fen(wire.accountBalanceFen) : null,
  };
}

/** What is masked says nothing, so it is left out. */
function diagnosedIn({ diseaseCode, diagnoses }: settlementV1.Settlement) {
  return {
    diseaseCode: diseaseCode === MASKED ? '' : diseaseCode,
    diagnoses: diagnoses.filter(({ code }) => code !== MASKED).map(({ code, name }) => ({ code, name })),
  };
}

function decodeLine(wire: settlementV1.SettledLine): SettledLine {
  const line = required(wire.line, 'line');
  return {
    lineNumber: line.lineNumber,
    nationalCode: line.nationalCode,
    hospitalCode: line.hospitalCode,
    quantityE4: line.quantityE4,
    unitPriceMicroYuan: line.unitPriceMicroYuan,
    amountFen: fen(line.amountFen),
    occurredAt: decodeInstant(line.occurredAt, 'occurred_at').toISOString(),
    itemClass: itemClassCodec.decode(wire.itemClass),
    chargeCategory: wire.chargeCategory,
    split: decodeSplit(wire.split),
  };
}

function optionalInstant(wire: Timestamp | null | undefined, field: string): string | null {
  return wire ? decodeInstant(wire, field).toISOString() : null;
}

function wholeOf({ fullSelfPayFen, overCeilingFen, firstSelfPayFen, inScopeFen }: SplitFen): bigint {
  return fullSelfPayFen + overCeilingFen + firstSelfPayFen + inScopeFen;
}

/** The identities of a settled bill: its lines, its four parts and who pays for it each make up the total. */
function checkSums({ totalFen, split, fundTotalFen, funds, lines, ...paid }: SettledBill): void {
  const { personalFen, accountFen, mutualAidFen, cashFen, hospitalPartFen } = paid;
  const sums: readonly (readonly [what: string, parts: bigint, whole: bigint])[] = [
    ['lines', lines.reduce((sum, line) => sum + line.amountFen, 0n), totalFen],
    ['four-way split', wholeOf(split), totalFen],
    ['payers', fundTotalFen + personalFen + hospitalPartFen, totalFen],
    ['funds', funds.reduce((sum, fund) => sum + fund.amountFen, 0n), fundTotalFen],
    ['person’s part', accountFen + mutualAidFen + cashFen, personalFen],
    ...lines.map((line) => [`split of line ${line.lineNumber}`, wholeOf(line.split), line.amountFen] as const),
  ];
  const wrong = sums.filter(([, parts, whole]) => parts !== whole).map(([what]) => what);
  if (wrong.length > 0) throw new Error(`a settled bill doesn’t add up: ${wrong.slice(0, 3).join(', ')}`);
}

/** "12,290.00 × 60% → 7,374.00" of a step; where it takes no rate, what it began with and what came out. */
function sumOf({ baseFen, rate, resultFen }: commonV1.Step): string {
  const factor = rate === '' ? '' : ` × ${rate}`;
  return `${printedYuan(fen(baseFen))}${factor} → ${printedYuan(fen(resultFen))}`;
}
