import { CATEGORY_NAMES, PLEDGE, type FilingCategory } from '@yiditong/codes';
import { describe, expect, it } from 'vitest';
import type { OptionsAnswer } from './eligibility.dto.js';
import { filingAnswer, type FilingAnswer } from './filing.dto.js';
import { materialNames, named } from './filing-names.js';
import { showGuidance } from './guidance.dto.js';
import { guidanceOf } from './guidance.js';

type Option = OptionsAnswer['options'][number];

const OPTIONS: readonly Option[] = [
  option('LONG_TERM_RESIDENT', { anyOf: ['RESIDENCE_PROOF'], pledgePossible: true }),
  option('REFERRAL', { anyOf: ['REFERRAL_CERTIFICATE'] }),
  option('OTHER_TEMPORARY', { immediate: true }),
];
const FOUND: OptionsAnswer = {
  insured: { region: '131000', zh: '廊坊市', en: 'Langfang' },
  destination: { region: '110000', zh: '北京', en: 'Beijing' },
  validFrom: '2026-11-18',
  options: [...OPTIONS],
  obstacle: null,
  existing: null,
  reviewDueOn: '2026-11-24',
  pledge: PLEDGE,
};
const OVERLAPS = { reason: 'FILING_OVERLAPS', zh: '有效期重叠。', en: 'It overlaps.' };
const INACTIVE = { reason: 'INSURANCE_INACTIVE', zh: '参保已停止。', en: 'Not insured.' };

