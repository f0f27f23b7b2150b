import { compareStrengths, packOf, strengthOf, type Agreement, type Strength } from './amounts.js';
import { approvalOf, compareCodes } from './codes.js';
import { compareForms, formOf, mergedForm, type DosageForm } from './dosage-forms.js';
import type { Candidate, Feature, Finding, NationalItem, OwnItem, ScoredItem } from './item.js';
import { compareMakers } from './makers.js';
import { compareNames, type NameAgreement } from './name-agreement.js';
import { modelsOf } from './names.js';
import { remembering } from './remembering.js';
import { plainText } from './characters.js';
import { AGAINST, WEIGHTS, type Weights } from './weights.js';
import { wordingOf } from './wording.js';

/** What the database said when it found the candidate: similarity of the trigram keys in basis points; 0 where it was found otherwise. */
export type Seen = { readonly trigramBps: number };

/** So far from the reference price, either way, a price is unlikely, and so far it can hardly be of the same thing. */
const UNLIKELY_FACTOR = 3n;
const IMPLAUSIBLE_FACTOR = 10n;

/**
 * How well a national item is what an owner's item is called, 0 to 10000, with the findings, whose weights sum to the score. What an
 * equal approval number or code implies makes good what isn't said, never what is contradicted. Another kind has score 0.
 */
export function scoreCandidate(own: OwnItem, national: NationalItem, seen: Seen): ScoredItem {
  const { nationalCode } = national;
  if (own.kind !== null && own.kind !== national.kind)
    return {
      nationalCode,
      scoreBps: 0,
      findings: [{ feature: 'STRUCTURE', weightBps: 0, finding: 'OTHER_KIND' }],
      national,
    };
  const weights = WEIGHTS[national.kind];
  const names = compareNames(own, national, seen.trigramBps);
  const compared: Finding[] = [
    ...nameFeatures(names, weights),
    ...(weights.FORM > 0 ? [feature('FORM', formAgreement(own, national), weights.FORM)] : []),
    ...(weights.STRENGTH > 0 ? [feature('STRENGTH', strengthAgreement(own, national), weights.STRENGTH)] : []),
    feature(
      'PACK',
      weights.FORM + weights.STRENGTH > 0 ? packAgreement(own, national) : unitAgreement(own, national),
      weights.PACK,
      weights.STRENGTH === 0,
    ),
    ...(weights.MANUFACTURER > 0 ? [makerFeature(own, national, weights)] : []),
    priceFeature(own, national, weights),
  ];
  const withApproval = [...compared, ...approvalFeature(own, national, compared, weights)];
  const findings = [...withApproval, ...codeFeatures(own, national, withApproval, names)];
  const sum = findings.reduce((total, { weightBps }) => total + weightBps, 0);
  return { nationalCode, scoreBps: Math.max(0, Math.min(10_000, sum)), findings, national };
}

/** Puts into words what an item was scored by, in Chinese and English. */
export function explain(own: OwnItem, { nationalCode, scoreBps, findings, national }: ScoredItem): Candidate {
  const evidence = findings.map(({ feature: of, weightBps, finding }) =>
    wordingOf(of, finding, weightBps, own, national),
  );
  return { nationalCode, scoreBps, evidence };
}

function nameFeatures(names: NameAgreement, weights: Weights): Finding[] {
  const found: Finding[] = [];
  if (names.finding === 'ALIKE' || names.finding === 'STRANGE') {
    // Names that aren't the same never carry an item over the threshold, however alike they look.
    const weightBps = Math.floor((weights.NAME * 7 * names.likenessBps) / 100_000);
    found.push({ feature: 'TRIGRAM', weightBps, finding: String(names.likenessBps) });
    if (names.finding === 'STRANGE') found.push({ feature: 'NAME', weightBps: -2_000, finding: 'STRANGE' });
  } else found.push({ feature: 'NAME', weightBps: weights.NAME, finding: names.finding });
  for (const { finding, weightBps } of names.objections) found.push({ feature: 'NAME', weightBps, finding });
  return found;
}

