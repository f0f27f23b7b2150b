import type { VisitKind } from '@yiditong/codes';
import type { Random } from './random.js';
import type { Sample, SamplePrice } from './sample.js';

/** A priced item; money is millionths of a yuan, as the wire's 16,6. */
type Item = SamplePrice & { readonly priceMicroYuan: bigint };

/** What one treating province's catalogue offers for a bill, sorted by the kind of visit it stands on. */
export type Offer = {
  readonly byVisit: Record<VisitKind, readonly Item[]>;
  readonly unlisted: Record<VisitKind, readonly Item[]>;
};

export type ChargedItem = {
  readonly nationalCode: string;
  readonly quantity: string;
  readonly unitPriceYuan: string;
  readonly amountFen: bigint;
};

const UNLISTED_BPS = 200;
const SURGERY_BPS = 6_500;
const SEVERE_BPS = 3_000;
const DAYS_OF_A_COURSE = 3;
/** 急诊诊查费. */
const EMERGENCY_CONSULTATION = '001102000030000';
const DRUGS = ['09', '10', '11'];

/** The diseases drawn for chronic visits and how often: 糖尿病、高血压、冠心病、慢阻肺、类风湿、尿毒症透析、肝炎. */
const DISEASES = [
  ['M01600', 40],
  ['M03900', 32],
  ['M04600', 12],
  ['M05300', 5],
  ['M06900', 4],
  ['M07800', 4],
  ['M00200', 3],
] as const;

/** The offers of all treating provinces. Only what the catalogue lists is offered; unlisted codes are kept apart. */
export function offersOf(sample: Sample): Map<string, Offer> {
  const priced = sample.prices.items.map(pricedItem);
  const unlisted = byVisit(sample.prices.unlisted.map(pricedItem));
  return new Map(
    sample.catalogues.map(({ province, entries }) => {
      const listed = new Set(entries.map(({ nationalCode }) => nationalCode));
      return [province, { byVisit: byVisit(priced.filter(({ nationalCode }) => listed.has(nationalCode))), unlisted }];
    }),
  );
}

function byVisit(items: readonly Item[]): Record<VisitKind, readonly Item[]> {
  const on = (kind: VisitKind): Item[] => items.filter(({ visits }) => visits.includes(kind));
  return { INPATIENT: on('INPATIENT'), OUTPATIENT: on('OUTPATIENT'), CHRONIC: on('CHRONIC') };
}

/** The charges of a stay of so many days: bed, ward round and nursing by the day, often an operation, tests and drugs. */
export function drawStayCharges(offer: Offer, days: number, random: Random): ChargedItem[] {
  const of = (...categories: string[]): Item[] =>
    offer.byVisit.INPATIENT.filter(({ chargeCategory }) => categories.includes(chargeCategory));
  const chosen = [random.pickWeighted(of('01'), bedWeight), random.pick(of('02')), random.pick(of('07'))];
  if (random.happens(SURGERY_BPS))
    chosen.push(random.pick(of('06')), ...random.several(of('08'), random.between(1, 4)));
  const fill = random.between(6, 30) - chosen.length;
  chosen.push(...random.several(of('03', '04', '05', '14', ...DRUGS), fill));
  const courses = Math.ceil(days / DAYS_OF_A_COURSE) * (random.happens(SEVERE_BPS) ? 4 : 1);
  return chosen.map((listed) => {
    if (listed.daily) return charge(listed, days, random);
    const item = orUnlisted(listed, offer, 'INPATIENT', random);
    const repeated = item.chargeCategory === '05' || DRUGS.includes(item.chargeCategory);
    return charge(item, random.between(1, item.most) * (repeated ? courses : 1), random);
  });
}

/** Most patients lie in shared rooms. */
function bedWeight({ priceMicroYuan }: Item): number {
  return priceMicroYuan < 100_000_000n ? 10 : 1;
}

/** The charges of an outpatient visit: usually a consultation, and up to four tests, treatments or drugs. */
export function drawVisitCharges(offer: Offer, emergency: boolean, random: Random): ChargedItem[] {
  const open = offer.byVisit.OUTPATIENT;
  const isUrgent = ({ nationalCode }: Item): boolean => nationalCode === EMERGENCY_CONSULTATION;
  const consultations = open.filter((item) => item.chargeCategory === '02' && isUrgent(item) === emergency);
  const chosen = emergency || random.happens(7_000) ? [random.pick(consultations)] : [];
  const others = open.filter(({ chargeCategory }) => chargeCategory !== '02');
  const more = random.pick([0, 1, 1, 1, 2, 2, 3, 4]);
  chosen.push(...random.several(others, Math.max(more, 1 - chosen.length)));
  return chosen.map((listed) => {
    const item = orUnlisted(listed, offer, 'OUTPATIENT', random);
    return charge(item, random.between(1, Math.ceil(item.most / 2)), random);
  });
}

/** The charges of a chronic-disease visit: one to three months' drugs for one disease, sometimes a test. */
export function drawChronicCharges(offer: Offer, random: Random): { diseaseCode: string; charges: ChargedItem[] } {
  const [diseaseCode] = random.pickWeighted(DISEASES, ([, weight]) => weight);
  const treating = offer.byVisit.CHRONIC.filter(({ diseases }) => diseases.includes(diseaseCode));
  const chosen = random.several(treating, random.between(1, 4));
  const months = random.pick([1, 2, 2, 3]);
  const charges = chosen.map((listed) => {
    const item = orUnlisted(listed, offer, 'OUTPATIENT', random);
    return charge(item, DRUGS.includes(item.chargeCategory) ? item.most * months : 1, random);
  });
  return { diseaseCode, charges };
}

/** Now and then a hospital charges what the catalogue does not list. */
function orUnlisted(item: Item, offer: Offer, kind: VisitKind, random: Random): Item {
  return random.happens(UNLISTED_BPS) ? random.pick(offer.unlisted[kind]) : item;
}

/** Prices differ between hospitals; the amount follows from price and quantity, rounded half up to the fen. */
function charge(item: Item, quantity: number, random: Random): ChargedItem {
  const priceMicroYuan = toPriceStep((item.priceMicroYuan * BigInt(random.between(94, 110))) / 100n);
  return chargeOf(item.nationalCode, BigInt(quantity), priceMicroYuan);
}

/** Whole fen from one yuan up, hundredths of a fen below, as single tablets are priced. */
function toPriceStep(priceMicroYuan: bigint): bigint {
  const step = priceMicroYuan >= 1_000_000n ? 10_000n : 100n;
  return priceMicroYuan - (priceMicroYuan % step);
}

export function chargeOf(nationalCode: string, quantity: bigint, priceMicroYuan: bigint): ChargedItem {
  const amountFen = (priceMicroYuan * quantity + 5_000n) / 10_000n;
  return { nationalCode, quantity: quantity.toString(), unitPriceYuan: formatMicroYuan(priceMicroYuan), amountFen };
}

function pricedItem(price: SamplePrice): Item {
  const [yuan = '0', decimals = ''] = price.unitPriceYuan.split('.');
  return { ...price, priceMicroYuan: BigInt(yuan) * 1_000_000n + BigInt(decimals.padEnd(6, '0')) };
}

/** Two decimals, or as many more as the price has. */
function formatMicroYuan(priceMicroYuan: bigint): string {
  const digits = priceMicroYuan.toString().padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6, -4)}${digits.slice(-4).replace(/0+$/, '')}`;
}
