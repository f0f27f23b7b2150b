import type { catalogueV1 } from '@yiditong/contracts';
import { describe, expect, it } from 'vitest';
import { basketBody, decodeBasket, encodeBasket } from './basket.dto.js';

const LINE = { nationalCode: '001102000010000', quantity: '1.5', unitPriceYuan: '50.125' };
const SPLIT = { fullSelfPayFen: 0n, overCeilingFen: 19n, firstSelfPayFen: 750n, inScopeFen: 6_750n };

describe('a basket', () => {
  it('is asked for in exact numbers, and what isn’t known stays unset', () => {
    const body = basketBody.parse({ lines: [LINE], hospitalLevel: 'TERTIARY' });
    expect(encodeBasket(body, '2026-03-01')).toEqual({
      provinces: [],
      on: '2026-03-01',
      insurance: 'INSURANCE_UNSPECIFIED',
      personType: 'PERSON_TYPE_UNSPECIFIED',
      hospitalLevel: 'HOSPITAL_LEVEL_TERTIARY',
      visitKind: 'VISIT_KIND_UNSPECIFIED',
      lines: [
        { nationalCode: LINE.nationalCode, quantityE4: 15_000n, unitPriceMicroYuan: 50_125_000n, approved: false },
      ],
    });
  });

  it.each([
    ['a code with a wrong segment', { ...LINE, nationalCode: 'XA01ABA075A00101010048' }, /企业.*manufacturer/],
    ['a quantity with too many places', { ...LINE, quantity: '1.00001' }, /decimal/],
  ])('is refused with %s', (_, line, message) => {
    const read = basketBody.safeParse({ lines: [line] });
    expect(read.error?.issues[0]?.message).toMatch(message);
  });

  it('is answered in fen, with the rule of each line in words; a province without a catalogue has no version', () => {
    const line: catalogueV1.ClassifiedLine = {
      lineNumber: 1,
      itemClass: 'ITEM_CLASS_B',
      chargeCategory: '02',
      firstSelfPayBps: 1_000,
      split: SPLIT,
      listed: true,
      rule: 'LINE_RULE_ENTRY',
      versionSequence: 1,
      entrySequence: 1,
      provincialCode: 'BJ-0001',
      nationalCode: LINE.nationalCode,
      capMicroYuan: 50_000_000n,
    };
    const priced = {
      province: '110000',
      versionId: 'v',
      totalFen: 7_519n,
      split: SPLIT,
      ownExpenseFen: 769n,
      lines: [line],
    };
    const none = { province: '120000', versionId: '', totalFen: 0n, split: undefined, ownExpenseFen: 0n, lines: [] };
    const { prices } = decodeBasket({ prices: [priced, none] }, '2026-03-01');
    expect(prices[0]).toMatchObject({
      provinceName: { zh: '北京' },
      totalFen: '7519',
      ownExpenseFen: '769',
      inScopeFen: '6750',
      lines: [
        { capYuan: '50.00', ruleName: { zh: '按目录条目' }, overCeilingFen: '19', itemClassName: { zh: '乙类' } },
      ],
    });
    expect(prices[1]).toMatchObject({ versionId: null, inScopeFen: '0', lines: [] });
  });
});
