import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { actorOf, Allow, encodeInstant, insuranceCodec, personTypeCodec } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { benefitV1 } from '@yiditong/contracts';
import { validate as isUuid } from 'uuid';
import { AdjudicationService } from '../adjudication/adjudication.service.js';
import { PolicyService } from '../policy/policy.service.js';
import { PersonService, type PersonEntry } from './person.service.js';

const MAX_PERSONS = 1_000;

@Controller()
@benefitV1.BenefitServiceControllerMethods()
export class BenefitController implements benefitV1.BenefitServiceController {
  constructor(
    private readonly persons: PersonService,
    private readonly policies: PolicyService,
    private readonly adjudications: AdjudicationService,
  ) {}

  @Allow('bureau')
  async registerPersons(
    request: benefitV1.RegisterPersonsRequest,
    metadata: Metadata,
  ): Promise<benefitV1.RegisterPersonsResponse> {
    const entries = decodePersons(request.persons);
    return { registered: await this.persons.register(actorOf(metadata), request.requestId, request.province, entries) };
  }

  @Allow('hospital')
  async findPerson(request: benefitV1.FindPersonRequest): Promise<benefitV1.FindPersonResponse> {
    const { personId, insuredRegion, insurance, personType, active } = await this.persons.find(request.idNumber);
    return {
      personId,
      insuredRegion,
      insurance: insuranceCodec.encode(insurance),
      personType: personTypeCodec.encode(personType),
      active,
    };
  }

  @Allow('bureau')
  async publishPolicy(
    request: benefitV1.PublishPolicyRequest,
    metadata: Metadata,
  ): Promise<benefitV1.PublishPolicyResponse> {
    const published = await this.policies.publish(
      actorOf(metadata),
      request.requestId,
      request.region,
      request.policyJson,
    );
    return { policyId: published.policyId, publishedAt: encodeInstant(new Date(published.publishedAt)) };
  }

  @Allow('bureau', 'insured')
  async getAccumulators(
    request: benefitV1.GetAccumulatorsRequest,
    metadata: Metadata,
  ): Promise<benefitV1.GetAccumulatorsResponse> {
    const accumulators = await this.adjudications.accumulators(
      actorOf(metadata),
      request.personId,
      request.benefitYear,
    );
    return { accumulators: Object.entries(accumulators).map(([kind, value]) => ({ kind, value })) };
  }
}

function decodePersons(wire: readonly benefitV1.PersonEntry[]): PersonEntry[] {
  if (wire.length === 0 || wire.length > MAX_PERSONS)
    throw new Rejection('REQUEST_MALFORMED', { problem: `persons must be 1 to ${MAX_PERSONS}` });
  return wire.map((entry) => {
    if (!isUuid(entry.personId)) throw new Rejection('REQUEST_MALFORMED', { problem: 'person_id is not a UUID' });
    return {
      personId: entry.personId,
      idNumber: entry.idNumber,
      insuredRegion: entry.insuredRegion,
      insurance: insuranceCodec.decode(entry.insurance),
      personType: personTypeCodec.decode(entry.personType),
      active: entry.active,
    };
  });
}
