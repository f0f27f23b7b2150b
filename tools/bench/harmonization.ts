import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Clock, IdentityMint, MutualTls, OutgoingIdentity, RpcClient, TARGETS, type Actor } from '@yiditong/chassis';
import { ITEM_KIND_NAMES, LIST_COLUMNS, type ListColumnName } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import type { OwnItem } from '@yiditong/harmonization';
import { v7 as uuidv7 } from 'uuid';
import type { Stack } from '../stack/stack.js';
import { fillNationalItems } from './fill-national-items.js';
import { InMemoryMatching, qualityOf, type Answer, type LabelledRow, type Quality } from './in-memory-matching.js';
import { loadLabelledSet } from './labelled-set.js';
import { generateHospitalList } from './hospital-generator.js';
import { generateItems } from './national-generator.js';
import { cpuMicros } from './process-time.js';
import type { Measured } from './report.js';

type Size = { readonly items: number; readonly rows: number };
type Client = RpcClient<catalogueV1.HarmonizationServiceClient>;
type List = { readonly province: string; readonly institutionCode: string; readonly listId: string };

const PRECISION_BPS = 9_900;
const RECALL_BPS = 9_700;
/** Not the seeds that the rules were looked at with. */
const ITEM_SEED = 3_031;
const LIST_SEED = 417;
const OWNER = { province: '310000', institutionCode: 'H31011500001' };
const BATCH = 1_000;
const PAGE = 200;
const DEADLINE_MS = 30_000;
/** The hand-made items are in force before the generated ones, so that neither stands beside the other. */
const BY_HAND = { from: '2026-01-01', to: '2026-03-31' };
const GENERATED = { from: '2026-04-01', to: null };

/**
 * How well the service maps lists of which it is known what they are: a generated one against a generated national catalogue, and the one
 * made by hand among them. The baseline is what one gets who compares normalised names and nothing else, on the same rows.
 */
export async function benchHarmonization(
  stack: Stack,
  { items: count, rows: length }: Size,
  say: (line: string) => void,
): Promise<Measured[]> {
  const byHand = loadLabelledSet();
  const generated = generateItems(ITEM_SEED, count);
  const rows = generateHospitalList(LIST_SEED, generated, length);
  say(`写入 filling in ${generated.length + byHand.items.length} …`);
  const url = stack.databases.superuserUrl('catalogue');
  await fillNationalItems(url, byHand.items, BY_HAND);
  await fillNationalItems(url, generated, GENERATED);
  const { client, actor } = await clientOf(stack);
  try {
    const pid = stack.service('catalogue').pid;
    const [cpu, start] = [cpuMicros(pid), performance.now()];
    const answers = await match(client, actor, rows, GENERATED.from, say);
    const [micros, seconds] = [(cpuMicros(pid) - cpu) / length, (performance.now() - start) / 1_000];
    const quality = qualityOf(rows, answers);
    const ofHand = qualityOf(byHand.rows, await match(client, actor, byHand.rows, BY_HAND.from, say));
    const plain = new InMemoryMatching(generated);
    const byName = rows.map(({ own }) => ({ mappedTo: plain.matchByNameOnly(own), queued: false, shown: [] }));
    say(`每秒 ${(length / seconds).toFixed(0)} 行 rows a second`);
    for (const { wrong, missed } of [quality, ofHand])
      if (wrong.length + missed.length > 0) say(`错 wrong ${wrong.join(' ')}  漏 missed ${missed.join(' ')}`);
    return [
      ...figuresOf(`${length} 行生成清单`, 'generated rows', quality, qualityOf(rows, byName)),
      ...figuresOf(`${byHand.rows.length} 行手工清单`, 'rows made by hand', ofHand, null),
      { zh: '每行', en: 'a row, the service alone', value: micros, baseline: null, goal: null },
    ];
  } finally {
    client.onModuleDestroy();
  }
}

/** In basis points of what each is a part of. */
function figuresOf(zh: string, en: string, quality: Quality, baseline: Quality | null): Measured[] {
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : Math.floor((part * 10_000) / whole));
  const precision = share(quality.right, quality.mapped);
  const row = (
    words: readonly [string, string],
    value: number,
    than: number | null,
    goal: number | null,
  ): Measured => ({
    zh: `${zh}：${words[0]}`,
    en: `${en}: ${words[1]}`,
    value,
    baseline: than,
    goal,
    unit: 'bps',
  });
  const before = baseline && share(baseline.right, baseline.mapped);
  return [
    row(['自动对照准确率', 'precision at automatic mapping'], precision, before, PRECISION_BPS),
    row(
      ['自动对照占比', 'mapped automatically'],
      share(quality.mapped, quality.rows),
      baseline && share(baseline.mapped, baseline.rows),
      null,
    ),
    row(
      ['前五召回率', 'recall@5'],
      share(quality.among, quality.known),
      baseline && share(baseline.right, baseline.known),
      RECALL_BPS,
    ),
  ];
}

