import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf } from '@yiditong/chassis';
import { clearingV1 } from '@yiditong/contracts';
import { validate as isUuid } from 'uuid';
import { dateField, malformed, provinceField } from '../fields.js';
import { StatementService, type StatementCursor, type StatementPage } from './statement.service.js';

@Controller()
@clearingV1.StatementServiceControllerMethods()
export class StatementController implements clearingV1.StatementServiceController {
  constructor(private readonly statements: StatementService) {}

  async readStatement(
    request: clearingV1.ReadStatementRequest,
    metadata: Metadata,
  ): Promise<clearingV1.ReadStatementResponse> {
    const [date, province] = decodeScope(request);
    return encodePage(await this.statements.read(actorOf(metadata), date, province, decodeCursor(request.after)));
  }

  async readJournal(
    request: clearingV1.ReadJournalRequest,
    metadata: Metadata,
  ): Promise<clearingV1.ReadJournalResponse> {
    const [date, province] = decodeScope(request);
    return encodePage(await this.statements.journal(actorOf(metadata), date, province, decodeCursor(request.after)));
  }

  async proveObligation(
    request: clearingV1.ProveObligationRequest,
    metadata: Metadata,
  ): Promise<clearingV1.ProveObligationResponse> {
    const [date, province] = decodeScope(request);
    if (!isUuid(request.obligationId)) throw malformed('obligation_id is not a UUID');
    return { lines: await this.statements.prove(actorOf(metadata), date, province, request.obligationId) };
  }

  getStatementKeys(): clearingV1.GetStatementKeysResponse {
    return { jwks: this.statements.jwks() };
  }
}

function decodeScope(request: { readonly businessDate: string; readonly province: string }): [string, string] {
  return [dateField(request.businessDate, 'business_date'), provinceField(request.province, 'province')];
}

function encodePage({ lines, next }: StatementPage): clearingV1.ReadStatementResponse {
  return { lines: [...lines], nextAfter: next ? `${next.cell}:${next.leaf}` : '' };
}

/** Null for the first page. */
function decodeCursor(text: string): StatementCursor | null {
  if (text === '') return null;
  const [, cell, leaf] = /^(\d{1,5}):(\d{1,12})$/.exec(text) ?? [];
  if (cell === undefined || leaf === undefined) throw malformed('after is not of this statement');
  return { cell: Number(cell), leaf: Number(leaf) };
}
