import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf, hospitalLevelCodec } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { settlementV1 } from '@yiditong/contracts';
import { InstitutionService } from './institution.service.js';

const MAX_INSTITUTIONS = 1_000;

@Controller()
@settlementV1.InstitutionServiceControllerMethods()
export class InstitutionController implements settlementV1.InstitutionServiceController {
  constructor(private readonly institutions: InstitutionService) {}

  async registerInstitutions(
    request: settlementV1.RegisterInstitutionsRequest,
    metadata: Metadata,
  ): Promise<settlementV1.RegisterInstitutionsResponse> {
    const { length } = request.institutions;
    if (length === 0 || length > MAX_INSTITUTIONS)
      throw new Rejection('REQUEST_MALFORMED', { problem: `institutions must be 1 to ${MAX_INSTITUTIONS}` });
    const institutions = request.institutions.map((wire) => ({
      institutionCode: wire.institutionCode,
      province: request.province,
      region: wire.region,
      name: wire.name,
      level: hospitalLevelCodec.decode(wire.level),
      networked: wire.networked,
    }));
    return {
      registered: await this.institutions.register(
        actorOf(metadata),
        request.requestId,
        request.province,
        institutions,
      ),
    };
  }
}
