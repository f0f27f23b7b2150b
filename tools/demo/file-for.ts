import type { Bearer } from '../stack/tokens.js';
import type { ApiClient } from './api-client.js';
import type { DemoFiling } from './day.js';

type Filed = { readonly filingId: string; readonly state: string };

/** A person files; papers that have to be reviewed are accepted by a clerk of the insured place. The same again changes nothing. */
export async function fileFor(
  api: ApiClient,
  { requestId, ...filing }: DemoFiling,
  person: Bearer,
  clerk: Bearer,
): Promise<string> {
  const { filingId, state } = await api.write<Filed>('POST', '/v1/filings', filing, person, requestId);
  if (state === 'SUBMITTED') {
    const path = `/v1/persons/${filing.personId}/filings/${filingId}/review`;
    await api.write('POST', path, { decision: 'ACCEPT', reason: '' }, clerk, `${requestId}-review`);
  }
  return filingId;
}
