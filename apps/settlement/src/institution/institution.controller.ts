import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { settlementV1 } from '@yiditong/contracts';
import { decodeInstitution, encodeInstitution } from './institution.codec.js';
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
