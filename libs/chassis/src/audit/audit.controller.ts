import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { auditV1 } from '@yiditong/contracts';
import { actorOf } from '../caller.js';
import { decodeKnownHead, decodeLimit, encodeRecord, encodeVerification } from './audit.codec.js';
import { AuditService } from './audit.service.js';

/** Every service serves its own trail. */
@Controller()
@auditV1.AuditServiceControllerMethods()
export class AuditController implements auditV1.AuditServiceController {
  constructor(private readonly audit: AuditService) {}

  async listAuditRecords(
    request: auditV1.ListAuditRecordsRequest,
    metadata: Metadata,
  ): Promise<auditV1.ListAuditRecordsResponse> {
    const { province, after, limit, action, objectId } = request;
    const filter = { action: action || null, objectId: objectId || null };
    const records = await this.audit.list(actorOf(metadata), province, after, decodeLimit(limit), filter);
    return { records: records.map(encodeRecord) };
  }

  async getAuditHead(request: auditV1.GetAuditHeadRequest, metadata: Metadata): Promise<auditV1.GetAuditHeadResponse> {
    return { head: await this.audit.head(actorOf(metadata), request.province) };
  }

  async verifyAuditChain(
    request: auditV1.VerifyAuditChainRequest,
    metadata: Metadata,
  ): Promise<auditV1.VerifyAuditChainResponse> {
    const known = decodeKnownHead(request.knownHead);
    return encodeVerification(await this.audit.verify(actorOf(metadata), request.province, known));
  }
}
