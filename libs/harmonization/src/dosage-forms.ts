import type { Agreement } from './amounts.js';

/** A dosage form: what it is, and how it releases or is made; two forms of one group differ where their ways do. */
export type DosageForm = { readonly group: FormGroup; readonly way: string };
type FormGroup = (typeof GROUPS)[number][0];

/** What a form is told by. Of several the longest counts, so that 软胶囊 is not 胶囊 and 滴眼液 not a solution. */
const GROUPS = [
  ['TABLET', ['薄膜衣片', '糖衣片', '素片', '薄膜片', '包衣片', '片剂', '片']],
  ['CAPSULE', ['硬胶囊', '胶囊剂', '胶囊']],
  ['SOFT_CAPSULE', ['软胶囊剂', '软胶囊', '胶丸']],
  ['GRANULES', ['颗粒剂', '颗粒', '冲剂']],
  ['DRY_SUSPENSION', ['干混悬剂', '干混悬']],
  ['ORAL_LIQUID', ['口服溶液剂', '口服溶液', '口服液体剂', '口服液', '口服乳', '合剂', '内服液']],
  ['ORAL_SUSPENSION', ['口服混悬液', '口服混悬剂', '混悬液', '混悬剂', '混悬滴剂']],
  ['SYRUP', ['糖浆剂', '糖浆']],
  ['DROPS', ['口服滴剂', '滴剂']],
  [
    'INJECTION',
    [
      '小容量注射液',
      '大容量注射液',
      '注射溶液',
      '注射剂',
      '注射液',
      '冻干粉针剂',
      '冻干粉针',
      '粉针剂',
      '粉针',
      '针剂',
      '输液',
      '注射用',
      '针',
    ],
  ],
  ['EYE_DROPS', ['滴眼液', '滴眼剂', '眼药水', '眼用液']],
  ['EYE_OINTMENT', ['眼膏剂', '眼膏']],
  ['EYE_GEL', ['眼用凝胶剂', '眼用凝胶', '眼凝胶']],
  ['NOSE_DROPS', ['滴鼻液', '滴鼻剂']],
  ['EAR_DROPS', ['滴耳液', '滴耳剂']],
  ['NASAL_SPRAY', ['鼻喷雾剂', '鼻喷剂', '鼻用喷雾剂']],
  ['SPRAY', ['喷雾剂', '喷剂']],
  ['AEROSOL', ['吸入气雾剂', '气雾剂']],
  ['INHALED_POWDER', ['吸入粉雾剂', '粉吸入剂', '粉雾剂', '吸入粉剂', '干粉吸入剂']],
  ['INHALED_LIQUID', ['吸入用混悬液', '吸入用溶液', '雾化吸入液', '雾化溶液', '吸入溶液', '吸入混悬液']],
  ['CREAM', ['乳膏剂', '乳膏', '霜剂', '霜']],
  ['OINTMENT', ['软膏剂', '软膏', '油膏']],
  ['GEL', ['凝胶剂', '凝胶']],
  ['SUPPOSITORY', ['栓剂', '栓']],
  ['PLASTER', ['贴膏剂', '贴膏', '膏药', '贴剂', '透皮贴剂', '巴布膏', '凝胶贴膏', '橡胶膏', '贴片']],
  ['PILLS', ['大蜜丸', '小蜜丸', '水蜜丸', '蜜丸', '浓缩丸', '水丸', '糊丸', '微丸', '丸剂', '丸']],
  ['DROPPING_PILLS', ['滴丸剂', '滴丸']],
  ['POWDER', ['口服散剂', '散剂', '散', '粉剂']],
  ['EXTRACT', ['煎膏剂', '煎膏', '膏滋', '流浸膏']],
  ['TINCTURE', ['酊剂', '酊']],
  ['WINE', ['酒剂', '药酒']],
  ['LOTION', ['洗剂', '搽剂', '擦剂', '涂剂', '外用溶液', '外用液', '洗液']],
  ['EMULSION', ['乳剂', '乳状注射液', '乳液']],
  ['SOLUTION', ['溶液剂', '溶液', '灌肠液', '含漱液', '灌肠剂']],
] as const satisfies readonly (readonly [string, readonly string[]])[];

