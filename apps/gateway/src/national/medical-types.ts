import type { VisitKind } from '@yiditong/codes';

/** What of a 医疗类别 (med_type) is settled differently. */
export type MedicalType = { readonly visitKind: VisitKind; readonly emergency: boolean; readonly trauma: boolean };

const type = (visitKind: VisitKind, { emergency = false, trauma = false } = {}): MedicalType => ({
  visitKind,
  emergency,
  trauma,
});

/** Childbirth (51–53), special drugs (15), home beds (71) and the provinces' own codes aren't settled across provinces here. */
const MEDICAL_TYPES: Readonly<Record<string, MedicalType>> = {
  /** 普通门诊、门诊挂号、急诊、意外伤害门诊. */
  '11': type('OUTPATIENT'),
  '12': type('OUTPATIENT'),
  '13': type('OUTPATIENT', { emergency: true }),
  '19': type('OUTPATIENT', { trauma: true }),
  /** 门诊慢特病、慢性病、特殊病、罕见病. */
  '14': type('CHRONIC'),
  '140104': type('CHRONIC'),
  '140201': type('CHRONIC'),
  '140401': type('CHRONIC'),
  /** 普通住院 (2101 in some provinces)、急诊住院、外伤住院、转外诊治住院、急诊转住院、单病种住院、日间手术. */
  '21': type('INPATIENT'),
  '2101': type('INPATIENT'),
  '210104': type('INPATIENT', { emergency: true }),
  '22': type('INPATIENT', { trauma: true }),
  '23': type('INPATIENT'),
  '24': type('INPATIENT', { emergency: true }),
  '26': type('INPATIENT'),
  '28': type('INPATIENT'),
  /** 定点药店购药: of an ordinary outpatient, or with a disease of a chronic one. */
  '41': type('OUTPATIENT'),
  /** 异地门诊慢特病、异地门诊. */
  '1104': type('CHRONIC'),
  '1105': type('OUTPATIENT'),
};

/** 定点药店购药. */
export const PHARMACY_PURCHASE = '41';

/** What a 医疗类别 means here, or null where it isn't settled. */
export function medicalTypeOf(code: string): MedicalType | null {
  return Object.hasOwn(MEDICAL_TYPES, code) ? (MEDICAL_TYPES[code] ?? null) : null;
}

/** The 医疗类别 under which a settlement is shown. An injury is told before an emergency, because the form has one code only. */
export function medicalTypeCode({ visitKind, emergency, trauma }: MedicalType, institutionCode: string): string {
  if (institutionCode.startsWith('P')) return PHARMACY_PURCHASE;
  switch (visitKind) {
    case 'CHRONIC':
      return '14';
    case 'OUTPATIENT':
      return trauma ? '19' : emergency ? '13' : '11';
    case 'INPATIENT':
      return trauma ? '22' : emergency ? '210104' : '21';
  }
}