/** Sends a list as a hospital's would come, waits until it is matched, and reads what became of each row. */
async function match(
  client: Client,
  actor: Actor,
  rows: readonly LabelledRow[],
  effectiveFrom: string,
  say: (line: string) => void,
): Promise<Answer[]> {
  const opened = await client.call(
    'openList',
    { requestId: randomUUID(), ...OWNER, effectiveFrom },
    actor,
    DEADLINE_MS,
  );
  const list = { ...OWNER, listId: opened.list?.listId ?? '' };
  const uploadId = uuidv7();
  const header = LIST_COLUMNS.map(({ name }) => name);
  const sheet = rows.map(({ own }, at) => ({ rowNumber: at + 2, cells: header.map((column) => cellOf(own, column)) }));
  for (let from = 0; from < sheet.length; from += BATCH) {
    const request = { ...list, uploadId, header, rows: sheet.slice(from, from + BATCH) };
    await client.call('stageListRows', request, actor, DEADLINE_MS);
  }
  await client.call('completeList', { ...list, uploadId, rows: sheet.length }, actor, DEADLINE_MS);
  await untilMatched(client, actor, list, say);
  return answersOf(client, actor, list, rows.length);
}

async function untilMatched(client: Client, actor: Actor, key: List, say: (line: string) => void): Promise<void> {
  for (let told = 0; ;) {
    const { list } = await client.call('getList', key, actor, DEADLINE_MS);
    if (list?.state === 'LIST_STATE_MATCHED') return;
    if (list?.state !== 'LIST_STATE_MATCHING')
      throw new Error(`the list is ${list?.state}, ${list?.faultyRows} rows are faulty`);
    if (list.processed - told >= 5_000) say(`  ${(told = list.processed)}/${list.rows}`);
    await delay(500);
  }
}

async function answersOf(client: Client, actor: Actor, list: List, length: number): Promise<Answer[]> {
  const answers: Answer[] = Array.from({ length }, () => ({ mappedTo: null, queued: false, shown: [] }));
  for (let afterRow = 0; ;) {
    const request = { ...list, state: undefined, afterRow, limit: PAGE };
    const { matches, nextAfterRow } = await client.call('listMatches', request as never, actor, DEADLINE_MS);
    for (const { rowNumber, state, nationalCode, candidates } of matches)
      answers[rowNumber - 2] = {
        mappedTo: state === 'MATCH_STATE_MAPPED' ? nationalCode : null,
        queued: state === 'MATCH_STATE_QUEUED',
        shown: candidates.map(({ item }) => item?.nationalCode ?? ''),
      };
    if (nextAfterRow === 0) return answers;
    afterRow = nextAfterRow;
  }
}

function cellOf(own: OwnItem, column: ListColumnName): string {
  const cells: Readonly<Record<ListColumnName, string>> = {
    item_code: own.itemCode,
    name: own.name,
    kind: own.kind === null ? '' : ITEM_KIND_NAMES[own.kind].zh,
    dosage_form: own.dosageForm,
    specification: own.specification,
    pack: own.pack,
    unit: own.unit,
    manufacturer: own.manufacturer,
    approval_number: own.approvalNumber,
    price_yuan: own.priceMicroYuan === null ? '' : yuan(own.priceMicroYuan),
    national_code: own.claimedNationalCode,
  };
  return cells[column];
}

function yuan(micro: bigint): string {
  return `${micro / 1_000_000n}.${String(micro % 1_000_000n).padStart(6, '0')}`;
}

/** As the gateway, on behalf of a bureau's clerk. */
async function clientOf(stack: Stack): Promise<{ readonly client: Client; readonly actor: Actor }> {
  const file = (name: string): string => join(stack.document.certificates, name);
  const certificate = { TLS_CA: file('ca.crt'), TLS_CERTIFICATE: file('gateway.crt'), TLS_KEY: file('gateway.key') };
  const identity = new OutgoingIdentity('gateway', await IdentityMint.of(stack.identity.privateJwk, new Clock()));
  const address = stack.document.grpc['catalogue'] ?? '';
  const client: Client = new RpcClient(TARGETS.harmonization, address, identity, new MutualTls('gateway', certificate));
  return { client, actor: { role: 'bureau', region: OWNER.province, subject: 'bench', rank: 'clerk' } };
}
