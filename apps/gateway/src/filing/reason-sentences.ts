/** A sentence as people read it, in both languages. */
export type Sentence = { readonly zh: string; readonly en: string };

/** Why a visit is covered, by the reason codes of the eligibility decision. */
const WHY_COVERED: Readonly<Record<string, Sentence>> = {
  TWO_WAY_AT_HOME: {
    zh: '已办理长期备案，回参保地就医享受双向待遇。',
    en: 'A long-term filing gives benefits at home as well.',
  },
  LATE_FILING: {
    zh: '备案在入院后、出院结算前补办，可直接结算。',
    en: 'The filing was made after admission and before discharge settlement, which is in time.',
  },
  ADMITTED_IN_WINDOW: {
    zh: '入院时备案有效；此后备案到期、变更或取消，不影响本次就医。',
    en: 'The filing held at admission; what became of it later does not touch this stay.',
  },
  ONWARD_REFERRAL: {
    zh: '长期备案人员经转诊到备案地以外就医，按转诊待遇结算。',
    en: 'A person with a long-term filing was referred to another place, which pays by the referral standard.',
  },
  FILED: { zh: '已办理到就医地的备案。', en: 'There is a filing for the place.' },
  AGREEMENT: {
    zh: '按区域合作规定，到该地就医视同已备案。',
    en: 'Under a regional agreement care there counts as filed.',
  },
  EXEMPT_ZONE: {
    zh: '参保地与就医地同属免备案区域，无需备案。',
    en: 'Both places are in one zone in which nothing has to be filed.',
  },
  EMERGENCY: { zh: '急诊抢救，视同已备案。', en: 'Emergency care is deemed filed.' },
};

/** A code that this gateway doesn't know yet is still an answer: the code itself stands beside it. */
export function sayWhyCovered(reasonCode: string): Sentence {
  return WHY_COVERED[reasonCode] ?? { zh: '符合跨省直接结算条件。', en: 'The visit is covered.' };
}