describe('the guidance', () => {
  it('says what to file, from which day, and what each way needs', () => {
    expect(guidanceOf(FOUND)).toEqual({
      zh: '请患者、亲属或医院在出院结算前办理到北京的备案，起始日期填 2026-11-18。可选：其他跨省临时外出就医人员（无需材料、即时生效）；异地长期居住人员（签署个人承诺书、即时生效）；异地转诊人员（提交材料、最迟 2026-11-24 审核）。办妥后即可直接结算。',
      en: 'The patient, a family member or the hospital files for Beijing before discharge settlement, valid from 2026-11-18. Possible: Other temporary stay (at once and without papers); Long-term resident elsewhere (at once with a signed pledge); Referred patient (with papers, reviewed by 2026-11-24). Then settle directly.',
    });
  });

  it.each<[string, Partial<OptionsAnswer>, RegExp, RegExp]>([
    [
      'that nothing has to be done with a filing that covers the stay',
      { existing: filed('ACTIVE'), obstacle: OVERLAPS, options: [] },
      /已有到北京的有效备案，无需再办/,
      /Nothing has to be done/,
    ],
    [
      'to cancel a filing that came after the admission, and to file anew from that day',
      { existing: filed('ACTIVE', { validFrom: '2026-11-20' }), obstacle: OVERLAPS },
      /不能用于本次住院。请患者、亲属或参保地经办机构取消该备案，再自入院日重新办理，起始日期填 2026-11-18。可选：其他.*办妥后即可直接结算。$/,
      /cancels it and files anew from the day of admission, valid from 2026-11-18\. Possible: Other.*Then settle directly\.$/,
    ],
    [
      'whom to ask where that filing is locked in',
      { existing: filed('ACTIVE', { lockedUntil: '2027-05-19' }), obstacle: OVERLAPS },
      /2027-05-19（含）前限制取消，在此之前请联系参保地经办机构。$/,
      /locked in until 2027-05-19 inclusive; .*agency\.$/,
    ],
    [
      'to take back what waits for a review and would begin too late',
      { existing: filed('SUBMITTED', { validFrom: '2026-11-20' }), obstacle: OVERLAPS, options: [] },
      /取消该备案，再自入院日重新办理，起始日期填 2026-11-18。办妥后即可直接结算。$/,
      /from the day of admission, valid from 2026-11-18\. Then settle directly\.$/,
    ],
    [
      'to pay where the filing came after an admission too long ago for another',
      { existing: filed('ACTIVE', { validFrom: '2026-11-20' }), obstacle: OVERLAPS, options: [] },
      /自费结算/,
      /asks the insured place/,
    ],
    [
      'to wait for a review',
      { existing: filed('SUBMITTED'), obstacle: OVERLAPS, options: [] },
      /正由参保地审核，最迟 2026-11-25 办结/,
      /under review .* by 2026-11-25/,
    ],
    [
      'to complete what was returned',
      { existing: filed('RETURNED') },
      /已退回补正。.*补齐并提交/,
      /is returned by the insured place\. .* hands it in/,
    ],
    ['to hand in a draft', { existing: filed('DRAFT') }, /尚未提交。.*补齐并提交/, /is a draft\. .* hands it in/],
    [
      'to file where what was returned would begin too late',
      { existing: filed('RETURNED', { validFrom: '2026-11-19' }) },
      /^请患者、亲属或医院在出院结算前办理/,
      /files for Beijing/,
    ],
    ['to file where an earlier filing is over', { existing: filed('EXPIRED') }, /出院结算前办理/, /files for Beijing/],
    [
      'why nothing has to be filed, though something could be',
      { obstacle: { reason: 'FILING_NOT_NEEDED', zh: '视同已备案。', en: 'Counts as filed.' } },
      /^视同已备案。$/,
      /^Counts as filed\.$/,
    ],
    [
      'why nothing can be settled, whatever was filed before',
      { existing: filed('ACTIVE'), obstacle: INACTIVE, options: [] },
      /^参保已停止。$/,
      /^Not insured\.$/,
    ],
    ['what to do where nothing can be filed', { options: [], destination: null }, /自费结算/, /asks the insured place/],
  ])('says %s', (_, part, zh, en) => {
    const said = guidanceOf({ ...FOUND, ...part });
    expect(said.zh).toMatch(zh);
    expect(said.en).toMatch(en);
    expect(said.en).toMatch(/^[A-Z].*\.$/);
  });

  it('gives a hospital no more of a filing than what it is and until when', () => {
    const { existing, pledge } = showGuidance({ ...FOUND, existing: filed('SUBMITTED') });
    expect(existing).toEqual({
      filingId: '01890a5d-ac96-774b-bcce-b302099a8058',
      state: 'SUBMITTED',
      stateName: { zh: '待审核', en: 'Under review' },
      category: 'REFERRAL',
      categoryName: { zh: '异地转诊人员', en: 'Referred patient' },
      destinationRegion: '110000',
      destinationPlace: { zh: '北京', en: 'Beijing' },
      validFrom: '2026-11-18',
      validTo: '2027-05-18',
    });
    expect(pledge).toEqual(PLEDGE);
  });
});

function option(category: FilingCategory, given: Partial<Option>): Option {
  return {
    category,
    categoryName: CATEGORY_NAMES[category],
    anyOf: [],
    anyOfNames: materialNames(given.anyOf ?? []),
    pledgePossible: false,
    immediate: false,
    earliestValidTo: null,
    lockedUntil: null,
    benefitLevel: 'LOCAL',
    article: '通知二(五)',
    ...given,
  };
}

function filed(state: FilingAnswer['state'], given: Partial<FilingAnswer> = {}): FilingAnswer {
  const filing = named({
    filingId: '01890a5d-ac96-774b-bcce-b302099a8058',
    personId: '01890a5d-ac96-774b-bcce-b302099a8057',
    insuredRegion: '131000',
    category: 'REFERRAL' as const,
    destinationRegion: '110000',
    validFrom: '2026-11-18',
    validTo: '2027-05-18',
    createdAt: '2026-11-20T10:00:00.000Z',
    state,
    version: 1,
    source: 'ONLINE',
    materials: [],
    materialNames: [],
    pledged: false,
    owed: [],
    owedNames: [],
    lockedUntil: null,
    reviewDueOn: '2026-11-25',
    reviewOverdue: false,
    updatedAt: '2026-11-20T10:00:00.000Z',
    reason: '住院',
  });
  return filingAnswer.parse({ ...filing, ...given });
}
