import { ITEM_KINDS } from '@yiditong/codes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideMatch,
  explain,
  MAP_BPS,
  scoreCandidate,
  type NationalItem,
  type OwnItem,
  type ScoredItem,
} from './index.js';

const ITEM: NationalItem = {
  nationalCode: 'XY99SYA001A001000100001',
  kind: 'WESTERN_DRUG',
  name: '盐酸二甲双胍片',
  dosageForm: '片剂',
  specification: '0.5g',
  pack: '20片/盒',
  unit: '盒',
  manufacturer: '江苏恒远制药有限公司',
  approvalNumber: '国药准字H20990001',
  referencePriceMicroYuan: 10_000_000n,
};
const OWN: OwnItem = {
  itemCode: 'YP1',
  name: '盐酸二甲双胍片',
  kind: 'WESTERN_DRUG',
  dosageForm: '片剂',
  specification: '0.5g',
  pack: '20片/盒',
  unit: '盒',
  manufacturer: '江苏恒远制药有限公司',
  approvalNumber: '',
  priceMicroYuan: 11_000_000n,
  claimedNationalCode: '',
};
const SERVICE: NationalItem = {
  ...ITEM,
  nationalCode: '993300000000000',
  kind: 'SERVICE',
  name: '乳腺彩超检查(单侧)',
  dosageForm: '',
  specification: '',
  pack: '',
  unit: '次',
  manufacturer: '',
  approvalNumber: '',
};
const OWN_SERVICE: OwnItem = {
  ...OWN,
  kind: 'SERVICE',
  name: '',
  dosageForm: '',
  specification: '',
  pack: '',
  unit: '次',
  manufacturer: '',
};

const score = (own: Partial<OwnItem>, national: Partial<NationalItem> = {}): ScoredItem =>
  scoreCandidate({ ...OWN, ...own }, { ...ITEM, ...national }, { trigramBps: 0 });
const decisionOf = (own: Partial<OwnItem>, national: Partial<NationalItem> = {}): string =>
  decideMatch({ ...OWN, ...own }, [score(own, national)]).decision;

describe('a drug', () => {
  it.each<[string, Partial<OwnItem>, 'MAP' | 'QUEUE' | 'REFUSE']>([
    [
      'that says the same in other words is mapped',
      { name: '二甲双胍片(格华止)', specification: '500mg*20片', pack: '', manufacturer: '恒远制药' },
      'MAP',
    ],
    ['without maker or approval is for a clerk', { manufacturer: '' }, 'QUEUE'],
    ['without maker but with the approval is mapped', { manufacturer: '', approvalNumber: 'h20990001' }, 'MAP'],
    ['in another strength is for a clerk', { specification: '0.25g' }, 'QUEUE'],
    ['in another form is for a clerk', { name: '盐酸二甲双胍缓释片', dosageForm: '缓释片' }, 'QUEUE'],
    ['in another pack is for a clerk', { pack: '30片/盒' }, 'QUEUE'],
    ['of another maker is for a clerk', { manufacturer: '江苏恒泰制药有限公司' }, 'QUEUE'],
    ['of a namesake in another city is for a clerk', { manufacturer: '四川恒远制药有限公司' }, 'QUEUE'],
    ['of a branch of the maker is for a clerk', { manufacturer: '江苏恒远制药(海南)有限公司' }, 'QUEUE'],
    ['with another approval number is for a clerk', { approvalNumber: '国药准字H20990002' }, 'QUEUE'],
    ['of another salt is for a clerk', { name: '硫酸二甲双胍片' }, 'QUEUE'],
    ['that is misspelled is for a clerk', { name: '盐酸二甲双弧片' }, 'QUEUE'],
    [
      'that is misspelled but has the approval is mapped',
      { name: '盐酸二甲双弧片', approvalNumber: '国药准字H20990001' },
      'MAP',
    ],
    [
      'that claims the code and says little else is mapped',
      {
        name: '二甲双胍',
        dosageForm: '',
        specification: '',
        pack: '',
        manufacturer: '',
        claimedNationalCode: ITEM.nationalCode,
      },
      'MAP',
    ],
    [
      'that claims the code under quite another name is for a clerk',
      { name: '阿托伐他汀', claimedNationalCode: ITEM.nationalCode },
      'QUEUE',
    ],
    ['that claims another code is for a clerk', { claimedNationalCode: 'XY99SYA001A001000200001' }, 'QUEUE'],
    [
      'that claims the code but for its end, and no maker, is for a clerk',
      { manufacturer: '', claimedNationalCode: 'XY99SYA001A0010001' },
      'QUEUE',
    ],
    ['at more than ten times the price is for a clerk', { pack: '', priceMicroYuan: 5_000_000_000n }, 'QUEUE'],
    [
      'that is something else is refused',
      { name: '停车费', kind: null, dosageForm: '', specification: '', pack: '', manufacturer: '' },
      'REFUSE',
    ],
    ['of another kind is refused', { kind: 'SERVICE' }, 'REFUSE'],
  ])('%s', (_, own, decision) => {
    expect(decisionOf(own)).toBe(decision);
  });

  it('is for a clerk where two products fit alike', () => {
    const other = { ...ITEM, nationalCode: 'XY99SYA001A001000200001', pack: '30片/盒' };
    const own = { ...OWN, pack: '' };
    const candidates = [ITEM, other].map((item) => scoreCandidate(own, item, { trigramBps: 0 }));
    expect(decideMatch(own, candidates).decision).toBe('QUEUE');
    expect(decideMatch(own, candidates.slice(0, 1)).decision).toBe('MAP');
  });
});

