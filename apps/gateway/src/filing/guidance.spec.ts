import { describe, expect, it } from 'vitest';
import type { OptionsAnswer } from './eligibility.dto.js';
import { filingAnswer, type FilingAnswer } from './filing.dto.js';
import { guidanceOf } from './guidance.js';

const option: Omit<OptionsAnswer['options'][number], 'category'> = {
  anyOf: [],
  pledgePossible: false,
  immediate: false,
  earliestValidTo: null,
  lockedUntil: null,
  benefitLevel: 'LOCAL',
  article: '通知二(五)',
};
const OPTIONS: OptionsAnswer['options'] = [
  { ...option, category: 'LONG_TERM_RESIDENT', anyOf: ['RESIDENCE_PROOF'], pledgePossible: true },
  { ...option, category: 'REFERRAL', anyOf: ['REFERRAL_CERTIFICATE'] },
  { ...option, category: 'OTHER_TEMPORARY', immediate: true },
];
const FOUND: OptionsAnswer = {
  insured: { region: '131000', zh: '廊坊市', en: 'Langfang' },
  destination: { region: '110000', zh: '北京', en: 'Beijing' },
  validFrom: '2026-11-18',
  options: OPTIONS,
  obstacle: null,
  existing: null,
  reviewDueOn: '2026-11-24',
};

describe('the guidance', () => {
  it('says what to file, from which day, and what each way needs', () => {
    expect(guidanceOf(FOUND)).toEqual({
      zh: '请患者、亲属或医院在出院结算前办理到北京的备案，起始日期填 2026-11-18。可选：其他跨省临时外出就医人员（无需材料、即时生效）；异地长期居住人员（签署个人承诺书、即时生效）；异地转诊人员（提交材料、最迟 2026-11-24 审核）。办妥后即可直接结算。',
      en: 'The patient, a family member or the hospital files for Beijing before discharge settlement, valid from 2026-11-18. Possible: Other temporary stay (at once and without papers); Long-term resident elsewhere (at once with a signed pledge); Referred patient (with papers, reviewed by 2026-11-24). Then settle directly.',
    });
  });

  it.each<[string, Partial<OptionsAnswer>, RegExp]>([
    ['that nothing has to be done with a filing in force', { existing: filed('ACTIVE') }, /已有到北京的有效备案/],
    ['to wait for a review', { existing: filed('SUBMITTED') }, /最迟 2026-11-25 办结/],
    ['to complete what was returned', { existing: filed('RETURNED') }, /补齐并提交/],
    ['to file where an earlier filing is over', { existing: filed('EXPIRED') }, /出院结算前办理/],
    [
      'why nothing has to be filed, though something could be',
      { obstacle: { reason: 'FILING_NOT_NEEDED', zh: '视同已备案。', en: 'Counts as filed.' } },
      /^视同已备案。$/,
    ],
    ['what to do where nothing can be filed', { options: [], destination: null }, /自费结算/],
  ])('says %s', (_, part, zh) => {
    const said = guidanceOf({ ...FOUND, ...part });
    expect(said.zh).toMatch(zh);
    expect(said.en).toMatch(/^[A-Z].*\.$/);
  });
});

function filed(state: FilingAnswer['state']): FilingAnswer {
  return filingAnswer.parse({
    filingId: '01890a5d-ac96-774b-bcce-b302099a8058',
    personId: '01890a5d-ac96-774b-bcce-b302099a8057',
    insuredRegion: '131000',
    category: 'REFERRAL',
    destinationRegion: '110000',
    validFrom: '2026-11-18',
    validTo: '2027-05-18',
    createdAt: '2026-11-20T10:00:00.000Z',
    state,
    version: 1,
    source: 'ONLINE',
    materials: [],
    pledged: false,
    owed: [],
    lockedUntil: null,
    reviewDueOn: '2026-11-25',
    reviewOverdue: false,
    updatedAt: '2026-11-20T10:00:00.000Z',
    reason: null,
  });
}
