import { classifyLine, lineAmountHolds, sumSplits, type CoverageRule } from '@yiditong/adjudication';
import {
  birthDateOf,
  destinationCovers,
  FILING_CATEGORIES,
  isCalendarDate,
  isChronicDiseaseCode,
  isDiagnosisCode,
  isIdNumber,
  isMessageId,
  isNationalItemCode,
  isPhoneNumber,
  provinceOf,
} from '@yiditong/codes';
import { FOUNDING_RULES, isFilingDestination } from '@yiditong/eligibility';
import { fen, rateOfBps, share } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import { generateDay, type DemoBill, type DemoDay } from './generate.js';
import { isOfTheDay } from './day-policies.js';
import { isDeemedFiled } from './network.js';
import { loadSample, type Sample } from './sample.js';

const MILLIS_OF_A_YEAR = 31_556_952_000;
const NOW = '2026-11-20T10:00:00.000Z';
const sample = loadSample();
const dayOf = (persons: number, bills: number, seed = 1, now = NOW): DemoDay =>
  generateDay({ sample, persons, bills, seed, now });
const day = dayOf(400, 1000);

const personOf = new Map(day.persons.map((person) => [person.personId, person]));
const filingsOf = (personId: string): DemoDay['filings'] =>
  day.filings.filter((filing) => filing.personId === personId);
const institutionOf = new Map(sample.institutions.map((institution) => [institution.institutionCode, institution]));
const treatingRegionOf = ({ institutionCode }: DemoBill): string => institutionOf.get(institutionCode)?.region ?? '';
const isFiledFor = (bill: DemoBill): boolean =>
  filingsOf(bill.body.personId).some(({ destinationRegion }) =>
    destinationCovers(destinationRegion, treatingRegionOf(bill)),
  );
const isListed = (bill: DemoBill, code: string): boolean =>
  sample.catalogues
    .filter(({ province }) => province === provinceOf(treatingRegionOf(bill)))
    .some(({ entries }) => entries.some(({ nationalCode }) => nationalCode === code));

/** Whom the sample’s shares fit: everybody. */
const ANYBODY = { insurance: null, personType: null, hospitalLevel: null, visitKind: null, approved: false };

/** An entry of the sample without its ceiling. */
function coverageOf({ itemClass, firstSelfPayBps }: Sample['catalogues'][number]['entries'][number]): CoverageRule {
  const shares = [{ insurance: null, personType: null, bps: firstSelfPayBps }];
  return { itemClass, shares, caps: [], overCapRule: null, restriction: null };
}

/** Price texts as the integers that the line split works on. */
function micro(text: string): bigint {
  const [whole = '0', decimals = ''] = text.split('.');
  return BigInt(whole) * 1_000_000n + BigInt(decimals.padEnd(6, '0'));
}

describe('a generated day', () => {
  it('is the same for the same options and another for another seed', () => {
    expect(dayOf(60, 150, 5)).toEqual(dayOf(60, 150, 5));
    expect(dayOf(60, 150, 5)).not.toEqual(dayOf(60, 150, 6));
  });

  it.each([
    [10, 12],
    [400, 1000],
    [1500, 5000],
  ])('has the sizes asked for: %i persons and %i bills', (persons, bills) => {
    const sized = dayOf(persons, bills);
    expect([sized.persons.length, sized.bills.length]).toEqual([persons, bills]);
    expect(
      new Set(sized.bills.flatMap(({ messageId, reverseWith }) => [messageId, ...(reverseWith ? [reverseWith] : [])]))
        .size,
    ).toBe(bills + sized.bills.filter(({ reverseWith }) => reverseWith).length);
    expect(sized.bills.some(({ reverseWith }) => reverseWith)).toBe(true);
  });

  const instants = ['2026-11-19T16:00:00Z', '2026-11-19T16:00:01Z', '2027-01-01T02:00:00Z', '2026-03-01T15:59:59.999Z'];

  it.each(instants)('holds nothing later than %s', (now) => {
    const { bills, filings } = dayOf(60, 250, 3, now);
    const today = new Date(Date.parse(now) + 8 * 3_600_000).toISOString().slice(0, 10);
    for (const { messageId, reverseWith, body } of bills) {
      expect(Date.parse(body.endedAt)).toBeLessThanOrEqual(Date.parse(now));
      expect(new Date(Date.parse(body.endedAt) + 8 * 3_600_000).toISOString().slice(0, 10)).toBe(today);
      for (const id of [messageId, reverseWith ?? messageId]) expect(id.slice(12, 20)).toBe(today.replaceAll('-', ''));
      expect(isMessageId(messageId)).toBe(true);
      expect(body.admittedAt <= body.endedAt).toBe(true);
    }
    expect(filings.every(({ validFrom, validTo }) => validFrom < today && (validTo === null || validTo > today))).toBe(
      true,
    );
  });

  it('has a diagnosis on every bill, of the disease where the visit is chronic', () => {
    for (const { body } of day.bills) {
      expect(body.diagnoses.length >= 1 && body.diagnoses.length <= 3).toBe(true);
      expect(new Set(body.diagnoses.map(({ code }) => code)).size).toBe(body.diagnoses.length);
      for (const { code, name } of body.diagnoses) expect(isDiagnosisCode(code) && name !== '').toBe(true);
    }
    const official = day.bills.find((bill) => bill.official);
    expect(official?.body.diagnoses).toEqual([{ code: 'E11.900', name: '2型糖尿病' }]);
  });

  it('lets stays last three to fourteen days', () => {
    const stays = day.bills.filter(({ body }) => body.visitKind === 'INPATIENT');
    expect(stays.length).toBeGreaterThanOrEqual(80);
    for (const { body } of stays) {
      const days = (Date.parse(body.endedAt) - Date.parse(body.admittedAt)) / 86_400_000;
      expect(days > 2 && days < 15).toBe(true);
      expect(body.lines.length >= 6 && body.lines.length <= 30).toBe(true);
    }
  });
});

