import { Body, Controller, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { OWN } from '@yiditong/access';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { benefitV1 } from '@yiditong/contracts';
import { CurrentActor } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import {
  credentialAnswer,
  decodeBody,
  decodeDecoding,
  decodeIssued,
  decodingAnswer,
  issueBody,
  type CredentialAnswer,
  type DecodeBody,
  type DecodingAnswer,
  type IssueBody,
} from './credential.dto.js';

@ApiTags('医保电子凭证 E-credentials')
@Controller('v1/e-credentials')
export class CredentialController {
  constructor(
    @Inject(TARGETS.credential.token) private readonly credentials: RpcClient<benefitV1.CredentialServiceClient>,
  ) {}

  /** Without an Idempotency-Key: a token is given out once, so a repetition could only get another one, which ends the lost one. */
  @Endpoint({
    method: 'POST',
    path: '',
    access: { insured: OWN },
    summary: '申领本人的医保电子凭证 Issue an e-credential to the person; it ends the one before',
    answer: credentialAnswer,
    status: 201,
  })
  async issue(
    @CurrentActor() actor: Actor,
    @Body({ schema: issueBody }) { institutionCode }: IssueBody,
  ): Promise<CredentialAnswer> {
    const request = { personId: actor.person ?? '', institutionCode: institutionCode ?? '' };
    return decodeIssued(await this.credentials.call('issueCredential', request, actor));
  }

  /** POST with the token in the body: an address ends up in logs. The visit number is the key of a repetition. */
  @Endpoint({
    method: 'POST',
    path: 'decodings',
    access: { hospital: OWN },
    summary: '解码患者出示的医保电子凭证 Decode an e-credential, once, for a visit',
    answer: decodingAnswer,
  })
  async decode(@CurrentActor() actor: Actor, @Body({ schema: decodeBody }) body: DecodeBody): Promise<DecodingAnswer> {
    const request = { ...body, institutionCode: actor.institution ?? '' };
    return decodeDecoding(await this.credentials.call('decodeCredential', request, actor));
  }
}
