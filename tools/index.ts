/** What tests use of the tools: the stack, the sample and the demonstration day. */
export { loadSample, type Sample } from './demo/sample.js';
export { generateDay, type DemoBill, type DemoDay, type DemoPerson } from './demo/generate.js';
export { ApiClient, type ApiAnswer } from './demo/api-client.js';
export { fileFor } from './demo/file-for.js';
export { closeByTwo, runDay } from './demo/run-day.js';
export { loadReferenceData } from './stack/reference-data.js';
export { createAuthority, writeCertificates, type Authority, type IssuedCertificate } from './stack/certificates.js';
export { mapAccounts, type ByAccount, type Claims, type SeededAccount } from './stack/issuer-accounts.js';
export { AUDIENCE, bearersOf, type Bearer, type Tokens } from './stack/tokens.js';
export { loadCases, personOf } from './province/cases.js';
export { Endpoint, type ClientTls } from './province/endpoint.js';
export { runSuite, type CheckResult } from './province/suite.js';
export { DATABASE_SERVICES } from './stack/databases.js';
export { startStack, type ServiceName, type Stack } from './stack/stack.js';
export { freePort } from '@yiditong/embedded-postgres';
export { conservationFaults } from './verify/conservation.js';
export { verifyStatement } from './verify/verify.js';
