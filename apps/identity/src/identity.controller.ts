import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf, decodeInstant } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { identityV1 } from '@yiditong/contracts';
import { AdmissionService } from './admission/admission.service.js';
import { decodeInstitution, decodeKeyName, decodeNewKey, encodeKey, revocationReasonCodec } from './key/key.codec.js';
import { KeyService } from './key/key.service.js';
import { decodeRefusals } from './refusal/refusal.codec.js';
import { RefusalService } from './refusal/refusal.service.js';
import { decodeOrder, decodePosition, encodeRevocation } from './revocation/revocation.codec.js';
import { RevocationService } from './revocation/revocation.service.js';

const DIGEST_BYTES = 32;

@Controller()
@identityV1.IdentityServiceControllerMethods()
export class IdentityController implements identityV1.IdentityServiceController {
  constructor(
    private readonly keys: KeyService,
    private readonly admissions: AdmissionService,
    private readonly revocations: RevocationService,
    private readonly refusals: RefusalService,
  ) {}

  async registerInstitutionKey(
    request: identityV1.RegisterInstitutionKeyRequest,
    metadata: Metadata,
  ): Promise<identityV1.RegisterInstitutionKeyResponse> {
    return { key: encodeKey(await this.keys.register(actorOf(metadata), request.requestId, decodeNewKey(request))) };
  }

  async revokeInstitutionKey(
    request: identityV1.RevokeInstitutionKeyRequest,
    metadata: Metadata,
  ): Promise<identityV1.RevokeInstitutionKeyResponse> {
    const reason = revocationReasonCodec.decode(request.reason);
    return { key: encodeKey(await this.keys.revoke(actorOf(metadata), decodeKeyName(request), reason)) };
  }

  async listInstitutionKeys(
    request: identityV1.ListInstitutionKeysRequest,
    metadata: Metadata,
  ): Promise<identityV1.ListInstitutionKeysResponse> {
    return { keys: (await this.keys.list(actorOf(metadata), decodeInstitution(request))).map(encodeKey) };
  }

  async findInstitutionKeys(
    request: identityV1.FindInstitutionKeysRequest,
  ): Promise<identityV1.FindInstitutionKeysResponse> {
    const keys = await this.keys.toTry(decodeInstitution(request));
    return { keys: keys.map(({ keyId, publicKey }) => ({ keyId, publicKey })) };
  }

  async admitMessage(request: identityV1.AdmitMessageRequest): Promise<identityV1.AdmitMessageResponse> {
    const { keyId, messageDigest, sentAt } = request;
    if (messageDigest.length !== DIGEST_BYTES)
      throw new Rejection('REQUEST_MALFORMED', { problem: `message_digest has ${DIGEST_BYTES} bytes` });
    await this.admissions.admit({
      ...decodeInstitution(request),
      keyId,
      digest: Buffer.from(messageDigest),
      sentAt: decodeInstant(sentAt, 'sent_at'),
    });
    return {};
  }

  async revokeCredential(
    request: identityV1.RevokeCredentialRequest,
    metadata: Metadata,
  ): Promise<identityV1.RevokeCredentialResponse> {
    const revocation = await this.revocations.revoke(actorOf(metadata), request.requestId, decodeOrder(request));
    return { revocation: encodeRevocation(revocation) };
  }

  async listRevocations(request: identityV1.ListRevocationsRequest): Promise<identityV1.ListRevocationsResponse> {
    const { revocations, next } = await this.revocations.since(decodePosition(request.after));
    return { revocations: revocations.map(encodeRevocation), nextAfter: next };
  }

  async recordRefusals(request: identityV1.RecordRefusalsRequest): Promise<identityV1.RecordRefusalsResponse> {
    await this.refusals.record(decodeRefusals(request), request.dropped);
    return {};
  }
}
