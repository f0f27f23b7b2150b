import supertest from 'supertest';
import { describe, expect, inject, it } from 'vitest';

const { document } = inject('stack');
const gateway = supertest(document.gateway);

type Schema = { readonly $ref?: string; readonly type?: unknown; readonly properties?: unknown };
type Content = Readonly<Record<string, { readonly schema?: Schema }>>;
type Operation = {
  readonly summary?: string;
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
  readonly security?: readonly unknown[];
};
type OpenApi = {
  readonly openapi: string;
  readonly security?: readonly unknown[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

/** The whole public interface: the success status of each route, and whether it takes a body. */
const ROUTES: readonly (readonly [method: string, path: string, status: number, takesBody: boolean])[] = [
  ['post', '/v1/filings', 201, true],
  ['get', '/v1/persons/{personId}/filings', 200, false],
  ['get', '/v1/persons/{personId}/filings/{filingId}', 200, false],
  ['get', '/v1/persons/{personId}/filings/{filingId}/history', 200, false],
  ['post', '/v1/persons/{personId}/filings/{filingId}/submission', 200, true],
  ['post', '/v1/persons/{personId}/filings/{filingId}/change', 200, true],
  ['post', '/v1/persons/{personId}/filings/{filingId}/cancellation', 200, true],
  ['post', '/v1/persons/{personId}/filings/{filingId}/materials', 200, true],
  ['post', '/v1/persons/{personId}/filings/{filingId}/review', 200, true],
  ['get', '/v1/persons/{personId}/filings/{filingId}/receipt', 200, false],
  ['get', '/v1/persons/{personId}/filings/{filingId}/receipt.html', 200, false],
  ['post', '/v1/filing-receipts/verification', 200, true],
  ['get', '/v1/persons/{personId}/filing-options', 200, false],
  ['post', '/v1/filing-guidance', 200, true],
  ['post', '/v1/eligibility-decisions', 200, true],
  ['get', '/v1/filings', 200, false],
  ['get', '/v1/filings/export.csv', 200, false],
  ['get', '/v1/filings/export.xlsx', 200, false],
  ['get', '/v1/filing-reviews', 200, false],
  ['post', '/v1/persons/{personId}/family-access', 201, true],
  ['get', '/v1/persons/{personId}/family-access', 200, false],
  ['post', '/v1/persons/{personId}/family-access/{accessId}/revocation', 200, false],
  ['post', '/v1/entitlements', 201, true],
  ['get', '/v1/persons/{personId}/entitlements', 200, false],
  ['post', '/v1/persons/{personId}/entitlements/{entitlementId}/end', 200, true],
  ['get', '/v1/entitlement-applications', 200, false],
  ['post', '/v1/persons/{personId}/entitlement-applications/{applicationId}/decision', 200, true],
  ['post', '/v1/filing-rules', 201, true],
  ['get', '/v1/filing-rules', 200, false],
  ['post', '/v1/filing-rules/{ruleId}/end', 200, true],
  ['post', '/v1/filing-imports', 201, true],
  ['put', '/v1/filing-imports/{importId}/file', 202, false],
  ['get', '/v1/filing-imports/{importId}', 200, false],
  ['get', '/v1/filing-imports/{importId}/errors', 200, false],
  ['get', '/v1/filing-imports/{importId}/errors.csv', 200, false],
  ['post', '/v1/filing-imports/{importId}/application', 202, false],
  ['post', '/v1/filing-imports/{importId}/discard', 200, false],
  ['get', '/v1/filing-imports/template.csv', 200, false],
  ['get', '/v1/filing-imports/template.xlsx', 200, false],
  ['get', '/v1/filing-events', 200, false],
  ['get', '/v1/filing-events/page', 200, false],
  ['post', '/v1/webhooks', 201, true],
  ['get', '/v1/webhooks', 200, false],
  ['delete', '/v1/webhooks/{webhookId}', 200, false],
  ['get', '/v1/webhooks/{webhookId}/deliveries', 200, false],
  ['post', '/v1/webhooks/{webhookId}/deliveries/{deliveryId}/redelivery', 200, false],
  ['get', '/v1/signing-keys', 200, false],
  ['post', '/v1/visits', 201, true],
  ['post', '/v1/visits/{visitId}/changes', 200, true],
  ['post', '/v1/visits/{visitId}/cancellation', 200, true],
  ['post', '/v1/visits/{visitId}/fees', 201, true],
  ['post', '/v1/visits/{visitId}/fee-removals', 200, true],
  ['get', '/v1/visits/{visitId}', 200, false],
  ['get', '/v1/visits/{visitId}/fees', 200, false],
  ['post', '/v1/visits/{visitId}/trial', 200, true],
  ['post', '/v1/visits/{visitId}/settlements', 201, true],
  ['post', '/v1/settlements/trial', 200, true],
  ['post', '/v1/settlements', 201, true],
  ['post', '/v1/settlements/reversals', 200, true],
  ['post', '/v1/settlements/{settlementId}/cancellation', 200, true],
  ['post', '/v1/settlements/{settlementId}/refund', 200, true],
  ['get', '/v1/settlements/{settlementId}/lines', 200, false],
  ['get', '/v1/settlements/{settlementId}', 200, false],
  ['get', '/v1/settlements/{settlementId}/slip', 200, false],
  ['get', '/v1/settlements/{settlementId}/slip.pdf', 200, false],
  ['get', '/fhir/metadata', 200, false],
  ['get', '/fhir/Claim/{settlementId}', 200, false],
  ['get', '/fhir/ClaimResponse/{settlementId}', 200, false],
  ['get', '/fhir/ExplanationOfBenefit/{settlementId}', 200, false],
  ['get', '/fhir/PaymentReconciliation/{paymentId}', 200, false],
  ['get', '/v1/messages/{messageId}/outcome', 200, false],
  ['put', '/v1/insured-persons', 200, true],
  ['post', '/v1/insured-persons/search', 200, true],
  ['get', '/v1/persons/{personId}', 200, false],
  ['get', '/v1/persons/{personId}/accumulators/{benefitYear}', 200, false],
  ['post', '/v1/account-entries', 201, true],
  ['get', '/v1/persons/{personId}/account', 200, false],
  ['put', '/v1/institutions', 200, true],
  ['post', '/v1/catalogues', 202, true],
  ['post', '/v1/catalogues/rollbacks', 202, true],
  ['get', '/v1/catalogues/proposals', 200, false],
  ['get', '/v1/catalogues/proposals/{proposalId}', 200, false],
  ['post', '/v1/catalogues/proposals/{proposalId}/decision', 200, true],
  ['post', '/v1/catalogues/proposals/{proposalId}/withdrawal', 200, true],
  ['post', '/v1/catalogue-drafts', 201, true],
  ['put', '/v1/catalogue-drafts/{draftId}/file', 202, false],
  ['get', '/v1/catalogue-drafts/{draftId}', 200, false],
  ['get', '/v1/catalogue-drafts/{draftId}/findings', 200, false],
  ['get', '/v1/catalogue-drafts/{draftId}/findings.csv', 200, false],
  ['post', '/v1/catalogue-drafts/{draftId}/submission', 202, false],
  ['post', '/v1/catalogue-drafts/{draftId}/discard', 200, false],
  ['get', '/v1/catalogue-drafts/template.csv', 200, false],
  ['get', '/v1/catalogue-drafts/template.xlsx', 200, false],
  ['get', '/v1/catalogues/versions', 200, false],
  ['get', '/v1/catalogues/versions/comparison', 200, false],
  ['get', '/v1/catalogues/versions/comparison.csv', 200, false],
  ['get', '/v1/catalogues/versions/comparison.xlsx', 200, false],
  ['get', '/v1/catalogues/comparison', 200, false],
  ['get', '/v1/catalogues/comparison.csv', 200, false],
  ['get', '/v1/catalogues/comparison.xlsx', 200, false],
  ['get', '/v1/catalogues/coverage', 200, false],
  ['post', '/v1/catalogues/basket', 200, true],
  ['get', '/v1/national-items', 200, false],
  ['get', '/v1/national-items/{nationalCode}', 200, false],
  ['post', '/v1/item-lists', 201, true],
  ['get', '/v1/item-lists', 200, false],
  ['put', '/v1/item-lists/{listId}/file', 202, false],
  ['get', '/v1/item-lists/{listId}', 200, false],
  ['post', '/v1/item-lists/{listId}/discard', 200, false],
  ['get', '/v1/item-lists/{listId}/errors', 200, false],
  ['get', '/v1/item-lists/{listId}/errors.csv', 200, false],
  ['get', '/v1/item-lists/{listId}/matches', 200, false],
  ['post', '/v1/item-lists/{listId}/matches/{rowNumber}/decision', 200, true],
  ['get', '/v1/item-lists/template.csv', 200, false],
  ['get', '/v1/item-lists/template.xlsx', 200, false],
  ['get', '/v1/item-mappings', 200, false],
  ['get', '/v1/item-mappings/history', 200, false],
  ['post', '/v1/item-mappings/revisions', 201, true],
  ['get', '/v1/catalogue-conflicts', 200, false],
  ['post', '/v1/catalogue-conflicts/scan', 202, false],
  ['post', '/v1/catalogue-conflicts/{conflictId}/assignment', 200, true],
  ['post', '/v1/catalogue-conflicts/{conflictId}/resolution', 200, true],
  ['get', '/v1/catalogue-downloads/1317', 200, false],
  ['get', '/v1/catalogue-downloads/1317/file', 200, false],
  ['get', '/v1/catalogue-downloads/{infno}', 200, false],
  ['get', '/v1/catalogue-downloads/{infno}/file', 200, false],
  ['post', '/v1/pooling-areas/{region}/policies', 202, true],
  ['get', '/v1/pooling-areas/{region}/policies/proposals', 200, false],
  ['get', '/v1/pooling-areas/{region}/policies/proposals/{proposalId}', 200, false],
  ['post', '/v1/pooling-areas/{region}/policies/proposals/{proposalId}/decision', 200, true],
  ['post', '/v1/pooling-areas/{region}/policies/proposals/{proposalId}/withdrawal', 200, true],
  ['get', '/v1/routes', 200, false],
  ['post', '/v1/routes/{province}/proposals', 202, true],
  ['get', '/v1/routes/{province}/proposals/{proposalId}', 200, false],
  ['post', '/v1/routes/{province}/proposals/{proposalId}/decision', 200, true],
  ['post', '/v1/routes/{province}/proposals/{proposalId}/withdrawal', 200, false],
  ['post', '/v1/downtimes', 201, true],
  ['post', '/v1/downtimes/{downtimeId}/end', 200, false],
  ['get', '/v1/exchanges', 200, false],
  ['get', '/v1/refused-answers', 200, false],
  ['post', '/v1/estimates', 200, true],
  ['get', '/v1/policies', 200, false],
  ['get', '/v1/policies/schema', 200, false],
  ['get', '/v1/policies/{policyId}', 200, false],
  ['get', '/v1/policies/{policyId}/comparison', 200, false],
  ['put', '/v1/institutions/{institutionCode}/signing-keys/{keyId}', 200, true],
  ['delete', '/v1/institutions/{institutionCode}/signing-keys/{keyId}', 200, false],
  ['get', '/v1/institutions/{institutionCode}/signing-keys', 200, false],
  ['post', '/v1/revocations', 201, true],
  ['get', '/v1/audit/{service}/records', 200, false],
  ['get', '/v1/audit/{service}/head', 200, false],
  ['post', '/v1/audit/{service}/verification', 200, true],
  ['post', '/v1/e-credentials', 201, true],
  ['post', '/v1/e-credentials/decodings', 200, true],
  ['post', '/v1/cycles/{date}/close', 202, false],
  ['post', '/v1/cycles/{date}/close/proposals/{proposalId}/decision', 200, true],
  ['get', '/v1/cycles/{date}', 200, false],
  ['get', '/v1/cycles/{date}/net-positions', 200, false],
  ['post', '/v1/cycles/{date}/net-settlement-trials', 200, true],
  ['post', '/v1/clearing-trials', 200, true],
  ['get', '/v1/cycles/{date}/bilateral-positions', 200, false],
  ['get', '/v1/cost-months/{month}', 200, false],
  ['put', '/v1/clearing-months/{month}', 200, false],
  ['get', '/v1/clearing-months/{month}', 200, false],
  ['get', '/v1/clearing-months/{month}/tables', 200, false],
  ['get', '/v1/clearing-months/{month}/tables.csv', 200, false],
  ['get', '/v1/clearing-months/{month}/tables.xlsx', 200, false],
  ['get', '/v1/clearing-months/{month}/tables.pdf', 200, false],
  ['get', '/v1/clearing-months/{month}/tables/{province}', 200, false],
  ['get', '/v1/clearing-months/{month}/tables/{province}/tables.csv', 200, false],
  ['get', '/v1/clearing-months/{month}/tables/{province}/tables.xlsx', 200, false],
  ['get', '/v1/clearing-months/{month}/tables/{province}/tables.pdf', 200, false],
  ['put', '/v1/clearing-months/{month}/tables/{province}/confirmation', 200, false],
  ['put', '/v1/clearing-months/{month}/notices', 200, false],
  ['get', '/v1/clearing-months/{month}/notices/{province}', 200, false],
  ['put', '/v1/clearing-months/{month}/notices/{province}/{noticeId}/payment', 200, true],
  ['put', '/v1/clearing-months/{month}/notices/{province}/{noticeId}/arrival', 200, true],
  ['get', '/v1/cycles/{date}/pairs/{payer}/{payee}', 200, false],
  ['get', '/v1/cycles/{date}/pairs/{payer}/{payee}/obligations', 200, false],
  ['get', '/v1/cycles/{date}/settlements', 200, false],
  ['get', '/v1/cycles/{date}/statements/{province}', 200, false],
  ['get', '/v1/cycles/{date}/statements/{province}/obligations/{obligationId}/proof', 200, false],
  ['get', '/v1/cycles/{date}/journals/{province}', 200, false],
  ['get', '/v1/statement-keys', 200, false],
];

const openApi = (await gateway.get('/openapi.json').expect(200)).body as OpenApi;

describe('/openapi.json', () => {
  it('is OpenAPI 3.1 and lists the whole public interface, and nothing else of it', () => {
    expect(openApi.openapi).toMatch(/^3\.1\./);
    const listed = Object.entries(openApi.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect(listed.filter((route) => /\/(v1|fhir)\//.test(route)).sort()).toEqual(
      ROUTES.map(([method, path]) => `${method} ${path}`).sort(),
    );
  });

  it.each(ROUTES)(
    'describes %s %s: in Chinese and English, what goes in and what comes out',
    (method, path, status, takesBody) => {
      const operation = openApi.paths[path]?.[method];
      expect(operation?.summary).toMatch(/\p{Script=Han}.*[A-Za-z]/u);
      expect(schemaOf(operation?.responses[String(status)]?.content)).not.toEqual({});
      const body = operation?.requestBody && schemaOf(operation.requestBody.content);
      // A file is no object: what it holds is checked cell by cell.
      expect(body?.type === 'object').toBe(takesBody);
    },
  );

  it('says that a bearer token is needed', () => expect(openApi.security).toEqual([{ bearer: [] }]));
});

describe('/docs', () => {
  it('is a page that loads, with everything that it refers to', async () => {
    const page = await gateway.get('/docs').expect(200);
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    expect(page.text).toContain('异地通');
    const assets = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, asset = '']) => asset);
    expect(assets.some((asset) => asset.endsWith('.js'))).toBe(true);
    expect(assets.some((asset) => asset.endsWith('.css'))).toBe(true);
    for (const asset of assets) {
      // Resolved as a browser does it; nothing may come from elsewhere.
      const url = new URL(asset, `${document.gateway}/docs`);
      expect(url.origin).toBe(document.gateway);
      const { body, text } = await gateway.get(url.pathname).expect(200);
      expect((text ?? String(body)).length).toBeGreaterThan(0);
    }
  });
});

describe('health', () => {
  it('/health/live says that the gateway runs', async () => {
    const { body } = await gateway.get('/health/live').expect(200);
    expect(body).toEqual({ status: 'up' });
  });

  it('/health/ready says that every service answers', async () => {
    const { body } = await gateway.get('/health/ready').expect(200);
    expect(body).toEqual({
      status: 'up',
      services: { filing: 'up', catalogue: 'up', benefit: 'up', settlement: 'up', clearing: 'up', identity: 'up' },
      revocations: { completeAt: expect.any(String) },
    });
  });
});

/** The schema itself, also where it is kept under a name, of JSON or else of the one kind that there is. */
function schemaOf(content: Content | undefined): Schema | undefined {
  const schema = (content?.['application/json'] ?? Object.values(content ?? {})[0])?.schema ?? {};
  const name = schema.$ref?.split('/').at(-1);
  if (name === undefined) return schema;
  const { components } = openApi as unknown as { components: { schemas: Record<string, Schema> } };
  return components.schemas[name];
}