describe('a service', () => {
  it.each<[string, string, string, 'MAP' | 'QUEUE' | 'REFUSE']>([
    ['with its qualifier elsewhere is mapped', '(单侧)乳腺彩超检查', '乳腺彩超检查(单侧)', 'MAP'],
    ['with a Roman numeral is mapped', 'II级护理', '二级护理', 'MAP'],
    ['of the other side is not mapped', '乳腺彩超检查(双侧)', '乳腺彩超检查(单侧)', 'QUEUE'],
    ['without the qualifier is for a clerk', '乳腺彩超检查', '乳腺彩超检查(单侧)', 'QUEUE'],
    ['of another grade is for a clerk', '三级护理', '二级护理', 'QUEUE'],
    ['that is a surcharge is not the item itself', '阑尾切除术加收', '阑尾切除术', 'QUEUE'],
  ])('%s', (_, ownName, nationalName, decision) => {
    const own = { ...OWN_SERVICE, name: ownName };
    const scored = scoreCandidate(own, { ...SERVICE, name: nationalName }, { trigramBps: 0 });
    expect(decideMatch(own, [scored]).decision).toBe(decision);
  });
});

describe('a service whose list has more than a name', () => {
  it('is not the item itself where another column says that it is a surcharge', () => {
    const own = { ...OWN_SERVICE, name: '阑尾切除术', specification: '加收' };
    const scored = scoreCandidate(own, { ...SERVICE, name: '阑尾切除术' }, { trigramBps: 0 });
    expect(decideMatch(own, [scored]).decision).toBe('QUEUE');
  });
});

describe('scores', () => {
  const text = fc.constantFrom(
    '',
    '盐酸二甲双胍片',
    '0.5g',
    '20片/盒',
    '江苏恒远制药有限公司',
    '恒远',
    '国药准字H20990001',
    'H20990002',
    '3.0×15mm',
    '二级护理(单侧)',
  );
  const described = {
    name: text,
    dosageForm: text,
    specification: text,
    pack: text,
    unit: text,
    manufacturer: text,
    approvalNumber: text,
  };
  const price = fc.option(fc.bigInt({ min: 0n, max: 10n ** 12n }));
  const own = fc.record<OwnItem>({
    ...described,
    itemCode: text,
    kind: fc.option(fc.constantFrom(...ITEM_KINDS)),
    priceMicroYuan: price,
    claimedNationalCode: fc.constantFrom('', ITEM.nationalCode, 'XY99SYA001A001000200001'),
  });
  const national = fc.record<NationalItem>({
    ...described,
    nationalCode: fc.constant(ITEM.nationalCode),
    kind: fc.constantFrom(...ITEM_KINDS),
    referencePriceMicroYuan: price,
  });

  it('lie between 0 and 10000 and are what their reasons add up to', () => {
    fc.assert(
      fc.property(own, national, fc.integer({ min: 0, max: 10_000 }), (one, other, trigramBps) => {
        const { scoreBps, evidence } = explain(one, scoreCandidate(one, other, { trigramBps }));
        const sum = evidence.reduce((total, { weightBps }) => total + weightBps, 0);
        expect(Number.isInteger(scoreBps)).toBe(true);
        expect(sum).toBeLessThanOrEqual(10_000);
        expect(scoreBps).toBe(Math.max(0, sum));
        for (const { zh, en } of evidence) expect([zh === '', en === '']).toEqual([false, false]);
      }),
    );
  });

  it('decide the same in whatever order candidates come, and never map below the threshold', () => {
    const candidate = fc.record({
      nationalCode: fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F', 'G'),
      scoreBps: fc.integer({ min: 0, max: 10_000 }),
      findings: fc.constant([]),
      national: fc.constant(ITEM),
    });
    fc.assert(
      fc.property(fc.uniqueArray(candidate, { selector: ({ nationalCode }) => nationalCode }), (candidates) => {
        const outcome = decideMatch(OWN, candidates);
        expect(decideMatch(OWN, candidates.toReversed())).toEqual(outcome);
        expect(outcome.candidates.length).toBeLessThanOrEqual(5);
        const best = outcome.candidates[0]?.scoreBps ?? 0;
        expect(outcome.decision !== 'MAP' || best >= MAP_BPS).toBe(true);
      }),
    );
  });
});
