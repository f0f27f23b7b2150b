import { Controller } from '@nestjs/common';
import { filingV1 } from '@yiditong/contracts';
import { decodeInstitutionFacts, decodeInsuranceFacts } from './fact.codec.js';
import { FactService } from './fact.service.js';

@Controller()
@filingV1.FactServiceControllerMethods()
export class FactController implements filingV1.FactServiceController {
  constructor(private readonly facts: FactService) {}

  async recordInsurance(request: filingV1.RecordInsuranceRequest): Promise<filingV1.RecordInsuranceResponse> {
    await this.facts.recordInsurance(decodeInsuranceFacts(request));
    return {};
  }

  async recordInstitutions(request: filingV1.RecordInstitutionsRequest): Promise<filingV1.RecordInstitutionsResponse> {
    await this.facts.recordInstitutions(decodeInstitutionFacts(request));
    return {};
  }
}
