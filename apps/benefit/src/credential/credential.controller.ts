import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf, encodeInstant, insuranceCodec, personTypeCodec } from '@yiditong/chassis';
import { isInstitutionCode, Rejection } from '@yiditong/codes';
import { benefitV1 } from '@yiditong/contracts';
import { CredentialService } from './credential.service.js';

@Controller()
@benefitV1.CredentialServiceControllerMethods()
export class CredentialController implements benefitV1.CredentialServiceController {
  constructor(private readonly credentials: CredentialService) {}

  async issueCredential(
    request: benefitV1.IssueCredentialRequest,
    metadata: Metadata,
  ): Promise<benefitV1.IssueCredentialResponse> {
    const issuedFor = request.institutionCode || null;
    if (issuedFor !== null && !isInstitutionCode(issuedFor))
      throw new Rejection('REQUEST_MALFORMED', { problem: 'institution_code is not an institution’s' });
    const { token, issuedAt, expiresAt } = await this.credentials.issue(actorOf(metadata), request.personId, issuedFor);
    // The bare token: a counter's scanner types what it reads, and hospital systems pass that on as it is.
    return { token, qrText: token, issuedAt: encodeInstant(issuedAt), expiresAt: encodeInstant(expiresAt) };
  }

  async decodeCredential(
    request: benefitV1.DecodeCredentialRequest,
    metadata: Metadata,
  ): Promise<benefitV1.DecodeCredentialResponse> {
    const { institutionCode, visitNumber, token } = request;
    if (!/^[\w-]{1,30}$/.test(visitNumber))
      throw new Rejection('REQUEST_MALFORMED', { problem: 'visit_number is not a visit number' });
    const decoding = await this.credentials.decode(actorOf(metadata), institutionCode, visitNumber, token);
    return {
      personId: decoding.personId,
      insuredRegion: decoding.insuredRegion,
      insurance: insuranceCodec.encode(decoding.insurance),
      personType: personTypeCodec.encode(decoding.personType),
      maskedName: decoding.maskedName,
      maskedIdNumber: decoding.maskedIdNumber,
      decodedAt: encodeInstant(decoding.decodedAt),
      standsUntil: encodeInstant(decoding.standsUntil),
    };
  }
}