describe('persons and filings', () => {
  it('have ID numbers that check, of an area that has a policy for their insurance', () => {
    for (const { idNumber, personId, insuredRegion, insurance } of day.persons) {
      expect(isIdNumber(idNumber) && idNumber.startsWith(insuredRegion)).toBe(true);
      expect(personId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(sample.policies.some((policy) => policy.region === insuredRegion && policy.insurance === insurance)).toBe(
        true,
      );
    }
    expect(personOf.size).toBe(day.persons.length);
    expect(new Set(day.persons.map(({ idNumber }) => idNumber)).size).toBe(day.persons.length);
    expect(day.persons.some(({ active }) => !active)).toBe(true);
  });

  it('have names of several forms, and telephone numbers that nobody can have', () => {
    const names = day.persons.map(({ name }) => name);
    for (const form of [/^\p{Script=Han}{2}$/u, /^\p{Script=Han}{3}$/u, /^(欧阳|司马|诸葛|上官)/])
      expect(names.some((name) => form.test(name))).toBe(true);
    expect(dayOf(1500, 12).persons.some(({ name }) => name.includes('·'))).toBe(true);
    const phones = day.persons.flatMap(({ phone }) => phone ?? []);
    expect(phones.length).toBeGreaterThan(day.persons.length / 2);
    expect(phones.length).toBeLessThan(day.persons.length);
    for (const phone of phones) expect(isPhoneNumber(phone) && phone.startsWith('154')).toBe(true);
  });

  it('are drawn from the day’s own areas, so that another published policy changes nothing', () => {
    const ofTheDay = { ...sample, policies: sample.policies.filter(isOfTheDay) };
    expect(ofTheDay.policies.length).toBeLessThan(sample.policies.length);
    expect(generateDay({ sample: ofTheDay, persons: 400, bills: 1000, seed: 1, now: NOW })).toEqual(day);
    const drawn = new Set(dayOf(1500, 12).persons.map(({ insuredRegion, insurance }) => insuredRegion + insurance));
    expect(drawn).toEqual(new Set(ofTheDay.policies.map(({ region, insurance }) => region + insurance)));
  });

  it('spread over at least twelve payer provinces', () => {
    expect(new Set(day.persons.map(({ insuredRegion }) => provinceOf(insuredRegion))).size).toBeGreaterThanOrEqual(12);
  });

  it('fit the ages of their kind', () => {
    for (const { idNumber, personType } of day.persons) {
      const age = (Date.parse(NOW) - Date.parse(birthDateOf(idNumber))) / MILLIS_OF_A_YEAR;
      expect(personType === 'MINOR' ? age < 18.01 : age > (personType === 'RETIREE' ? 54.9 : 17.9)).toBe(true);
    }
  });

  it('name a destination in another province once, for long or for more than half a year', () => {
    expect(new Set(day.filings.map(({ personId, destinationRegion }) => personId + destinationRegion)).size).toBe(
      day.filings.length,
    );
    for (const { destinationRegion, insuredRegion, category, validTo, validFrom } of day.filings) {
      expect(
        isFilingDestination(FOUNDING_RULES, validFrom, destinationRegion) &&
          provinceOf(destinationRegion) !== provinceOf(insuredRegion),
      ).toBe(true);
      expect(isCalendarDate(validFrom) && (validTo === null || isCalendarDate(validTo))).toBe(true);
      expect(validTo === null).toBe(category !== 'REFERRAL' && category !== 'OTHER_TEMPORARY');
    }
    expect(day.filings.length / day.persons.length).toBeGreaterThan(0.88);
  });
});

describe('bills', () => {
  it('cover the six categories, of which emergency is never filed', () => {
    const filed = new Set(
      day.bills.flatMap((bill) =>
        isFiledFor(bill) ? filingsOf(bill.body.personId).map(({ category }) => category) : [],
      ),
    );
    const seen = new Set([...filed, ...(day.bills.some(({ body }) => body.emergency) ? ['EMERGENCY'] : [])]);
    expect([...seen].toSorted()).toEqual([...FILING_CATEGORIES].toSorted());
    expect(day.filings.some(({ category }) => category === 'EMERGENCY')).toBe(false);
  });

  it('are cross-province, from networked institutions, under well-formed codes', () => {
    for (const bill of day.bills) {
      expect(provinceOf(bill.body.insuredRegion)).not.toBe(provinceOf(treatingRegionOf(bill)));
      expect(institutionOf.get(bill.institutionCode)?.networked).toBe(true);
      expect(isMessageId(bill.messageId) && bill.messageId.startsWith(bill.institutionCode)).toBe(true);
      expect(personOf.get(bill.body.personId)?.insuredRegion).toBe(bill.body.insuredRegion);
      expect(bill.body.visitKind === 'CHRONIC').toBe(
        bill.body.diseaseCode !== null && isChronicDiseaseCode(bill.body.diseaseCode),
      );
    }
    expect(new Set(day.bills.map(({ institutionCode, body }) => institutionCode + body.visitNumber)).size).toBe(
      day.bills.length,
    );
  });

  it('sum to their lines, each of which is price times quantity within a fen', () => {
    for (const { body } of day.bills) {
      expect(body.lines.reduce((sum, { amountFen }) => sum + BigInt(amountFen), 0n)).toBe(BigInt(body.totalFen));
      for (const [
        index,
        { lineNumber, nationalCode, quantity, unitPriceYuan, amountFen, occurredAt },
      ] of body.lines.entries()) {
        const line = {
          quantityE4: BigInt(quantity) * 10_000n,
          unitPriceMicroYuan: micro(unitPriceYuan),
          amountFen: fen(BigInt(amountFen)),
        };
        expect(lineAmountHolds(line) && BigInt(amountFen) > 0n).toBe(true);
        expect(lineNumber === index + 1 && isNationalItemCode(nationalCode)).toBe(true);
        expect(occurredAt >= body.admittedAt && occurredAt <= body.endedAt).toBe(true);
      }
    }
  });

  it('charge unlisted items now and then', () => {
    const lines = day.bills.flatMap((bill) => bill.body.lines.map(({ nationalCode }) => isListed(bill, nationalCode)));
    const unlisted = lines.filter((listed) => !listed).length / lines.length;
    expect(unlisted > 0.005 && unlisted < 0.04).toBe(true);
  });

  it('include some that must be refused or not covered', () => {
    const unfiled = (bill: DemoBill): boolean =>
      !bill.body.emergency &&
      personOf.get(bill.body.personId)?.active === true &&
      !isFiledFor(bill) &&
      !isDeemedFiled(provinceOf(bill.body.insuredRegion), provinceOf(treatingRegionOf(bill)), NOW.slice(0, 10));
    const uncovered = ({ body }: DemoBill): boolean => {
      const insurance = personOf.get(body.personId)?.insurance;
      const policy = sample.policies.find((each) => each.region === body.insuredRegion && each.insurance === insurance);
      return !policy?.visitKinds.includes(body.visitKind);
    };
    expect(day.bills.filter(unfiled)).toHaveLength(20);
    expect(day.bills.some(({ body }) => personOf.get(body.personId)?.active === false)).toBe(true);
    expect(day.bills.some(uncovered)).toBe(true);
    expect(day.bills.some((bill) => bill.reverseWith && (unfiled(bill) || uncovered(bill)))).toBe(false);
  });
});

describe('the published case', () => {
  it.each([
    [10, 12],
    [400, 1000],
  ])('comes first among %i persons and %i bills and pays 48.89 of 64.29 yuan', (persons, bills) => {
    const { persons: insured, filings, bills: sent } = dayOf(persons, bills, 9);
    const [official, ...others] = sent;
    const person = insured.find(({ personId }) => personId === official?.body.personId);
    expect(official).toMatchObject({
      official: true,
      reverseWith: null,
      body: { visitKind: 'CHRONIC', diseaseCode: 'M01600', totalFen: '6429' },
    });
    expect(official?.body.lines.map(({ amountFen }) => amountFen)).toEqual(['3252', '3177']);
    expect(person).toMatchObject({
      insuredRegion: '131000',
      insurance: 'EMPLOYEE',
      personType: 'RETIREE',
      active: true,
    });
    const filing = filings.find(({ personId }) => personId === person?.personId);
    expect(filing).toMatchObject({ category: 'RETIREE_RESETTLED', destinationRegion: '110000' });
    expect(institutionOf.get(official?.institutionCode ?? '')).toMatchObject({ level: 'TERTIARY' });
    expect(others.some(({ official: again, body }) => again || body.personId === person?.personId)).toBe(false);

    const beijing = sample.catalogues.find(({ province }) => province === '110000');
    const splits = official?.body.lines.map(({ nationalCode, quantity, unitPriceYuan, amountFen }) => {
      const entry = beijing?.entries.find((e) => e.nationalCode === nationalCode);
      const line = {
        quantityE4: BigInt(quantity) * 10_000n,
        unitPriceMicroYuan: micro(unitPriceYuan),
        amountFen: fen(BigInt(amountFen)),
      };
      return classifyLine(line, entry ? coverageOf(entry) : null, ANYBODY).split;
    });
    expect(share(sumSplits(splits ?? []).inScopeFen, rateOfBps(8_000))).toBe(4889n);
  });
});
