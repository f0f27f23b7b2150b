import { describe, expect, it } from 'vitest';
import { decodeEntry, encodeEntry, entryBody } from './entry.dto.js';

const ENTRY = { nationalCode: '001102000010000', name: '住院诊查费', itemClass: 'B', chargeCategory: '02' };

function encoded(said: object) {
  return encodeEntry(entryBody.parse({ ...ENTRY, ...said }));
}

describe('an entry', () => {
  it('comes back as it was proposed', () => {
    const said = {
      provincialCode: 'BJ-0001',
      shares: [
        { insurance: null, personType: null, bps: 1_000 },
        { insurance: 'EMPLOYEE', personType: 'RETIREE', bps: 500 },
      ],
      caps: [{ hospitalLevel: 'TERTIARY', capYuan: '60.125' }],
      overCapRule: 'WHOLE',
      restriction: {
        needsApproval: true,
        text: '限重症',
        minimumLevel: 'SECONDARY',
        visitKinds: ['INPATIENT'],
        insurances: ['EMPLOYEE'],
      },
      endsOn: '2026-12-31',
    };
    expect(decodeEntry(encoded(said))).toMatchObject({ ...ENTRY, ...said });
  });

  type Case = readonly [
    what: string,
    said: object,
    shares: readonly number[],
    caps: readonly string[],
    rule: string | null,
  ];
  it.each<Case>([
    ['takes a share of everybody in short', { firstSelfPayBps: 1_000 }, [1_000], [], null],
    ['takes a cap of all levels in short, whose excess is self-pay', { ceilingYuan: '50' }, [], ['50.00'], 'EXCESS'],
    ['has none of class A', { itemClass: 'A', firstSelfPayBps: 0 }, [], [], null],
    ['says no share of class C, which is full self-pay', { itemClass: 'C', firstSelfPayBps: 10_000 }, [], [], null],
    ['keeps a share that class A can’t have, to be refused', { itemClass: 'A', firstSelfPayBps: 1 }, [1], [], null],
    [
      'puts what is said in short first',
      { firstSelfPayBps: 1_000, shares: [{ insurance: 'RESIDENT', bps: 1_500 }] },
      [1_000, 1_500],
      [],
      null,
    ],
  ])('%s', (_, said, shares, caps, rule) => {
    const entry = decodeEntry(encoded(said));
    expect(entry.shares.map(({ bps }) => bps)).toEqual(shares);
    expect(entry.caps.map(({ capYuan }) => capYuan)).toEqual(caps);
    expect(entry.overCapRule).toBe(rule);
  });

  it('has the national code where the province has none of its own, and names beside its codes', () => {
    expect(decodeEntry(encoded({}))).toMatchObject({
      provincialCode: '001102000010000',
      itemClassName: { zh: '乙类' },
      chargeCategoryName: { zh: '诊察费' },
    });
  });
});
