import { accumulatorEntries } from '@yiditong/adjudication';
import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { isPurpose, PURPOSES, type Purpose } from '@yiditong/access';
import { actorOf, decodeInstant, encodeInstant, insuranceCodec, personTypeCodec, uuidField } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { benefitV1 } from '@yiditong/contracts';
import { validate as isUuid } from 'uuid';
import { decodeAccountEntries, decodeShown, encodeAccount, encodePatient } from '../account/account.codec.js';
import { AccountService } from '../account/account.service.js';
import { PatientService } from '../account/patient.service.js';
import { AccumulatorService } from '../adjudication/accumulator.service.js';
import type { InsuredPerson } from './person.entity.js';
import { PersonService, type PersonEntry } from './person.service.js';

const MAX_PERSONS = 1_000;

@Controller()
@benefitV1.BenefitServiceControllerMethods()
export class BenefitController implements benefitV1.BenefitServiceController {
  constructor(
    private readonly persons: PersonService,
    private readonly accumulators: AccumulatorService,
    private readonly accounts: AccountService,
    private readonly patients: PatientService,
  ) {}

  async registerPersons(
    request: benefitV1.RegisterPersonsRequest,
    metadata: Metadata,
  ): Promise<benefitV1.RegisterPersonsResponse> {
    const entries = decodePersons(request.persons);
    return { registered: await this.persons.register(actorOf(metadata), request.requestId, request.province, entries) };
  }

  async findPerson(request: benefitV1.FindPersonRequest, metadata: Metadata): Promise<benefitV1.FindPersonResponse> {
    const person = await this.persons.find(actorOf(metadata), request.idNumber);
    return { ...encodePerson(person), maskedName: person.maskedName };
  }

  async getPerson(request: benefitV1.GetPersonRequest, metadata: Metadata): Promise<benefitV1.GetPersonResponse> {
    if (!isUuid(request.personId)) throw new Rejection('PERSON_UNKNOWN');
    const person = await this.persons.get(actorOf(metadata), request.personId, decodePurpose(request.purpose));
    const { name, idNumber, phone, tags } = person;
    return { ...encodePerson(person), name, idNumber, phone: phone ?? '', tags: [...tags] };
  }

  async readPatient(request: benefitV1.ReadPatientRequest, metadata: Metadata): Promise<benefitV1.ReadPatientResponse> {
    const shown = decodeShown(request);
    return encodePatient(await this.patients.read(actorOf(metadata), request.institutionCode, shown));
  }

  async getInsurance(
    request: benefitV1.GetInsuranceRequest,
    metadata: Metadata,
  ): Promise<benefitV1.GetInsuranceResponse> {
    const { length } = request.personIds;
    if (length === 0 || length > MAX_PERSONS)
      throw new Rejection('REQUEST_MALFORMED', { problem: `person_ids must be 1 to ${MAX_PERSONS}` });
    const personIds = request.personIds.map((personId) => uuidField(personId, 'person_ids'));
    const insured = await this.persons.insurance(actorOf(metadata), request.province, personIds);
    return {
      persons: insured.map(({ personId, insuredRegion, active, changedAt }) => ({
        personId,
        insuredRegion,
        active,
        changedAt: encodeInstant(changedAt),
      })),
    };
  }

  async postAccountEntries(
    request: benefitV1.PostAccountEntriesRequest,
    metadata: Metadata,
  ): Promise<benefitV1.PostAccountEntriesResponse> {
    const entries = decodeAccountEntries(request.entries);
    return { posted: await this.accounts.post(actorOf(metadata), request.province, entries) };
  }

  async getAccount(request: benefitV1.GetAccountRequest, metadata: Metadata): Promise<benefitV1.GetAccountResponse> {
    if (!isUuid(request.personId)) throw new Rejection('PERSON_UNKNOWN');
    return encodeAccount(await this.accounts.get(actorOf(metadata), request.personId));
  }

  async getAccumulators(
    request: benefitV1.GetAccumulatorsRequest,
    metadata: Metadata,
  ): Promise<benefitV1.GetAccumulatorsResponse> {
    const { personId, benefitYear } = request;
    if (!isUuid(personId)) throw new Rejection('PERSON_UNKNOWN');
    const asOf = request.asOf ? decodeInstant(request.asOf, 'as_of') : null;
    const totals = await this.accumulators.get(actorOf(metadata), personId, benefitYear, asOf);
    return {
      accumulators: totals.flatMap(({ insurance, accumulators }) =>
        accumulatorEntries(accumulators).map(([kind, value]) => ({
          insurance: insuranceCodec.encode(insurance),
          kind,
          value,
        })),
      ),
    };
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
      name: entry.name,
      phone: entry.phone || null,
      tags: entry.tags.map((tag) => tag.trim()),
    };
  });
}

function encodePerson({ personId, insuredRegion, insurance, personType, active }: InsuredPerson) {
  return {
    personId,
    insuredRegion,
    insurance: insuranceCodec.encode(insurance),
    personType: personTypeCodec.encode(personType),
    active,
  };
}

function decodePurpose(text: string): Purpose | null {
  if (text === '') return null;
  if (!isPurpose(text))
    throw new Rejection('REQUEST_MALFORMED', { problem: `purpose is one of ${PURPOSES.join(', ')}` });
  return text;
}
