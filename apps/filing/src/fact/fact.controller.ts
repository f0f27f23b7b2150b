import { Controller } from '@nestjs/common';
import { filingV1 } from '@yiditong/contracts';
import { StatementEventService } from '../notification/statement-event.service.js';
import { decodeInstitutionFacts, decodeInsuranceFacts, decodeStatementFacts } from './fact.codec.js';
import { FactService } from './fact.service.js';

@Controller()
@filingV1.FactServiceControllerMethods()
export class FactController implements filingV1.FactServiceController {
  constructor(
    private readonly facts: FactService,
    private readonly statements: StatementEventService,
  ) {}

  async recordInsurance(request: filingV1.RecordInsuranceRequest): Promise<filingV1.RecordInsuranceResponse> {
    await this.facts.recordInsurance(decodeInsuranceFacts(request));
    return {};
  }

  async recordInstitutions(request: filingV1.RecordInstitutionsRequest): Promise<filingV1.RecordInstitutionsResponse> {
    await this.facts.recordInstitutions(decodeInstitutionFacts(request));
    return {};
  }

  async recordStatements(request: filingV1.RecordStatementsRequest): Promise<filingV1.RecordStatementsResponse> {
    await this.statements.record(decodeStatementFacts(request));
    return {};
  }
}
