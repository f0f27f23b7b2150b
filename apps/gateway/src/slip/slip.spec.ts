import type { commonV1, settlementV1 } from '@yiditong/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byChargeCategory, sumOfCategories } from './charge-categories.js';
import { decodeSettledBill, type SettledBill } from './settled-bill.js';
import { slipOf } from './slip.js';
import { answerSlip, slipAnswer, slipQuery } from './slip.dto.js';
import { LINES, SETTLEMENT, settledLine } from './spec-bill.js';
import { printedYuan } from './written.js';

const billOf = (changes: Partial<settlementV1.Settlement> = {}): SettledBill =>
  decodeSettledBill({ ...SETTLEMENT, ...changes }, LINES);
const headOf = (changes: Partial<settlementV1.Settlement>, language: 'zh' | 'en' = 'zh'): Record<string, string> =>
  Object.fromEntries(slipOf(billOf(changes), language, false).head.map(({ key, value }) => [key, value]));

describe('a settled bill', () => {
  it.each<[string, Partial<settlementV1.Settlement>]>([
    ['whose lines are another total', { totalFen: 1_234_568n }],
    [
      'whose four parts are',
      { split: { fullSelfPayFen: 1n, overCeilingFen: 1n, firstSelfPayFen: 1n, inScopeFen: 1n } },
    ],
    ['whose payers are', { hospitalPartFen: 501n }],
    ['whose funds are', { funds: [{ fund: 'FUND_POOLING', amountFen: 849_999n }] }],
    ['whose person pays more than that', { cashFen: 264_068n }],
  ])('%s is not printed', (_, changes) => {
    expect(() => billOf(changes)).toThrow(/doesn’t add up/);
  });

  it('one of whose lines is divided wrong is not printed', () => {
    const [first, ...others] = LINES;
    const wrong = { ...settledLine(1, 'ITEM_CLASS_A', '04', [1n, 0n, 0n, 600_000n]), line: first?.line };
    expect(() => decodeSettledBill(SETTLEMENT, [wrong, ...others])).toThrow(/split of line 1$/);
  });

  it('without all of its lines is not printed', () => {
    expect(() => decodeSettledBill(SETTLEMENT, LINES.slice(1))).toThrow(/lines/);
  });
});

describe('the fourteen categories', () => {
  it('are all there in order, and a fee of none of them is 其他费', () => {
    const categories = byChargeCategory(billOf().lines);
    expect(categories.map(({ code }) => code)).toEqual('01 02 03 04 05 06 07 08 09 10 11 12 13 14'.split(' '));
    expect(categories.filter(({ amountFen }) => amountFen > 0n)).toEqual([
      { code: '04', amountFen: 600_000n, classAFen: 600_000n, classBFen: 0n, selfPayFen: 0n, otherFen: 0n },
      { code: '08', amountFen: 29_900n, classAFen: 0n, classBFen: 0n, selfPayFen: 29_900n, otherFen: 0n },
      { code: '09', amountFen: 604_567n, classAFen: 0n, classBFen: 600_000n, selfPayFen: 0n, otherFen: 4_567n },
      { code: '14', amountFen: 100n, classAFen: 0n, classBFen: 0n, selfPayFen: 100n, otherFen: 0n },
    ]);
  });

  it('sum to the total, and each to 甲类 + 乙类 + 自费 + 其他, whatever the lines', () => {
    const amount = fc.bigInt({ min: 0n, max: 10_000_000_000n });
    const line = fc
      .tuple(
        fc.constantFrom('ITEM_CLASS_A' as const, 'ITEM_CLASS_B' as const, 'ITEM_CLASS_C' as const),
        fc.constantFrom('01', '05', '09', '14', '', '99'),
        fc.tuple(amount, amount, amount, amount),
      )
      .map(([itemClass, category, parts]) => settledLine(1, itemClass, category, parts));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (wire) => {
        const total = wire.reduce((sum, one) => sum + (one.line?.amountFen ?? 0n), 0n);
        const part = (name: keyof commonV1.FeeSplit): bigint =>
          wire.reduce((sum, { split }) => sum + (split?.[name] ?? 0n), 0n);
        const split = {
          fullSelfPayFen: part('fullSelfPayFen'),
          overCeilingFen: part('overCeilingFen'),
          firstSelfPayFen: part('firstSelfPayFen'),
          inScopeFen: part('inScopeFen'),
        };
        const paid = { personalFen: total, cashFen: total, accountFen: 0n, mutualAidFen: 0n, hospitalPartFen: 0n };
        const wireBill = { ...SETTLEMENT, ...paid, totalFen: total, split, funds: [], fundTotalFen: 0n };
        const categories = byChargeCategory(decodeSettledBill(wireBill, wire).lines);
        for (const { amountFen, classAFen, classBFen, selfPayFen, otherFen } of [
          ...categories,
          sumOfCategories(categories),
        ])
          expect(classAFen + classBFen + selfPayFen + otherFen).toBe(amountFen);
        expect(sumOfCategories(categories).amountFen).toBe(total);
      }),
    );
  });
});

