import type { FhirResource } from './fhir-json.js';

/** When this statement last changed. */
const DATE = '2026-11-23';
const TYPES = ['Claim', 'ClaimResponse', 'ExplanationOfBenefit', 'PaymentReconciliation'] as const;

/** What the façade can do, for anybody who asks. */
export const CAPABILITY_STATEMENT: FhirResource = {
  resourceType: 'CapabilityStatement',
  language: 'zh-CN',
  status: 'active',
  date: DATE,
  kind: 'instance',
  software: { name: '异地通 Yiditong' },
  implementation: {
    description:
      '跨省异地就医结算与省际清算付款的只读 FHIR 接口 Settlements of cross-province care and payments between provinces, to read',
  },
  fhirVersion: '4.0.1',
  format: ['application/fhir+json', 'json'],
  rest: [
    {
      mode: 'server',
      documentation:
        '资源编号即结算编号；PaymentReconciliation 为清算月份.通知书编号 The id is the settlement’s; of a PaymentReconciliation the clearing month, a dot and the notice’s',
      security: {
        cors: false,
        description:
          'Authorization: Bearer，与 /v1 相同；只读本人、本机构或本地区的结算，及本省付款或收款 Bearer tokens as under /v1; the caller’s own settlements and its province’s payments only',
      },
      resource: TYPES.map((type) => ({
        type,
        interaction: [{ code: 'read' }],
        versioning: 'no-version',
        readHistory: false,
        updateCreate: false,
        conditionalCreate: false,
        conditionalUpdate: false,
        conditionalDelete: 'not-supported',
      })),
    },
  ],
};
