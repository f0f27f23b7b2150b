import { Inject, Injectable } from '@nestjs/common';
import { maskIdNumber } from '@yiditong/access';
import { Clock, insuranceCodec, personTypeCodec, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import { birthDateOf, isMessageId, Rejection } from '@yiditong/codes';
import type { benefitV1, settlementV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { MalformedRequest } from '../http/request-pipe.js';
import type { Envelope } from './envelope.js';
import type { Outcome } from './national-answer.js';
import {
  genderCode,
  INSURANCE_CODES,
  insuranceStateCode,
  PERSON_TYPE_CODES,
  personIdOf,
  personNumberOf,
} from './national-codes.js';

const REVERSE_DEADLINE_MS = 20_000;
/** 公民身份号码 as a 证件类型. */
const ID_CARD = '01';
/** 未说明的性别. */
const UNSTATED = '9';

const text = (longest: number) => z.string().max(longest).nullish();

/** 1101 人员信息获取, node `data`. */
const personQuery = z.strictObject({
  data: z.strictObject({
    mdtrt_cert_type: z.enum(['01', '02', '03']),
    mdtrt_cert_no: z.string().min(1).max(50),
    card_sn: text(50),
    begntime: text(19),
    psn_cert_type: text(6),
    certno: text(50),
    psn_name: text(50),
  }),
});

/** 2601 冲正, node `data`. Only what settles here can be undone here. */
const reversal = z.strictObject({
  data: z.strictObject({
    psn_no: z.string().refine((number) => personIdOf(number) !== null, 'a person number'),
    omsgid: z.string().refine(isMessageId, 'institution (12), yyyyMMddHHmmss (14), sequence (4)'),
    oinfno: z.enum(['2207', '2304']),
  }),
});

/** The national transactions that are offered, each told to the service that owns it. */
@Injectable()
export class Transactions {
  constructor(
    @Inject(TARGETS.benefit.token) private readonly benefit: RpcClient<benefitV1.BenefitServiceClient>,
    @Inject(TARGETS.credential.token) private readonly credentials: RpcClient<benefitV1.CredentialServiceClient>,
    @Inject(TARGETS.settlement.token) private readonly settlement: RpcClient<settlementV1.SettlementServiceClient>,
    private readonly clock: Clock,
  ) {}

  /** Rejects with TRANSACTION_NOT_OFFERED, REQUEST_MALFORMED, or as the service does. */
  async carryOut(actor: Actor, envelope: Envelope): Promise<Outcome> {
    switch (envelope.infno) {
      case '1101':
        return { output: await this.findPerson(actor, envelope) };
      case '2601':
        return this.reverse(actor, envelope);
      default:
        throw new Rejection('TRANSACTION_NOT_OFFERED', { infno: envelope.infno });
    }
  }

  private async findPerson(actor: Actor, envelope: Envelope): Promise<Outcome['output']> {
    const { mdtrt_cert_type: kind, mdtrt_cert_no: credential } = inputOf(personQuery, envelope).data;
    switch (kind) {
      case '01':
        return this.personByToken(actor, envelope, credential);
      case '02':
        return this.personByIdNumber(actor, credential);
      case '03':
        throw new MalformedRequest([{ path: 'input.data.mdtrt_cert_type', message: 'is not offered here' }]);
    }
  }

  /** The person as the product shows him to a hospital. What the number itself says the hospital has read already. */
  private async personByIdNumber(actor: Actor, idNumber: string): Promise<Outcome['output']> {
    const person = await this.benefit.call('findPerson', { idNumber }, actor);
    const birthDate = birthDateOf(idNumber);
    return {
      baseinfo: {
        psn_no: personNumberOf(person.personId),
        psn_cert_type: ID_CARD,
        certno: maskIdNumber(idNumber),
        psn_name: person.maskedName,
        gend: genderCode(idNumber),
        brdy: birthDate,
        age: ageOn(this.clock.businessDate(), birthDate),
      },
      insuinfo: [insuranceOf(person)],
      idetinfo: [],
    };
  }

  /**
   * The person who shows an e-credential. This form names no visit, so the token is bound to the message's id, by which a retry
   * gets the first answer. Of the date of birth and the sex a token tells no more than of the rest of the number.
   */
  private async personByToken(actor: Actor, envelope: Envelope, token: string): Promise<Outcome['output']> {
    const request = { institutionCode: envelope.fixmedins_code, token, visitNumber: envelope.msgid };
    const person = await this.credentials.call('decodeCredential', request, actor);
    return {
      baseinfo: {
        psn_no: personNumberOf(person.personId),
        psn_cert_type: ID_CARD,
        certno: person.maskedIdNumber,
        psn_name: person.maskedName,
        gend: UNSTATED,
      },
      // A token of somebody whose insurance is not active is refused.
      insuinfo: [insuranceOf({ ...person, active: true })],
      idetinfo: [],
    };
  }

  /** The same message id undoes once, however often it is sent: a retry gets the first answer. */
  private async reverse(actor: Actor, envelope: Envelope): Promise<Outcome> {
    const { data } = inputOf(reversal, envelope);
    const request = {
      institutionCode: envelope.fixmedins_code,
      messageId: envelope.msgid,
      originalMessageId: data.omsgid,
    };
    const { outcome } = await this.settlement.call('reverse', request, actor, REVERSE_DEADLINE_MS);
    if (outcome === 'REVERSAL_OUTCOME_REVERSED') return { output: {} };
    return { output: {}, warning: '原交易未结算，其报文编号不能再用于结算' };
  }
}

type Insured = Pick<benefitV1.FindPersonResponse, 'insurance' | 'personType' | 'active' | 'insuredRegion'>;

function insuranceOf({ insurance, personType, active, insuredRegion }: Insured) {
  return {
    insutype: INSURANCE_CODES[insuranceCodec.decode(insurance)],
    psn_type: PERSON_TYPE_CODES[personTypeCodec.decode(personType)],
    psn_insu_stas: insuranceStateCode(active),
    insuplc_admdvs: insuredRegion,
  };
}

/** Rejects with REQUEST_MALFORMED, naming each place. */
function inputOf<T>(schema: z.ZodType<T>, { input }: Envelope): T {
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  throw new MalformedRequest(
    read.error.issues.map(({ path, message }) => ({ path: ['input', ...path.map(String)].join('.'), message })),
  );
}

/** Whole years. */
function ageOn(today: string, birthDate: string): number {
  const years = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return today.slice(5) < birthDate.slice(5) ? years - 1 : years;
}
