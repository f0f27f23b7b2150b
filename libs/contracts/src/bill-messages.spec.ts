import { fileURLToPath } from 'node:url';
import { loadSync, type MethodDefinition, type PackageDefinition } from '@grpc/proto-loader';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contractDefinition } from './contract-definition.js';
import type { FeeLine } from './gen/yiditong/catalogue/v1/catalogue.pb.js';

/** As every other message is encoded. */
const loaded = loadSync(['yiditong/catalogue/v1/catalogue.proto', 'yiditong/filing/v1/eligibility.proto'], {
  includeDirs: [fileURLToPath(new URL('../../../proto', import.meta.url))],
  longs: BigInt as unknown as typeof String,
  enums: String,
  defaults: true,
  oneofs: false,
});
const CATALOGUE = 'yiditong.catalogue.v1.CatalogueService';

function method(definition: PackageDefinition, service: string, name: string): MethodDefinition<object, object> {
  return (definition[service] as Record<string, MethodDefinition<object, object>>)[name] as MethodDefinition<
    object,
    object
  >;
}

const amount = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n });
const line: fc.Arbitrary<FeeLine> = fc.record({
  lineNumber: fc.integer({ min: -5, max: 5_000 }),
  nationalCode: fc.string({ maxLength: 30, unit: 'grapheme' }),
  quantityE4: amount,
  unitPriceMicroYuan: amount,
  amountFen: amount,
  occurredAt: fc.record({ seconds: amount, nanos: fc.integer({ min: 0, max: 999_999_999 }) }),
  hospitalCode: fc.string({ maxLength: 10 }),
  approved: fc.boolean(),
});

describe('the messages that a bill waits for', () => {
  const [own, theirs] = [contractDefinition, loaded].map((definition) =>
    method(definition, CATALOGUE, 'ClassifyLines'),
  );

  it('are read by proto-loader, and read what it has written', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), fc.constantFrom('EMPLOYEE', 'UNSPECIFIED'), (lines, insurance) => {
        const bill = {
          province: '110000',
          lines,
          insurance: `INSURANCE_${insurance}`,
          personType: 'PERSON_TYPE_UNSPECIFIED',
          hospitalLevel: 'HOSPITAL_LEVEL_TERTIARY',
          visitKind: 'VISIT_KIND_INPATIENT',
          institutionCode: '',
        };
        for (const [writes, reads] of [
          [own, theirs],
          [theirs, own],
          [own, own],
        ])
          expect(reads?.requestDeserialize(writes?.requestSerialize(bill) ?? Buffer.alloc(0))).toEqual(bill);
      }),
    );
  });

  it('have nothing where a message is absent', () => {
    const answer = own?.responseDeserialize(Buffer.from([0x0a, 0x02, 0x08, 0x01]));
    expect(answer).toMatchObject({
      lines: [{ lineNumber: 1, split: undefined, capMicroYuan: 0n, rule: 'LINE_RULE_UNSPECIFIED' }],
    });
    const check = method(contractDefinition, 'yiditong.filing.v1.EligibilityService', 'CheckEligibility');
    expect(check.requestDeserialize(Buffer.from([0x0a, 0x00]))).toMatchObject({
      checks: [{ personId: '', asOf: undefined }],
    });
  });
});
