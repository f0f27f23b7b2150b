import { randomUUID } from 'node:crypto';
import { businessDateOf } from '@yiditong/chassis';
import { ENTRY_COLUMNS, LIST_COLUMNS, type EntryColumnName, type ListColumnName } from '@yiditong/codes';
import { ApiClient, type ApiAnswer } from '@yiditong/tools';
import type { Problem } from './hospital-desk.js';
import { until } from './until.js';

export const CSV = 'text/csv';
export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

export type FileBody = string | Uint8Array<ArrayBuffer>;
/** Cells by their column's name; those left out are empty. */
export type Cells<Name extends string> = Readonly<Partial<Record<Name, string>>>;

export type Draft = {
  readonly draftId: string;
  readonly state: string;
  readonly rows: number;
  readonly faultyRows: number;
  readonly warnings: number;
  readonly change: Readonly<Record<'added' | 'changed' | 'unchanged' | 'removed', number>> | null;
};
export type CatalogueProposal = {
  readonly proposalId: string;
  readonly state: string;
  readonly versionId: string | null;
  readonly origin: string;
  readonly originId: string | null;
  readonly entryCount: number;
};
export type ItemList = {
  readonly listId: string;
  readonly state: string;
  readonly rows: number;
  readonly faultyRows: number;
  readonly processed: number;
  readonly mapped: number;
  readonly queued: number;
  readonly refused: number;
  readonly unchanged: number;
};
export type Finding = {
  readonly rowNumber: number;
  readonly cell: string | null;
  readonly reason: string;
  readonly warning: boolean;
  readonly zh: string;
  readonly en: string;
};

const DAY_MS = 24 * 3_600_000;

/** What bureaus, the operator and hospitals do about catalogues, over REST. */
export class CatalogueDesk {
  readonly api: ApiClient;

  constructor(private readonly gateway: string) {
    this.api = new ApiClient(gateway);
  }

  get<T>(path: string, token: string): Promise<ApiAnswer<T & Problem>> {
    return this.api.once('GET', path, undefined, token);
  }

  post<T>(path: string, body: unknown, token: string): Promise<ApiAnswer<T & Problem>> {
    return this.api.once('POST', path, body, token, `e2e-${randomUUID()}`);
  }

  /** A write that must succeed. */
  write<T>(path: string, body: unknown, token: string): Promise<T> {
    return this.api.write('POST', path, body, token, `e2e-${randomUUID()}`);
  }

  async upload(path: string, type: string, body: FileBody, token: string): Promise<[number, Problem]> {
    const answer = await fetch(`${this.gateway}${path}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      body,
    });
    return [answer.status, (await answer.json()) as Problem];
  }

  download(path: string, token: string): Promise<Response> {
    return fetch(`${this.gateway}${path}`, { headers: { authorization: `Bearer ${token}` } });
  }

  /** A draft with its file in it, once it is checked. */
  async drafted(
    form: 'WHOLE' | 'CHANGES',
    effectiveFrom: string,
    [type, body]: readonly [string, FileBody],
    token: string,
  ): Promise<Draft> {
    const { draftId } = await this.write<Draft>('/v1/catalogue-drafts', { form, effectiveFrom }, token);
    const [status, problem] = await this.upload(`/v1/catalogue-drafts/${draftId}/file`, type, body, token);
    if (status !== 202) throw new Error(`the file was not taken: ${status} ${JSON.stringify(problem)}`);
    return this.draftIn(draftId, token, 'READY', 'FAULTY');
  }

  draftIn(draftId: string, token: string, ...states: string[]): Promise<Draft> {
    const look = (): Promise<Draft> => this.api.get(`/v1/catalogue-drafts/${draftId}`, token);
    return until(look, ({ state }) => states.includes(state));
  }

  async findings(draftId: string, token: string): Promise<readonly Finding[]> {
    const { findings } = await this.api.get<{ findings: Finding[] }>(`/v1/catalogue-drafts/${draftId}/findings`, token);
    return findings;
  }

  decide(proposalId: string, token: string): Promise<CatalogueProposal> {
    const decision = { decision: 'APPROVE', remark: '同意' };
    return this.write(`/v1/catalogues/proposals/${proposalId}/decision`, decision, token);
  }

  /** An institution's list with its file in it, once it is matched, or found faulty. */
  async listed(effectiveFrom: string, body: FileBody, token: string, type = CSV): Promise<ItemList> {
    const { listId } = await this.write<ItemList>('/v1/item-lists', { effectiveFrom }, token);
    const [status, problem] = await this.upload(`/v1/item-lists/${listId}/file`, type, body, token);
    if (status !== 202) throw new Error(`the file was not taken: ${status} ${JSON.stringify(problem)}`);
    const look = (): Promise<ItemList> => this.api.get(`/v1/item-lists/${listId}`, token);
    return until(look, ({ state }) => ['MATCHED', 'FAULTY'].includes(state));
  }
}

/** Entries as a spreadsheet has them, under the template's header. */
export function entrySheet(rows: readonly Cells<EntryColumnName>[]): string[][] {
  return sheet(ENTRY_COLUMNS, rows);
}

/** Own items as a spreadsheet has them. */
export function listSheet(rows: readonly Cells<ListColumnName>[]): string[][] {
  return sheet(LIST_COLUMNS, rows);
}

function sheet<Name extends string>(
  columns: readonly { readonly name: Name; readonly zh: string }[],
  rows: readonly Cells<Name>[],
): string[][] {
  return [columns.map(({ zh }) => zh), ...rows.map((cells) => columns.map(({ name }) => cells[name] ?? ''))];
}

/** The business date so many days from now. */
export function dayFromNow(days: number): string {
  return businessDateOf(new Date(Date.now() + days * DAY_MS));
}
