/**
 * 个人承诺书 (规程第八条, 附件2), in our own words: what somebody signs who files now and hands his papers in later. Whoever says
 * `pledged` says this; another text gets another version, so that what was signed stays known.
 */
export const PLEDGE = {
  version: '2026-11',
  zh: [
    '本人（或受本人委托的代办人）郑重承诺：',
    '一、所填备案信息真实、准确，本人确属所选备案类别。',
    '二、按参保地医保经办机构的要求，及时补交所选类别的备案材料。',
    '三、知晓在补齐材料之前，回参保地就医不享受异地就医备案后的双向待遇。',
    '四、如有不实，愿意退回因此由医保基金支付的费用并承担相应责任，知晓失信行为可能记入个人信用记录。',
  ].join('\n'),
  en: [
    'I, or the person who acts for me, declare:',
    '1. What is stated in this filing is true and exact, and I belong to the category that is filed.',
    '2. I will supply the papers of that category when the agency of my insured place asks for them.',
    '3. I know that until they are supplied the filing gives no benefit for care back home.',
    '4. If anything stated is false, I pay back what the fund has paid for it and answer for it; it may count in my credit record.',
  ].join('\n'),
} as const;
