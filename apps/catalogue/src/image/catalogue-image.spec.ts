import { describe, expect, it } from 'vitest';
import { CatalogueImage, type EntryImageRow, type ImageEntry } from './catalogue-image.js';

const DRUG = 'XA01ABA001A002010100001';
const OTHER = 'XA01ABA001A002010100002';

function row(nationalCode: string, change: Partial<EntryImageRow> = {}): EntryImageRow {
  return {
    nationalCode,
    provincialCode: nationalCode,
    sequence: 1,
    withdrawn: false,
    lastDay: null,
    itemClass: 'B',
    chargeCategory: '09',
    shares: '[{"insurance": null, "personType": null, "bps": 1000}]',
    caps: '[]',
    overCapRule: null,
    restriction: null,
    ...change,
  };
}

function entryOf(image: CatalogueImage, province: string, code: string, day: number, upTo: number): ImageEntry | null {
  return image.province(province).entryInForce(image.codes.find(code), day, upTo);
}

function imageOf(...rows: readonly EntryImageRow[]): CatalogueImage {
  const image = new CatalogueImage();
  const history = image.historyOf('110000');
  for (const { sequence } of rows)
    if (sequence > history.versionCount) history.addVersion(sequence, { versionId: `v${sequence}`, effectiveDay: 100 });
  for (const each of rows) image.province('110000').add(each);
  return image;
}

describe('an entry in the image', () => {
  it('says all that the database does but for words', () => {
    const restriction =
      '{"needsApproval": true, "minimumLevel": "SECONDARY", "visitKinds": ["INPATIENT"], "insurances": ["EMPLOYEE"]}';
    const caps =
      '[{"hospitalLevel": null, "microYuan": "9223372036854775807"}, {"hospitalLevel": "PRIMARY", "microYuan": "1"}]';
    const image = imageOf(
      row(DRUG, { provincialCode: '京-001', caps, overCapRule: 'WHOLE', restriction }),
      row(OTHER, { caps: '[{"hospitalLevel": "TERTIARY", "microYuan": "70"}]', overCapRule: 'EXCESS' }),
    );
    expect(entryOf(image, '110000', DRUG, 100, 1)).toEqual({
      rule: {
        itemClass: 'B',
        shares: [{ insurance: null, personType: null, bps: 1000 }],
        caps: [
          { hospitalLevel: null, microYuan: 9_223_372_036_854_775_807n },
          { hospitalLevel: 'PRIMARY', microYuan: 1n },
        ],
        overCapRule: 'WHOLE',
        restriction: {
          needsApproval: true,
          text: '',
          minimumLevel: 'SECONDARY',
          visitKinds: ['INPATIENT'],
          insurances: ['EMPLOYEE'],
        },
      },
      chargeCategory: '09',
      provincialCode: '京-001',
      sequence: 1,
    });
    expect(entryOf(image, '110000', OTHER, 100, 1)).toMatchObject({
      rule: { caps: [{ hospitalLevel: 'TERTIARY', microYuan: 70n }], overCapRule: 'EXCESS', restriction: null },
      provincialCode: null,
    });
  });

  it('is no other province’s, and none of a version that isn’t known yet', () => {
    const image = imageOf(row(DRUG), row(DRUG, { sequence: 2, itemClass: 'A', shares: '[]' }));
    expect(entryOf(image, '610000', DRUG, 100, 0)).toBeNull();
    expect(entryOf(image, '110000', DRUG, 99, 2)).toBeNull();
    expect(entryOf(image, '110000', DRUG, 100, 1)?.rule.itemClass).toBe('B');
    expect(entryOf(image, '110000', DRUG, 100, 2)?.rule.itemClass).toBe('A');
  });

  it('that can’t be read leaves the others as they are', () => {
    const image = imageOf(row(DRUG));
    const province = image.province('110000');
    expect(() => province.add(row(OTHER, { caps: 'nonsense' }))).toThrow(SyntaxError);
    expect(() => province.add(row(OTHER, { itemClass: 'D' }))).toThrow(RangeError);
    province.add(row(OTHER, { caps: '[{"hospitalLevel": null, "microYuan": "5"}]', overCapRule: 'EXCESS' }));
    expect(entryOf(image, '110000', OTHER, 100, 1)?.rule.caps).toEqual([{ hospitalLevel: null, microYuan: 5n }]);
    expect(entryOf(image, '110000', DRUG, 100, 1)?.rule.caps).toEqual([]);
  });
});