/** How it releases or is made, by what says so; of two that are both said the first counts. */
const WAYS: readonly (readonly [string, RegExp])[] = [
  ['肠溶缓释', /肠溶缓释/u],
  ['缓释', /缓释|sr\b/u],
  ['控释', /控释/u],
  ['肠溶', /肠溶|ec\b/u],
  ['分散', /分散片/u],
  ['咀嚼', /咀嚼/u],
  ['泡腾', /泡腾/u],
  ['口崩', /口崩|口腔崩解|口溶/u],
  ['舌下', /舌下/u],
  ['含', /含片|口含/u],
  ['阴道', /阴道/u],
  ['粉', /注射用|粉针|冻干/u],
  ['液', /注射液|注射溶液|水针|输液/u],
  ['大蜜', /大蜜丸/u],
  ['小蜜', /小蜜丸/u],
  ['水蜜', /水蜜丸/u],
  ['浓缩', /浓缩丸/u],
  ['水', /水丸/u],
];

const WORDS: readonly (readonly [string, FormGroup])[] = GROUPS.flatMap(([group, words]) =>
  words.map((word) => [word, group] as const),
).toSorted(([one], [other]) => other.length - one.length);

const WAY_WORDS =
  '(?:肠溶缓释|双释放肠溶|肠溶|缓释|控释|分散|咀嚼|泡腾|口腔崩解|口崩|口溶|舌下|阴道|薄膜|糖衣|双层|干|口腔|鼻用|透皮|外用|冻干|无糖型|无糖|无蔗糖|口服|吸入|直肠)';
const SUFFIX = new RegExp(`(?:${WAY_WORDS})*(?:含片|${WORDS.map(([word]) => word).join('|')})$`, 'u');
const PREFIX = /^(?:注射用|吸入用|外用|口服用)/u;

/** The form that a text tells, the name's ending before anything else; null where it tells none. */
export function formOf(text: string): DosageForm | null {
  const way = WAYS.find(([, said]) => said.test(text))?.[0] ?? '';
  if (text.startsWith('注射用')) return { group: 'INJECTION', way: '粉' };
  const ending = WORDS.find(([word]) => text.endsWith(word)) ?? WORDS.find(([word]) => text.includes(word));
  return ending === undefined ? null : { group: ending[1], way };
}

/** What a name without the form is, and the words of the form. Something is always left. */
export function withoutForm(name: string): { readonly rest: string; readonly form: string } {
  const prefix = PREFIX.exec(name)?.[0] ?? '';
  const bare = name.slice(prefix.length);
  const suffix = SUFFIX.exec(bare)?.[0] ?? '';
  const rest = bare.slice(0, bare.length - suffix.length);
  if (Array.from(rest).length < 2) return { rest: name, form: '' };
  return { rest, form: `${prefix}${suffix}` };
}

/** Where two sources say a form of the same group, the one that also says how counts. */
export function mergedForm(name: DosageForm | null, field: DosageForm | null): DosageForm | null {
  if (!name || !field) return name ?? field;
  return name.group === field.group && name.way === '' ? field : name;
}

/** Symmetric. An injection of which it isn't said whether it is a powder may be either. */
export function compareForms(one: DosageForm | null, other: DosageForm | null): Agreement {
  if (!one && !other) return 'NEITHER';
  if (!one || !other) return 'UNSAID';
  if (one.group !== other.group) return 'DIFFERENT';
  if (one.way === other.way) return 'EQUAL';
  const openWay = one.group === 'INJECTION' || one.group === 'PILLS';
  return openWay && (one.way === '' || other.way === '') ? 'PARTIAL' : 'DIFFERENT';
}
