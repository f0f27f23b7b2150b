import type { VisitKind } from '@yiditong/codes';
import type { Random } from './random.js';

export type DemoDiagnosis = { readonly code: string; readonly name: string };

const diagnosis = (code: string, name: string): DemoDiagnosis => ({ code, name });

const HYPERTENSION = diagnosis('I10.x00x002', '高血压');
const DIABETES = diagnosis('E11.900', '2型糖尿病');
const CORONARY = diagnosis('I25.103', '冠状动脉粥样硬化性心脏病');

/** What the chronic diseases of the sample are in ICD-10. */
const OF_CHRONIC_DISEASE: Readonly<Record<string, readonly DemoDiagnosis[]>> = {
  M00200: [diagnosis('B18.101', '慢性乙型病毒性肝炎')],
  M01600: [DIABETES],
  M03900: [HYPERTENSION],
  M04600: [CORONARY],
  M05300: [diagnosis('J44.900', '慢性阻塞性肺疾病')],
  M06900: [diagnosis('M06.900', '类风湿性关节炎')],
  M07800: [diagnosis('N18.900', '慢性肾衰竭'), diagnosis('Z49.100', '体外透析')],
};

const OF_STAY = [
  CORONARY,
  diagnosis('I63.900', '脑梗死'),
  diagnosis('J18.900', '肺炎'),
  diagnosis('K80.100', '胆囊结石伴慢性胆囊炎'),
  diagnosis('K35.800', '急性阑尾炎'),
  diagnosis('M17.900', '膝骨关节病'),
  diagnosis('S72.000', '股骨颈骨折'),
  diagnosis('H25.900', '老年性白内障'),
  diagnosis('C34.900', '肺恶性肿瘤'),
  diagnosis('C18.900', '结肠恶性肿瘤'),
];
const BESIDES = [HYPERTENSION, DIABETES, diagnosis('E78.500', '高脂血症'), diagnosis('K76.000', '脂肪肝')];
const OF_VISIT = [
  diagnosis('J06.900', '急性上呼吸道感染'),
  diagnosis('K29.500', '慢性胃炎'),
  diagnosis('M54.500', '下背痛'),
  diagnosis('L30.900', '皮炎'),
  diagnosis('N39.000', '泌尿道感染'),
  HYPERTENSION,
];
const OF_EMERGENCY = [
  diagnosis('R07.400', '胸痛'),
  diagnosis('R10.400', '腹痛'),
  diagnosis('T14.900', '损伤'),
  diagnosis('R55.x00', '晕厥'),
];

/** What a visit may have been for, 主诊断 first; a stay often has others besides. */
export function drawDiagnoses(
  visit: { readonly visitKind: VisitKind; readonly emergency: boolean; readonly diseaseCode: string | null },
  random: Random,
): DemoDiagnosis[] {
  switch (visit.visitKind) {
    case 'CHRONIC':
      return [...(OF_CHRONIC_DISEASE[visit.diseaseCode ?? ''] ?? [])];
    case 'INPATIENT':
      return [random.pick(OF_STAY), ...random.several(BESIDES, random.below(3))];
    case 'OUTPATIENT':
      return [random.pick(visit.emergency ? OF_EMERGENCY : OF_VISIT)];
  }
}
