import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import type { identityV1 } from '@yiditong/contracts';
import { CurrentActor, IdempotencyKey } from '../auth/current-actor.js';
import { Endpoint } from '../http/endpoint.js';
import {
  decodeKey,
  decodeRevocation,
  encodeReason,
  encodeRevocation,
  institutionCode,
  keyAnswer,
  keyBody,
  keyId,
  keyRevocationQuery,
  keysAnswer,
  revocationAnswer,
  revocationBody,
  type KeyAnswer,
  type KeyBody,
  type KeyRevocationQuery,
  type RevocationAnswer,
  type RevocationBody,
} from './identity.dto.js';

/** What bureaus and the operator do about credentials. */
@ApiTags('凭证管理 Credentials')
@Controller('v1')
export class IdentityController {
  constructor(@Inject(TARGETS.identity.token) private readonly identity: RpcClient<identityV1.IdentityServiceClient>) {}

  @Endpoint({
    method: 'PUT',
    path: 'institutions/:institutionCode/signing-keys/:keyId',
    access: { bureau: 'institution_code', supervisor: true },
    summary: '登记医药机构的国密签名公钥 Register an institution’s SM2 public key',
    answer: keyAnswer,
    keyed: true,
  })
  async registerKey(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Param('institutionCode', { schema: institutionCode }) institution: string,
    @Param('keyId', { schema: keyId }) id: string,
    @Body({ schema: keyBody }) body: KeyBody,
  ): Promise<KeyAnswer> {
    const request = { requestId, institutionCode: institution, keyId: id, ...body };
    return decodeKey((await this.identity.call('registerInstitutionKey', request, actor)).key);
  }

  /** Without an Idempotency-Key: a key ends once, and ending it again gives the first answer. */
  @Endpoint({
    method: 'DELETE',
    path: 'institutions/:institutionCode/signing-keys/:keyId',
    access: { bureau: 'institution_code', supervisor: true },
    summary: '注销签名公钥，立即生效 Revoke a key, at once and for ever',
    answer: keyAnswer,
  })
  async revokeKey(
    @CurrentActor() actor: Actor,
    @Param('institutionCode', { schema: institutionCode }) institution: string,
    @Param('keyId', { schema: keyId }) id: string,
    @Query({ schema: keyRevocationQuery }) query: KeyRevocationQuery,
  ): Promise<KeyAnswer> {
    const request = { institutionCode: institution, keyId: id, reason: encodeReason(query) };
    return decodeKey((await this.identity.call('revokeInstitutionKey', request, actor)).key);
  }

  @Endpoint({
    method: 'GET',
    path: 'institutions/:institutionCode/signing-keys',
    access: { bureau: 'institution_code' },
    summary: '列出医药机构的签名公钥 List an institution’s keys, newest first',
    answer: keysAnswer,
  })
  async listKeys(
    @CurrentActor() actor: Actor,
    @Param('institutionCode', { schema: institutionCode }) institution: string,
  ): Promise<{ keys: KeyAnswer[] }> {
    const { keys } = await this.identity.call('listInstitutionKeys', { institutionCode: institution }, actor);
    return { keys: keys.map(decodeKey) };
  }

  @Endpoint({
    method: 'POST',
    path: 'revocations',
    access: { bureau: 'region', operator: 'region', supervisor: true },
    summary: '注销令牌或账号的凭证 Revoke a token, or all that an account was issued; works within about a second',
    answer: revocationAnswer,
    status: 201,
    keyed: true,
  })
  async revoke(
    @CurrentActor() actor: Actor,
    @IdempotencyKey() requestId: string,
    @Body({ schema: revocationBody }) body: RevocationBody,
  ): Promise<RevocationAnswer> {
    const { revocation } = await this.identity.call('revokeCredential', encodeRevocation(requestId, body), actor);
    return decodeRevocation(revocation);
  }
}