function feature(of: Feature, agreement: Agreement, weight: number, mild = false): Finding {
  const against = mild ? 0 : (AGAINST[of] ?? 0);
  const weightBps =
    agreement === 'EQUAL' || agreement === 'NEITHER'
      ? weight
      : agreement === 'PARTIAL'
        ? Math.floor((weight * 2) / 3)
        : agreement === 'DIFFERENT'
          ? against
          : 0;
  return { feature: of, weightBps, finding: agreement };
}

function formAgreement(own: OwnItem, national: NationalItem): Agreement {
  return compareForms(formSaid(own), formSaid(national));
}

function formSaid({ name, dosageForm }: OwnItem | NationalItem): DosageForm | null {
  const form = forms(
    `${name}\n${dosageForm}`,
    () => mergedForm(formOf(bareName(name)), formOf(bareName(dosageForm))) ?? 'NONE',
  );
  return form === 'NONE' ? null : form;
}

const forms = remembering<DosageForm | 'NONE'>(20_000);

/** Without brackets, so that a form at the end of the name stands at the end. */
function bareName(name: string): string {
  return plainText(name).replace(/[^\p{L}\p{N}]/gu, '');
}

function strengthAgreement(own: OwnItem, national: NationalItem): Agreement {
  if (national.kind === 'CONSUMABLE') return modelAgreement(own, national);
  return compareStrengths(strengthSaid(own), strengthSaid(national));
}

const strengths = remembering<Strength>(20_000);

/** By the specification; what that leaves open may stand in the name, such as 0.9% before 100ml, or beside the pack. */
function strengthSaid({ specification, name, pack }: OwnItem | NationalItem): Strength {
  return strengths(`${specification}\n${name}\n${pack}`, () => {
    const said = strengthOf(specification);
    if (said.mass.length + said.activity.length + said.substance.length > 0) return said;
    const named = strengthOf(`${name} ${specification}`);
    return Object.values(named).some((values) => values.length > 0) ? named : strengthOf(pack);
  });
}

function modelAgreement(own: OwnItem, national: NationalItem): Agreement {
  const squeezed = (text: string): string => plainText(text).replace(/[^\p{L}\p{N}]/gu, '');
  const [ownText, nationalText] = [own.specification || '', national.specification];
  if (ownText !== '' && squeezed(ownText) === squeezed(nationalText)) return 'EQUAL';
  const [one, other] = [modelsOf(`${ownText} ${ownText === '' ? own.name : ''}`), modelsOf(nationalText)];
  if (one.length === 0 && other.length === 0)
    return ownText === '' && nationalText === ''
      ? 'NEITHER'
      : ownText === '' || nationalText === ''
        ? 'UNSAID'
        : 'DIFFERENT';
  if (one.length === 0) return 'UNSAID';
  // A code of twenty characters stands for all models of a product.
  if (nationalText === '') return 'PARTIAL';
  if (other.length === 0) return 'DIFFERENT';
  const shared = one.filter((model) => other.includes(model));
  if (shared.length === one.length && shared.length === other.length) return 'EQUAL';
  return shared.length === Math.min(one.length, other.length) ? 'UNSAID' : 'DIFFERENT';
}

function packAgreement(own: OwnItem, national: NationalItem): Agreement {
  const [one, other] = [
    packOf(own.pack) ?? packOf(own.specification) ?? packOf(own.name),
    packOf(national.pack) ?? packOf(national.specification),
  ];
  if (one === null && other === null) return 'NEITHER';
  if (one === null || other === null) return 'UNSAID';
  if (one === other) return 'EQUAL';
  // A hospital that charges by the piece says nothing of the pack that it buys.
  return one === 1 ? 'UNSAID' : 'DIFFERENT';
}

function unitAgreement(own: OwnItem, national: NationalItem): Agreement {
  const [one, other] = [own.unit, national.unit].map((unit) => plainText(unit).replace(/^[/每]|[^\p{L}]/gu, ''));
  if (one === '' || other === '') return one === other ? 'NEITHER' : 'UNSAID';
  return one === other ? 'EQUAL' : 'DIFFERENT';
}

