import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { OWN } from '@yiditong/access';
import { conflictStateCodec, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { catalogueV1 } from '@yiditong/contracts';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { uuid } from '../http/fields.js';
import {
  assignmentBody,
  conflictAnswer,
  conflictsAnswer,
  conflictsQuery,
  decodeConflict,
  encodeConflictsQuery,
  resolutionBody,
  scanAnswer,
  type AssignmentBody,
  type ConflictAnswer,
  type ConflictsAnswer,
  type ConflictsQuery,
  type ResolutionBody,
  type ScanAnswer,
} from './catalogue-conflict.dto.js';

const ACCESS = { bureau: OWN, provincial: true } as const;

/** 目录冲突: what doesn't fit together in a province, who sees to it, and what became of it. */
@ApiTags('目录冲突 Conflicts')
@Controller('v1/catalogue-conflicts')
export class CatalogueConflictController {
  constructor(
    @Inject(TARGETS.catalogueConflict.token)
    private readonly conflicts: RpcClient<catalogueV1.CatalogueConflictServiceClient>,
  ) {}

  @Endpoint({
    method: 'GET',
    path: '',
    access: ACCESS,
    summary: '列出本省目录冲突 The own province’s conflicts, newest first',
    answer: conflictsAnswer,
  })
  async list(
    @CurrentActor() actor: Actor,
    @Query({ schema: conflictsQuery }) query: ConflictsQuery,
  ): Promise<ConflictsAnswer> {
    const request = encodeConflictsQuery(actor.region, query);
    const { conflicts, nextAfter, scanning } = await this.conflicts.call('listConflicts', request, actor);
    return { conflicts: conflicts.map(decodeConflict), nextAfter: nextAfter || null, scanning };
  }

  /** Without an Idempotency-Key: to look twice finds the same. The list of conflicts says when it is done. */
  @Endpoint({
    method: 'POST',
    path: 'scan',
    access: ACCESS,
    summary: '检查冲突：后台进行，答复为最近一次的结果 Have conflicts looked for; answers what the last scan came to',
    status: 202,
    answer: scanAnswer,
  })
  async scan(@CurrentActor() actor: Actor): Promise<ScanAnswer> {
    const request = { province: actor.region };
    const { found, gone, open, scanning } = await this.conflicts.call('scanConflicts', request, actor);
    return { found, gone, open, scanning };
  }

  @Endpoint({
    method: 'POST',
    path: ':conflictId/assignment',
    access: ACCESS,
    summary: '指定处理人 Make somebody the owner of a conflict',
    answer: conflictAnswer,
  })
  async assign(
    @CurrentActor() actor: Actor,
    @Param('conflictId', { schema: uuid }) conflictId: string,
    @Body({ schema: assignmentBody }) { owner = '' }: AssignmentBody,
  ): Promise<ConflictAnswer> {
    const request = { province: actor.region, conflictId, owner };
    return decodeConflict((await this.conflicts.call('assignConflict', request, actor)).conflict);
  }

  @Endpoint({
    method: 'POST',
    path: ':conflictId/resolution',
    access: ACCESS,
    summary: '办结冲突：认可，或已更正 End a conflict: accepted as it is, or corrected',
    answer: conflictAnswer,
  })
  async resolve(
    @CurrentActor() actor: Actor,
    @Param('conflictId', { schema: uuid }) conflictId: string,
    @Body({ schema: resolutionBody }) { state, resolution }: ResolutionBody,
  ): Promise<ConflictAnswer> {
    const request = { province: actor.region, conflictId, state: conflictStateCodec.encode(state), resolution };
    return decodeConflict((await this.conflicts.call('resolveConflict', request, actor)).conflict);
  }
}
