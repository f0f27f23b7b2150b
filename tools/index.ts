/** What tests use of the tools: the stack, the sample and the demonstration day. */
export { loadSample, type Sample } from './demo/sample.js';
export { generateDay, type DemoBill, type DemoDay, type DemoPerson } from './demo/generate.js';
export { ApiClient, type ApiAnswer } from './demo/api-client.js';
export { runDay } from './demo/run-day.js';
export { loadReferenceData } from './stack/reference-data.js';
export { startStack, type ServiceName, type Stack } from './stack/stack.js';
export { freePort } from '@yiditong/embedded-postgres';