describe('the slip', () => {
  it('says in Chinese who was treated where, how, and when', () => {
    expect(slipOf(billOf(), 'zh', false).head.map(({ label, value }) => `${label}：${value}`)).toEqual([
      '医疗机构：北京市示例医科大学附属第一医院 H11010500001',
      '医疗类别：住院、急诊',
      '就诊号：ZY2026110001',
      '入出院日期：2026-11-13 至 2026-11-20，7 天',
      '人员编号：01890a5d-ac96-774b-bcce-b302099a8057',
      '险种：职工基本医疗保险',
      '人员类别：退休',
      '参保地：廊坊市 131000',
      '就医地：北京 110105',
      '备案类别：异地转诊人员',
      '结算时间：2026-11-20 10:30:15',
      '清算日：2026-11-20',
      '结算编号：01980a5d-ac96-774b-bcce-b302099a8058',
      '报文编号：H11010500001202611201030150001',
      '诊断：高血压病2级（I10.x00x002）',
    ]);
  });

  it.each<[string, Partial<settlementV1.Settlement>, Record<string, string>]>([
    ['one day in hospital', { endedAt: SETTLEMENT.admittedAt }, { stay: '2026-11-13 至 2026-11-13，1 天' }],
    [
      'an outpatient’s day',
      { visitKind: 'VISIT_KIND_OUTPATIENT', endedAt: SETTLEMENT.admittedAt },
      { visitedOn: '2026-11-13' },
    ],
    ['a part of a stay', { stayPart: 2, midStay: true }, { visitKind: '住院、急诊、中途结算（第 2 次）' }],
    ['the end of one', { stayPart: 3, trauma: true }, { visitKind: '住院、急诊、外伤、出院结算（第 3 次）' }],
    ['what a refund left', { remainderOf: SETTLEMENT.personId }, { remainderOf: SETTLEMENT.personId }],
    ['a hospital without a name', { institutionName: '' }, { institution: 'H11010500001' }],
    [
      'a reversal',
      { state: 'SETTLEMENT_STATE_REVERSED', reversalBusinessDate: '2026-11-21' },
      { reversedOn: '2026-11-21' },
    ],
    [
      'a cancellation',
      { state: 'SETTLEMENT_STATE_CANCELLED', cancellationId: SETTLEMENT.personId, cancelledAt: SETTLEMENT.settledAt },
      { cancellation: SETTLEMENT.personId, cancelledAt: '2026-11-20 10:30:15' },
    ],
  ])('says of %s', (_, changes, said) => expect(headOf(changes)).toMatchObject(said));

  it('has no diagnosis for whom it is masked', () => {
    const head = headOf({ diagnoses: [{ code: '***', name: '***' }], diseaseCode: '***' });
    expect(Object.keys(head).filter((key) => key === 'diagnoses' || key === 'disease')).toEqual([]);
    expect(headOf({ diseaseCode: 'M03900' })).toMatchObject({ disease: 'M03900' });
  });

  it.each<[settlementV1.SettlementState, string, boolean]>([
    ['SETTLEMENT_STATE_SETTLED', '已结算', false],
    ['SETTLEMENT_STATE_REVERSING', '冲正办理中', false],
    ['SETTLEMENT_STATE_REVERSED', '已冲正 · 作废', true],
    ['SETTLEMENT_STATE_CANCELLING', '撤销办理中', false],
    ['SETTLEMENT_STATE_CANCELLED', '已撤销 · 作废', true],
    ['SETTLEMENT_STATE_REINSTATING', '恢复办理中', false],
  ])('of a settlement in %s says %s, void: %s', (state, name, isVoid) => {
    const slip = slipOf(billOf({ state }), 'zh', false);
    expect([slip.state.name, slip.state.void, slip.state.note === null]).toEqual([name, isVoid, name === '已结算']);
  });

  it('answers as declared, with what was paid by whom, in figures and in words', () => {
    const answer = slipAnswer.parse(answerSlip(slipOf(billOf(), 'zh', false)));
    const amounts = [...answer.totals, ...answer.payment].map(({ label, yuan }) => `${label} ${yuan}`);
    expect(amounts).toEqual([
      '医疗费用总额 12,345.67',
      '基金支付合计 8,500.00',
      '个人负担合计 3,840.67',
      '医院负担 5.00',
      '本次起付标准 800.00',
      '基本医疗保险统筹基金 8,000.00',
      '职工大额医疗费用补助 500.00',
      '医疗救助 0.00',
      '个人账户支付 1,000.00',
      '个人账户共济支付 200.00',
      '个人现金支付 2,640.67',
      '个人账户余额 7,748.98',
    ]);
    expect(answer.inWords.map(({ value }) => value)).toEqual([
      '壹万贰仟叁佰肆拾伍元陆角柒分',
      '叁仟捌佰肆拾元陆角柒分',
    ]);
    expect(answer.poolingRatio?.value).toBe('78.43%');
    expect(answer.split.reduce((sum, { amountFen }) => sum + BigInt(amountFen), 0n)).toBe(1_234_567n);
    expect(answer.lines).toBeNull();
  });

  it('lists the lines to whoever asks for them, exactly', () => {
    const { lines } = slipAnswer.parse(answerSlip(slipOf(billOf(), 'en', true)));
    expect(lines?.[1]).toEqual({
      lineNumber: 2,
      occurredOn: '2026-11-14',
      nationalCode: '001102000050000-110200005',
      hospitalCode: '院内-2',
      category: 'Western drugs',
      itemClass: 'B',
      unitPriceYuan: '4030.446666',
      quantity: '1.5',
      amountFen: '604567',
      inScopeFen: '500000',
    });
  });

  it('says nothing in Chinese in English but names, diagnoses and amounts in words', () => {
    const { institutionName: _, ...rest } = SETTLEMENT;
    const slip = slipOf(decodeSettledBill({ ...rest, institutionName: '', diagnoses: [] }, LINES), 'en', false);
    expect(JSON.stringify(answerSlip({ ...slip, inWords: [] }))).not.toMatch(/\p{Script=Han}/u);
  });

  it.each([
    [0n, '0.00'],
    [99_999n, '999.99'],
    [100_000n, '1,000.00'],
    [123_456_789_012n, '1,234,567,890.12'],
  ])('prints %s fen as %s', (amount, text) => expect(printedYuan(amount as never)).toBe(text));

  it.each([{ lang: 'fr' }, { lines: '1' }, { page: '2' }])('isn’t asked for by %j', (query) => {
    expect(slipQuery.safeParse(query).success).toBe(false);
  });
});
