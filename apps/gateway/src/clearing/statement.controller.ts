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
    const pageAfter = (after: string): Promise<clearingV1.ReadStatementResponse> =>
      this.statements.call('readStatement', { businessDate: date, province, after }, actor);
    // The first page is asked for at once, so that a refusal is still an answer.
    return jsonLines(everyLine(await pageAfter(''), pageAfter), `statement-${province}-${date}`);
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
    return jsonLines(lines.map(ended), `proof-${obligationId}`);
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
  first: clearingV1.ReadStatementResponse,
  pageAfter: (after: string) => Promise<clearingV1.ReadStatementResponse>,
): AsyncGenerator<string, void, undefined> {
  for (let page = first; ; page = await pageAfter(page.nextAfter)) {
    yield page.lines.map(ended).join('');
    if (page.nextAfter === '') return;
  }
}

function ended(line: string): string {
  return `${line}\n`;
}

function jsonLines(lines: Iterable<string> | AsyncIterable<string>, name: string): StreamableFile {
  return new StreamableFile(Readable.from(lines, { objectMode: false }), {
    type: JSON_LINES,
    disposition: `attachment; filename="${name}.jsonl"`,
  });
}
