import { VISIT_KINDS } from '@yiditong/codes';
import { describe, expect, it } from 'vitest';
import { medicalTypeCode, medicalTypeOf, type MedicalType } from './medical-types.js';

const HOSPITAL = 'H11010100001';

describe('a 医疗类别', () => {
  it.each<[string, string]>([
    ['11', 'OUTPATIENT'],
    ['12', 'OUTPATIENT'],
    ['13', 'OUTPATIENT emergency'],
    ['19', 'OUTPATIENT trauma'],
    ['14', 'CHRONIC'],
    ['140104', 'CHRONIC'],
    ['140201', 'CHRONIC'],
    ['140401', 'CHRONIC'],
    ['21', 'INPATIENT'],
    ['2101', 'INPATIENT'],
    ['210104', 'INPATIENT emergency'],
    ['22', 'INPATIENT trauma'],
    ['23', 'INPATIENT'],
    ['24', 'INPATIENT emergency'],
    ['26', 'INPATIENT'],
    ['28', 'INPATIENT'],
    ['41', 'OUTPATIENT'],
    ['1104', 'CHRONIC'],
    ['1105', 'OUTPATIENT'],
  ])('%s is %s', (code, meaning) => expect(inWords(medicalTypeOf(code))).toBe(meaning));

  it.each(['', '15', '25', '27', '51', '52', '71', '9001', 'toString'])('%s is not settled', (code) => {
    expect(medicalTypeOf(code)).toBeNull();
  });

  it('shown means what was settled, an injury before an emergency', () => {
    for (const visitKind of VISIT_KINDS)
      for (const emergency of [false, true])
        for (const trauma of [false, true]) {
          const read = medicalTypeOf(medicalTypeCode({ visitKind, emergency, trauma }, HOSPITAL));
          const isPlain = visitKind === 'CHRONIC';
          expect(read).toEqual({
            visitKind,
            emergency: !isPlain && emergency && !trauma,
            trauma: !isPlain && trauma,
          });
        }
  });

  it('of a pharmacy is a purchase', () => {
    expect(medicalTypeCode({ visitKind: 'CHRONIC', emergency: false, trauma: false }, 'P11010100001')).toBe('41');
  });
});

function inWords(type: MedicalType | null): string {
  if (type === null) return '';
  return [type.visitKind, ...(type.emergency ? ['emergency'] : []), ...(type.trauma ? ['trauma'] : [])].join(' ');
}
