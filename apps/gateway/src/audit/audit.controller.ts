import { Body, Controller, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { required, type Actor } from '@yiditong/chassis';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import { AuditClients } from './audit-clients.js';
import {
  auditedService,
  decodeHead,
  decodeRecord,
  decodeVerification,
  encodeHead,
  headAnswer,
  headQuery,
  recordsAnswer,
  recordsQuery,
  verificationAnswer,
  verificationBody,
  type AuditedServiceName,
  type HeadAnswer,
  type HeadQuery,
  type RecordsAnswer,
  type RecordsQuery,
  type VerificationAnswer,
  type VerificationBody,
} from './audit.dto.js';

/** A whole chain is read, some ten thousand records a second. */
const VERIFICATION_DEADLINE_MS = 55_000;
/** Of bureaus the province's own, of the operator all; supervisors only. */
const ACCESS = { bureau: 'province', operator: 'province', supervisor: true, provincial: true } as const;

@ApiTags('审计 Audit')
@Controller('v1/audit/:service')
export class AuditController {
  constructor(private readonly clients: AuditClients) {}

  @Endpoint({
    method: 'GET',
    path: 'records',
    access: ACCESS,
    summary: '逐页查阅审计记录 Read a service’s audit records of a province, page by page',
    answer: recordsAnswer,
  })
  async records(
    @CurrentActor() actor: Actor,
    @Param('service', { schema: auditedService }) service: AuditedServiceName,
    @Query({ schema: recordsQuery }) query: RecordsQuery,
  ): Promise<RecordsAnswer> {
    const { province, limit, action = '', objectId = '' } = query;
    const request = { province, after: BigInt(query.after), limit, action, objectId };
    const { records } = await this.clients.of(service).call('listAuditRecords', request, actor);
    const full = records.length === limit;
    return { records: records.map(decodeRecord), nextAfter: full ? String(records.at(-1)?.sequence ?? 0n) : null };
  }

  @Endpoint({
    method: 'GET',
    path: 'head',
    access: ACCESS,
    summary: '读取链头，供省级自行留存 Read where a chain ends, to be kept elsewhere',
    answer: headAnswer,
  })
  async head(
    @CurrentActor() actor: Actor,
    @Param('service', { schema: auditedService }) service: AuditedServiceName,
    @Query({ schema: headQuery }) { province }: HeadQuery,
  ): Promise<HeadAnswer> {
    const { head } = await this.clients.of(service).call('getAuditHead', { province }, actor);
    return decodeHead(required(head, 'head'));
  }

  @Endpoint({
    method: 'POST',
    path: 'verification',
    access: ACCESS,
    summary: '核验审计链 Check a whole chain, and against a head kept from earlier',
    answer: verificationAnswer,
  })
  async verify(
    @CurrentActor() actor: Actor,
    @Param('service', { schema: auditedService }) service: AuditedServiceName,
    @Body({ schema: verificationBody }) { province, knownHead }: VerificationBody,
  ): Promise<VerificationAnswer> {
    const request = { province, knownHead: knownHead ? encodeHead(knownHead) : undefined };
    return decodeVerification(
      await this.clients.of(service).call('verifyAuditChain', request, actor, VERIFICATION_DEADLINE_MS),
    );
  }
}
