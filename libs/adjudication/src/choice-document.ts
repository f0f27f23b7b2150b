import { BENEFIT_LEVELS, HOSPITAL_LEVELS, ITEM_CLASSES, ITEM_KINDS, PERSON_TYPES, VISIT_KINDS } from '@yiditong/codes';
import type { Fen, Rate } from '@yiditong/money';
import { z } from 'zod';
import { PLACES, SETTLED_BY, type Choice, type Figure } from './choice.js';
import type { Standard } from './policy.js';
import { amount, range, ratio, said, saidOfEach } from './written-values.js';

const list = <T extends z.ZodType>(of: T) => z.array(of).min(1);
const name = z.string().min(1);

/** A condition: all that is said must hold, and of a list one. */
export const when = said({
  visitKinds: list(z.enum(VISIT_KINDS)).optional().describe('Kinds of visit 就诊类别'),
  personTypes: list(z.enum(PERSON_TYPES)).optional().describe('Kinds of person 人员类别'),
  age: range(z.int().min(0)).optional().describe('Whole years, both included 年龄'),
  personTags: list(name).optional().describe('Names that the area uses for persons, such as 低保 or 学生 人员标识'),
  hospitalLevels: list(z.enum(HOSPITAL_LEVELS)).optional().describe('Hospital levels 医院等级'),
  hospitalTags: list(name).optional().describe('Names that the area uses for hospitals, such as 中医医院 机构标识'),
  benefitLevels: list(z.enum(BENEFIT_LEVELS))
    .optional()
    .describe('As at home, referral, emergency, other temporary stay 待遇类别（参保地同等、转诊、急诊、其他临时外出）'),
  settledBy: z.enum(SETTLED_BY).optional().describe('At the counter or by a claim afterwards 直接结算或手工报销'),
  places: list(z.enum(PLACES)).optional().describe('Where the hospital lies 就医地范围'),
  diseaseCodes: list(name).optional().describe('Codes, or how they begin 病种编码'),
  visitNumber: range(z.int().min(1))
    .optional()
    .describe('Which visit of its kind in the benefit year, from 1 年内第几次'),
  itemClasses: list(z.enum(ITEM_CLASSES)).optional().describe('Of a part of the bill: its class 甲乙类'),
  itemKinds: list(z.enum(ITEM_KINDS)).optional().describe('Of a part of the bill: what it is 项目类别'),
  unitPrice: range(amount).optional().describe('Of a part of the bill: its unit price in yuan, both included 单价'),
}).meta({ id: 'when', description: 'All that is said must hold; of a list, one 适用条件' });

/** Where it is left out, it always holds. */
export const whenever = when.default({});

/** The figure itself, or one by hospital level, by person type, or by the first case that holds, each of which may be divided again. */
type ChoiceText = string | { [key: string]: unknown } | readonly unknown[];
type ChoiceSchema<T> = z.ZodType<Choice<T>, ChoiceText>;

function choice<T>(id: string, of: string, figure: z.ZodType<Figure<T>>): ChoiceSchema<T> {
  const ways = z.lazy(() =>
    z.union([
      figure,
      said({ byLevel: saidOfEach(HOSPITAL_LEVELS, any) })
        .describe('By hospital level 按医院等级')
        .transform(({ byLevel, source }) => from(byLevel.source ?? source, { kind: 'BY_LEVEL', of: byLevel.of })),
      said({ byPerson: saidOfEach(PERSON_TYPES, any) })
        .describe('By kind of person 按人员类别')
        .transform(({ byPerson, source }) => from(byPerson.source ?? source, { kind: 'BY_PERSON', of: byPerson.of })),
      z
        .array(
          said({ when: whenever, is: any }).transform(({ when: condition, is, source }) => ({
            when: condition,
            is: from(source, is),
          })),
        )
        .min(1)
        .describe('The first case that holds counts 依次判断，取第一个符合的')
        .transform((cases): Choice<T> => ({ kind: 'CASES', cases })),
    ]),
  ) as unknown as ChoiceSchema<T>;
  const any: ChoiceSchema<T> = ways.meta({
    id,
    description: `${of}, or by level, person or case 可按等级、人员或条件区分`,
  });
  return any;
}

/** Gives a source to all figures that don't say their own. */
function from<T>(source: string | undefined, of: Choice<T>): Choice<T> {
  if (source === undefined) return of;
  const fromEach = <K extends string>(named: Readonly<Partial<Record<K, Choice<T>>>>) =>
    Object.fromEntries(
      Object.entries<Choice<T> | undefined>(named).map(([key, each]) => [key, each && from(source, each)]),
    ) as Partial<Record<K, Choice<T>>>;
  switch (of.kind) {
    case 'VALUE':
      return { ...of, source: of.source ?? source };
    case 'BY_LEVEL':
      return { ...of, of: fromEach(of.of) };
    case 'BY_PERSON':
      return { ...of, of: fromEach(of.of) };
    case 'CASES':
      return { ...of, cases: of.cases.map(({ when: condition, is }) => ({ when: condition, is: from(source, is) })) };
  }
}

function figureOf<T>(value: T, source?: string): Figure<T> {
  return source === undefined ? { kind: 'VALUE', value } : { kind: 'VALUE', value, source };
}

export const amountChoice: ChoiceSchema<Fen> = choice(
  'amountChoice',
  'An amount in yuan 金额',
  amount.transform((value) => figureOf(value)),
);
export const ratioChoice: ChoiceSchema<Rate> = choice(
  'ratioChoice',
  'A ratio 比例',
  ratio.transform((value) => figureOf(value)),
);

const standard: z.ZodType<Figure<Standard>> = z.union([
  amount.transform((fen) => figureOf<Standard>({ kind: 'AMOUNT', fen })),
  said({
    shareOf: z
      .enum(['BILL', 'IN_SCOPE'])
      .describe('Of the whole bill, or of what is in scope 按总费用或政策范围内费用'),
    ratio,
    least: amount.prefault('0').describe('At least 最低'),
    most: amount.nullable().default(null).describe('At most; null for no limit 最高'),
  })
    .refine(({ least, most }) => most === null || least <= most, 'least is above most')
    .transform(({ shareOf, ratio: of, least, most, source }) =>
      figureOf<Standard>({ kind: 'SHARE', of: shareOf, ratio: of, leastFen: least, mostFen: most }, source),
    ),
]);
export const standardChoice: ChoiceSchema<Standard> = choice(
  'standardChoice',
  'An amount, or a share of the bill 起付标准金额或费用的一定比例',
  standard,
);
