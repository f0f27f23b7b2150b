import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../demo/api-client.js';
import type { Sample, SampleItemList } from '../demo/sample.js';
import type { Bearer } from './tokens.js';

/** What is being done with a file, as far as waiting for it needs. */
type InWork = { readonly state: string; readonly faultyRows: number };
type Draft = InWork & { readonly draftId: string };
type List = InWork & { readonly listId: string };

const LOOK_EVERY_MS = 100;
/** Far more than files of this size take, also on a machine that is busy with something else. */
const PATIENCE_MS = 120_000;

/** Drafted from its file and submitted by the operator's clerk, approved by its supervisor. */
export async function publishNationalItems(
  api: ApiClient,
  { effectiveFrom, csv }: Sample['nationalItems'],
  { clerk, supervisor }: { readonly clerk: Bearer; readonly supervisor: Bearer },
): Promise<void> {
  const key = `national-items-${effectiveFrom}`;
  const drafts = '/v1/catalogue-drafts';
  const { draftId } = await api.write<Draft>('POST', drafts, { form: 'WHOLE', effectiveFrom }, clerk, key);
  await api.upload(`${drafts}/${draftId}/file`, csv, clerk);
  await reaching(() => api.get<Draft>(`${drafts}/${draftId}`, clerk), 'READY', `${drafts}/${draftId}`);
  const submission = `${drafts}/${draftId}/submission`;
  const { proposalId } = await api.write<{ proposalId: string }>(
    'POST',
    submission,
    undefined,
    clerk,
    `${key}-submission`,
  );
  const decision = { decision: 'APPROVE', remark: '示例数据 sample' };
  await api.write('POST', `/v1/catalogues/proposals/${proposalId}/decision`, decision, supervisor, key);
}

/** Uploaded by the hospital itself; answers when each of its items is mapped, queued or refused. */
export async function uploadItemList(
  api: ApiClient,
  { institutionCode, effectiveFrom, csv }: SampleItemList,
  hospital: Bearer,
): Promise<void> {
  const lists = '/v1/item-lists';
  const { listId } = await api.write<List>('POST', lists, { effectiveFrom }, hospital, `items-${institutionCode}`);
  await api.upload(`${lists}/${listId}/file`, csv, hospital);
  await reaching(() => api.get<List>(`${lists}/${listId}`, hospital), 'MATCHED', `${lists}/${listId}`);
}

async function reaching(look: () => Promise<InWork>, state: string, what: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look();
    if (seen.state === state) return;
    if (seen.state === 'FAULTY') throw new Error(`${what} has ${seen.faultyRows} rows with errors`);
    if (Date.now() > deadline) throw new Error(`${what} is still ${seen.state}`);
    await sleep(LOOK_EVERY_MS);
  }
}
