import { encodeInstant } from '@yiditong/chassis';
import type { commonV1, settlementV1 } from '@yiditong/contracts';
import { parseExactly } from '@yiditong/money';
import { z } from 'zod';
import { MalformedRequest } from '../http/request-pipe.js';
import { amount, count, diagnosisCode, diseaseCode, flag, text, time } from './input-fields.js';
import { medicalTypeOf, type MedicalType } from './medical-types.js';
import { withoutEmpty } from './transaction.js';

/** 就诊凭证 (mdtrt_cert_type, mdtrt_cert_no). */
export const certificate = {
  mdtrt_cert_type: z.enum(['01', '02', '03']),
  mdtrt_cert_no: text(50),
};
/** 险种类型, of those that are settled across provinces. */
export const insuranceType = z.enum(['310', '390']);
/** 个人结算方式 (psn_setlway): 按项目. */
export const payment = z.literal('01', 'must be 01: across provinces bills are paid by their items, not by quota');
/** 住院/门诊号: also what a visit is known by over REST. */
export const visitNumber = z.string().regex(/^[\w-]{1,30}$/, '1 to 30 letters, digits, hyphens and underscores');

/** 医疗类别 (med_type) with what it means here. */
export const medicalType = z.string().transform((code, context) => {
  const meaning = medicalTypeOf(code);
  if (meaning !== null) return { code, ...meaning };
  context.addIssue({ code: 'custom', message: 'a kind of care that is not settled across provinces here' });
  return z.NEVER;
});

/**
 * 扩展字段 (exp_content): an object, or the JSON of one in a text. `trum_pledge_time` is this platform's own: when the pledge was signed that
 * nobody else is liable, for which the published structure has no field.
 */
export const extension = z
  .union([z.string().transform(extensionOf), z.record(z.string(), z.unknown())], {
    error: 'an object, or its JSON in a text',
  })
  .pipe(
    z.object({
      trum_flag: flag.optional(),
      rel_ttp_flag: flag.optional(),
      trum_pledge_time: time.optional(),
      otp_er_refl_flag: z.string().optional(),
    }),
  );
export type Extension = z.infer<typeof extension>;

function extensionOf(json: string, context: z.RefinementCtx): unknown {
  try {
    return withoutEmpty(parseExactly(json));
  } catch {
    context.addIssue({ code: 'custom', message: 'not JSON' });
    return z.NEVER;
  }
}

const diagnosisFields = {
  diag_type: text(3),
  diag_srt_no: count(2),
  diag_code: diagnosisCode,
  diag_name: text(100),
  diag_dept: text(50),
  dise_dor_no: text(30),
  dise_dor_name: text(50),
  diag_time: time,
};
/** diseinfo of an outpatient visit: those that hold no longer (vali_flag 0) are left out. */
export const outpatientDiagnoses = z
  .array(z.object({ ...diagnosisFields, vali_flag: flag }))
  .min(1)
  .max(10);
/** diseinfo of a stay. */
export const inpatientDiagnoses = z
  .array(z.object({ ...diagnosisFields, maindiag_flag: flag }))
  .min(1)
  .max(10);

type NamedDiagnosis = {
  readonly diag_srt_no: number;
  readonly diag_code: string;
  readonly diag_name: string;
  readonly vali_flag?: boolean;
  readonly maindiag_flag?: boolean;
};

/** 主诊断 first, then as they are numbered. */
export function diagnosesOf(rows: readonly NamedDiagnosis[]): settlementV1.Diagnosis[] {
  const rank = ({ maindiag_flag: isMain, diag_srt_no: order }: NamedDiagnosis): number =>
    isMain === true ? -1 : order;
  return rows
    .filter(({ vali_flag: isValid }) => isValid !== false)
    .toSorted((first, second) => rank(first) - rank(second))
    .map((row) => ({ code: row.diag_code, name: row.diag_name }));
}

/** 外伤, by the 医疗类别 or by its flag; undefined where it is none. */
export function traumaOf(type: MedicalType, said: Extension | undefined): settlementV1.Trauma | undefined {
  if (!type.trauma && said?.trum_flag !== true) return undefined;
  const pledgedAt = said?.trum_pledge_time;
  return {
    thirdParty: said?.rel_ttp_flag === true,
    pledgedAt: pledgedAt === undefined ? undefined : encodeInstant(pledgedAt),
  };
}

/** 急诊, by the 医疗类别 or by 门诊急诊转诊标志. */
export function isEmergency(type: MedicalType, said: Extension | undefined): boolean {
  return type.emergency || said?.otp_er_refl_flag === '1';
}

/**
 * 病种编码 (dise_codg) where it is a 门诊慢特病种; codes of other directories (单病种、日间手术) settle nothing differently. A chronic
 * visit must have one: rejects with REQUEST_MALFORMED.
 */
export function diseaseOf(type: MedicalType, code: string | undefined, path: string): string {
  const isDisease = diseaseCode.safeParse(code).success;
  if (type.visitKind === 'CHRONIC' && !isDisease)
    throw new MalformedRequest([{ path, message: 'M and five digits, needed of a chronic visit' }]);
  return type.visitKind === 'CHRONIC' ? (code ?? '') : '';
}

/** The parts of a bill as the hospital's own system divides it. */
export const declaredParts = {
  fulamt_ownpay_amt: amount,
  overlmt_selfpay: amount,
  preselfpay_amt: amount,
  inscp_scp_amt: amount,
};
type DeclaredParts = { readonly [field in keyof typeof declaredParts]?: bigint | undefined };

/** All four or none. Rejects with REQUEST_MALFORMED, naming those that are missing. */
export function declaredSplit(parts: DeclaredParts): commonV1.FeeSplit | undefined {
  const names = Object.keys(declaredParts) as (keyof typeof declaredParts)[];
  const missing = names.filter((name) => parts[name] === undefined);
  if (missing.length === names.length) return undefined;
  if (missing.length > 0)
    throw new MalformedRequest(missing.map((name) => ({ path: `input.data.${name}`, message: 'is missing' })));
  return {
    fullSelfPayFen: parts.fulamt_ownpay_amt ?? 0n,
    overCeilingFen: parts.overlmt_selfpay ?? 0n,
    firstSelfPayFen: parts.preselfpay_amt ?? 0n,
    inScopeFen: parts.inscp_scp_amt ?? 0n,
  };
}
