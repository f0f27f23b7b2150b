import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf, encodeInstant, hospitalLevelCodec, visitKindCodec } from '@yiditong/chassis';
import { Rejection, VISIT_KINDS } from '@yiditong/codes';
import { settlementV1 } from '@yiditong/contracts';
import type { DatedInstitution, Institution } from './institution.entity.js';
import { InstitutionService } from './institution.service.js';

const MAX_INSTITUTIONS = 1_000;
const DISEASE_CLASS = /^M\d{3}$/;

@Controller()
@settlementV1.InstitutionServiceControllerMethods()
export class InstitutionController implements settlementV1.InstitutionServiceController {
  constructor(private readonly institutions: InstitutionService) {}

  async registerInstitutions(
    request: settlementV1.RegisterInstitutionsRequest,
    metadata: Metadata,
  ): Promise<settlementV1.RegisterInstitutionsResponse> {
    checkCount(request.institutions);
    const institutions = request.institutions.map((wire) => decodeInstitution(wire, request.province));
    return {
      registered: await this.institutions.register(
        actorOf(metadata),
        request.requestId,
        request.province,
        institutions,
      ),
    };
  }

  async getInstitutions(request: settlementV1.GetInstitutionsRequest): Promise<settlementV1.GetInstitutionsResponse> {
    checkCount(request.institutionCodes);
    return { institutions: (await this.institutions.find(request.institutionCodes)).map(encodeInstitution) };
  }
}

function checkCount({ length }: readonly unknown[]): void {
  if (length === 0 || length > MAX_INSTITUTIONS)
    throw new Rejection('REQUEST_MALFORMED', { problem: `institutions must be 1 to ${MAX_INSTITUTIONS}` });
}

/** Sets in an order of their own, so that the same ones are the same. Rejects with REQUEST_MALFORMED. */
function decodeInstitution(wire: settlementV1.Institution, province: string): Institution {
  const { institutionCode, region, name, networked } = wire;
  const kinds = new Set(wire.visitKinds.map(visitKindCodec.decode));
  const diseaseClasses = [...new Set(wire.diseaseClasses)].sort((a, b) => (a < b ? -1 : 1));
  const malformed = (problem: string): Rejection => new Rejection('REQUEST_MALFORMED', { problem });
  if (networked && kinds.size === 0) throw malformed('visit_kinds of a networked institution are missing');
  if (!diseaseClasses.every((diseaseClass) => DISEASE_CLASS.test(diseaseClass)))
    throw malformed('disease_classes are M and three digits');
  if (diseaseClasses.length > 0 && !kinds.has('CHRONIC'))
    throw malformed('disease_classes go with chronic visits only');
  const visitKinds = VISIT_KINDS.filter((kind) => kinds.has(kind));
  const level = hospitalLevelCodec.decode(wire.level);
  return { institutionCode, province, region, name, level, networked, visitKinds, diseaseClasses };
}

function encodeInstitution(institution: DatedInstitution): settlementV1.Institution {
  const { institutionCode, region, name, level, networked, visitKinds, diseaseClasses, changedAt } = institution;
  return {
    institutionCode,
    region,
    name,
    level: hospitalLevelCodec.encode(level),
    networked,
    visitKinds: visitKinds.map(visitKindCodec.encode),
    diseaseClasses: [...diseaseClasses],
    changedAt: encodeInstant(changedAt),
  };
}
