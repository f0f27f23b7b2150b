import { Inject, Injectable } from '@nestjs/common';
import { maskIdNumber } from '@yiditong/access';
import { Clock, insuranceCodec, personTypeCodec, TARGETS, type RpcClient } from '@yiditong/chassis';
import { birthDateOf, type Insurance, type PersonType } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { MalformedRequest } from '../http/request-pipe.js';
import { genderCode, INSURANCE_CODES, UNSTATED_GENDER } from './national-codes.js';
import type { Exchange } from './transaction.js';

/** A person as a hospital may see him. */
export type Patient = {
  readonly personId: string;
  readonly insuredRegion: string;
  readonly insurance: Insurance;
  readonly personType: PersonType;
  readonly active: boolean;
  readonly maskedName: string;
  readonly maskedIdNumber: string;
  readonly gender: string;
  /** Null where the hospital hasn't read the number that says it. */
  readonly birthDate: string | null;
  readonly age: number | null;
};

/** What a message says of its patient. */
export type NamedPatient = {
  readonly psn_no: string;
  readonly insutype?: string | undefined;
  readonly mdtrt_cert_type?: string | undefined;
  readonly mdtrt_cert_no?: string | undefined;
};

type Found = Omit<benefitV1.FindPersonResponse, 'maskedName'> & { readonly maskedName: string };

/** Who a message's patient is. */
@Injectable()
export class Patients {
  constructor(
    @Inject(TARGETS.benefit.token) private readonly benefit: RpcClient<benefitV1.BenefitServiceClient>,
    private readonly clock: Clock,
  ) {}

  /**
   * The patient of a number that 1101 gave out. An ID card that comes along must be the same person's; a token was decoded by 1101 and can't
   * be again. Rejects with PERSON_UNKNOWN, or REQUEST_MALFORMED where what the message says of him isn't so.
   */
  async named({ psn_no: personId, ...told }: NamedPatient, { actor }: Exchange, node: string): Promise<Patient> {
    const patient =
      told.mdtrt_cert_type === '02' && told.mdtrt_cert_no !== undefined
        ? await this.byIdNumber(told.mdtrt_cert_no, actor)
        : await this.byId(personId, actor);
    if (patient.personId !== personId) throw notHis(node, 'mdtrt_cert_no');
    if (told.insutype !== undefined && told.insutype !== INSURANCE_CODES[patient.insurance])
      throw notHis(node, 'insutype');
    return patient;
  }

  async byIdNumber(idNumber: string, actor: Exchange['actor']): Promise<Patient> {
    const person = await this.benefit.call('findPerson', { idNumber }, actor);
    const birthDate = birthDateOf(idNumber);
    return {
      ...patientOf(person, maskIdNumber(idNumber)),
      gender: genderCode(idNumber),
      birthDate,
      age: ageOn(this.clock.businessDate(), birthDate),
    };
  }

  private async byId(personId: string, actor: Exchange['actor']): Promise<Patient> {
    const person = await this.benefit.call('getPerson', { personId, purpose: '' }, actor);
    return patientOf({ ...person, maskedName: person.name }, person.idNumber);
  }
}

/** Of whom only this is known, the sex and the date of birth are not: they stand in the number that is masked. */
export function patientOf(person: Found, maskedIdNumber: string): Patient {
  return {
    personId: person.personId,
    insuredRegion: person.insuredRegion,
    insurance: insuranceCodec.decode(person.insurance),
    personType: personTypeCodec.decode(person.personType),
    active: person.active,
    maskedName: person.maskedName,
    maskedIdNumber,
    gender: UNSTATED_GENDER,
    birthDate: null,
    age: null,
  };
}

function notHis(node: string, field: string): MalformedRequest {
  return new MalformedRequest([{ path: `input.${node}.${field}`, message: 'is not that of psn_no' }]);
}

/** Whole years. */
function ageOn(today: string, birthDate: string): number {
  const years = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return today.slice(5) < birthDate.slice(5) ? years - 1 : years;
}