function makerFeature(own: OwnItem, national: NationalItem, weights: Weights): Finding {
  const finding = compareMakers(own.manufacturer, national.manufacturer);
  const weight = weights.MANUFACTURER;
  const worth = {
    EQUAL: weight,
    NEITHER: weight,
    ABBREVIATED: weight - 500,
    UNCERTAIN: 0,
    UNSAID: 0,
    DIFFERENT: AGAINST.MANUFACTURER ?? 0,
  };
  return { feature: 'MANUFACTURER', weightBps: worth[finding], finding };
}

function priceFeature(own: OwnItem, national: NationalItem, weights: Weights): Finding {
  const [price, reference] = [own.priceMicroYuan, national.referencePriceMicroYuan];
  if (price === null || reference === null || price <= 0n || reference <= 0n)
    return { feature: 'PRICE', weightBps: 0, finding: 'UNSAID' };
  // Of a pack or of one piece of it: lists don't always say which.
  const prices = [price, price * BigInt(packOf(national.pack) ?? 1)];
  const within = (factor: bigint): boolean =>
    prices.some((one) => one <= reference * factor && reference <= one * factor);
  if (within(UNLIKELY_FACTOR)) return { feature: 'PRICE', weightBps: weights.PRICE, finding: 'EQUAL' };
  if (within(IMPLAUSIBLE_FACTOR)) return { feature: 'PRICE', weightBps: -300, finding: 'PARTIAL' };
  return { feature: 'PRICE', weightBps: AGAINST.PRICE ?? 0, finding: 'DIFFERENT' };
}

/** An approval belongs to one maker's one form and strength, so it stands for what isn't said of them and for a name that is misspelled. */
function approvalFeature(
  own: OwnItem,
  national: NationalItem,
  compared: readonly Finding[],
  weights: Weights,
): Finding[] {
  const [one, other] = [approvalOf(own.approvalNumber), approvalOf(national.approvalNumber)];
  if (one === '' || other === '') return [];
  if (one !== other) return [{ feature: 'APPROVAL', weightBps: AGAINST.APPROVAL ?? 0, finding: 'DIFFERENT' }];
  const implied =
    national.kind === 'CONSUMABLE' ? (['MANUFACTURER'] as const) : (['FORM', 'STRENGTH', 'MANUFACTURER'] as const);
  const unsaid = implied.reduce((sum, of) => sum + missing(compared, of, weights[of]), 0);
  const name = Math.min(nameMissing(compared, weights), Math.floor((weights.NAME * 6) / 10));
  return [{ feature: 'APPROVAL', weightBps: unsaid + name, finding: 'EQUAL' }];
}

/** What a feature could still add; nothing where it speaks against. */
function missing(compared: readonly Finding[], of: Feature, weight: number): number {
  const found = compared.find((one) => one.feature === of);
  return found === undefined || found.weightBps < 0 ? 0 : Math.max(0, weight - found.weightBps);
}

function nameMissing(compared: readonly Finding[], weights: Weights): number {
  const sum = compared
    .filter((one) => one.feature === 'NAME' || one.feature === 'TRIGRAM')
    .reduce((total, { weightBps }) => total + weightBps, 0);
  return sum <= 0 ? 0 : Math.max(0, weights.NAME - sum);
}

/** What the owner's claim adds: an equal code all that isn't said; a code of the same product its name; another one speaks against. */
function codeFeatures(
  own: OwnItem,
  national: NationalItem,
  compared: readonly Finding[],
  names: NameAgreement,
): Finding[] {
  const finding = compareCodes(own, national);
  if (finding === 'UNSAID') return [];
  if (finding === 'DIFFERENT') return [{ feature: 'CODE', weightBps: AGAINST.CODE ?? 0, finding }];
  const gained = compared.reduce((sum, { weightBps }) => sum + Math.max(0, weightBps), 0);
  const room = Math.max(0, 10_000 - gained);
  // A code under a name that is hardly its own was more likely mistyped than the name.
  if (finding === 'EQUAL')
    return [{ feature: 'CODE', weightBps: names.likenessBps >= 3_500 ? room : Math.min(room, 3_000), finding }];
  return [{ feature: 'STRUCTURE', weightBps: Math.min(room, finding === 'SAME_PRODUCT' ? 500 : 300), finding }];
}
