import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf, encodeInstant, familyRelationCodec, uuidField } from '@yiditong/chassis';
import { filingV1 } from '@yiditong/contracts';
import { optional, regionField, requestIdField } from '../filing/fields.js';
import type { FamilyAccess, NewFamilyAccess } from './family.entity.js';
import { FamilyService } from './family.service.js';

@Controller()
@filingV1.FamilyServiceControllerMethods()
export class FamilyController implements filingV1.FamilyServiceController {
  constructor(private readonly family: FamilyService) {}

  async grantFamilyAccess(
    request: filingV1.GrantFamilyAccessRequest,
    metadata: Metadata,
  ): Promise<filingV1.GrantFamilyAccessResponse> {
    const requestId = requestIdField(request.requestId);
    return { access: encodeAccess(await this.family.grant(actorOf(metadata), requestId, decodeGrant(request))) };
  }

  async revokeFamilyAccess(
    request: filingV1.RevokeFamilyAccessRequest,
    metadata: Metadata,
  ): Promise<filingV1.RevokeFamilyAccessResponse> {
    const [personId, accessId] = [uuidField(request.personId, 'person_id'), uuidField(request.accessId, 'access_id')];
    const requestId = requestIdField(request.requestId);
    return { access: encodeAccess(await this.family.revoke(actorOf(metadata), requestId, personId, accessId)) };
  }

  async listFamilyAccess(
    request: filingV1.ListFamilyAccessRequest,
    metadata: Metadata,
  ): Promise<filingV1.ListFamilyAccessResponse> {
    const personId = uuidField(request.personId, 'person_id');
    return { accesses: (await this.family.list(actorOf(metadata), personId)).map(encodeAccess) };
  }
}

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
function decodeGrant(wire: filingV1.GrantFamilyAccessRequest): NewFamilyAccess {
  return {
    personId: uuidField(wire.personId, 'person_id'),
    agentPersonId: uuidField(wire.agentPersonId, 'agent_person_id'),
    relation: familyRelationCodec.decode(wire.relation),
    insuredRegion: optional(wire.insuredRegion, regionField),
  };
}

function encodeAccess({ accessId, personId, agentPersonId, relation, grantedAt, revokedAt }: FamilyAccess) {
  return {
    accessId,
    personId,
    agentPersonId,
    relation: familyRelationCodec.encode(relation),
    grantedAt: encodeInstant(grantedAt),
    revokedAt: revokedAt === null ? undefined : encodeInstant(revokedAt),
  };
}
