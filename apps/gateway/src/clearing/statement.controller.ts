import { Readable } from 'node:stream';
import { Controller, Inject, Param, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ANYONE } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { clearingV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { businessDate, region, uuid } from '../http/fields.js';

const JSON_LINES = 'application/jsonl';
const JOURNAL = 'text/plain';
type Page = { readonly lines: readonly string[]; readonly nextAfter: string };
const keysAnswer = z.object({ keys: z.array(z.looseObject({ kid: z.string() })) });

@ApiTags('清算 Clearing')
@Controller('v1')
export class StatementController {
  constructor(
    @Inject(TARGETS.statement.token) private readonly statements: RpcClient<clearingV1.StatementServiceClient>,
  ) {}

  @Endpoint({
    method: 'GET',
    path: 'cycles/:date/statements/:province',
    access: { operator: ANYONE, bureau: 'province', provincial: true },
    summary: '下载本省清算对账单，可离线验证 A province’s statement of a closed cycle, which proves itself',
    produces: [JSON_LINES],
  })
  async statement(
    @CurrentActor() actor: Actor,
    @Param('date', { schema: businessDate }) date: string,
    @Param('province', { schema: region }) province: string,
  ): Promise<StreamableFile> {
    const pageAfter = (after: string): Promise<Page> =>
      this.statements.call('readStatement', { businessDate: date, province, after }, actor);
    // The first page is asked for at once, so that a refusal is still an answer.
    return download(everyLine(await pageAfter(''), pageAfter), JSON_LINES, `statement-${province}-${date}.jsonl`);
  }

  @Endpoint({
    method: 'GET',
    path: 'cycles/:date/journals/:province',
    access: { operator: ANYONE, bureau: 'province', provincial: true },
    summary:
      '下载本省分录，可用 hledger 打开 What was booked of a province in a closed cycle, as a journal for hledger',
    produces: [JOURNAL],
  })
  async journal(
    @CurrentActor() actor: Actor,
    @Param('date', { schema: businessDate }) date: string,
    @Param('province', { schema: region }) province: string,
  ): Promise<StreamableFile> {
    const pageAfter = (after: string): Promise<Page> =>
      this.statements.call('readJournal', { businessDate: date, province, after }, actor);
    return download(everyLine(await pageAfter(''), pageAfter), JOURNAL, `${province}-${date}.journal`);
  }

  @Endpoint({
    method: 'GET',
    path: 'cycles/:date/statements/:province/obligations/:obligationId/proof',
    access: { operator: ANYONE, bureau: 'province', provincial: true },
    summary: '单笔应付应收的证明 The way from one obligation to the signed root',
    produces: [JSON_LINES],
  })
  async proof(
    @CurrentActor() actor: Actor,
    @Param('date', { schema: businessDate }) date: string,
    @Param('province', { schema: region }) province: string,
    @Param('obligationId', { schema: uuid }) obligationId: string,
  ): Promise<StreamableFile> {
    const request = { businessDate: date, province, obligationId };
    const { lines } = await this.statements.call('proveObligation', request, actor);
    return download(lines.map(ended), JSON_LINES, `proof-${obligationId}.jsonl`);
  }

  @Endpoint({
    method: 'GET',
    path: 'statement-keys',
    access: { operator: ANYONE, bureau: ANYONE },
    summary: '对账单验签公钥 The public keys that statements are signed with, a JWK set',
    answer: keysAnswer,
  })
  async keys(@CurrentActor() actor: Actor): Promise<z.infer<typeof keysAnswer>> {
    const { jwks } = await this.statements.call('getStatementKeys', {}, actor);
    return keysAnswer.parse(JSON.parse(jwks));
  }
}

async function* everyLine(
  first: Page,
  pageAfter: (after: string) => Promise<Page>,
): AsyncGenerator<string, void, undefined> {
  for (let page = first; ; page = await pageAfter(page.nextAfter)) {
    yield page.lines.map(ended).join('');
    if (page.nextAfter === '') return;
  }
}

function ended(line: string): string {
  return `${line}\n`;
}

function download(lines: Iterable<string> | AsyncIterable<string>, type: string, name: string): StreamableFile {
  const disposition = `attachment; filename="${name}"`;
  return new StreamableFile(Readable.from(lines, { objectMode: false }), { type, disposition });
}
