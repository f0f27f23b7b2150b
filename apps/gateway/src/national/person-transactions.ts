import { Inject, Injectable } from '@nestjs/common';
import { decodeRejection, encodeInstant, required, TARGETS, visitKindCodec, type RpcClient } from '@yiditong/chassis';
import { provinceOf, sentence } from '@yiditong/codes';
import type { benefitV1, filingV1, settlementV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { MalformedRequest } from '../http/request-pipe.js';
import { errorClassOf } from './error-classes.js';
import { fundCodeOf } from './fund-codes.js';
import { nationalId, text, time } from './input-fields.js';
import { ID_CARD, INSURANCE_CODES, insuranceStateCode, nationalIdOf, PERSON_TYPE_CODES } from './national-codes.js';
import type { Outcome } from './national-answer.js';
import { yuan } from './output-fields.js';
import { patientOf, Patients, type Patient } from './patients.js';
import { shanghaiTime } from './shanghai-time.js';
import { dataNode, transaction, type Exchange, type TransactionGroup } from './transaction.js';
import { certificate, insuranceType, isEmergency, medicalType } from './visit-fields.js';

const query = dataNode({
  ...certificate,
  card_sn: text(50).optional(),
  begntime: text(19).optional(),
  psn_cert_type: text(6).optional(),
  certno: text(50).optional(),
  psn_name: text(50).optional(),
});
const benefitQuery = dataNode({
  psn_no: nationalId,
  insutype: insuranceType.optional(),
  fixmedins_code: text(12).optional(),
  med_type: medicalType,
  begntime: time,
  dise_codg: text(30).optional(),
});
type Query = z.infer<typeof query>['data'];
type Detail = benefitV1.ReadPatientResponse;
type BenefitQuery = z.infer<typeof benefitQuery>['data'];
type Treatment = {
  readonly disease: string;
  readonly from: string;
  readonly to: string;
  readonly refusal: string | null;
};

/** 1101 人员信息获取, 2001 待遇检查. */
@Injectable()
export class PersonTransactions implements TransactionGroup {
  readonly transactions = {
    '1101': transaction(query, async ({ data }, exchange) => {
      const patient = await this.identify(data, exchange);
      return { output: personOutput(patient, await this.detailOf(patient, data, exchange)) };
    }),
    '2001': transaction(benefitQuery, async ({ data }, exchange) => this.checkBenefits(data, exchange)),
  };

  constructor(
    private readonly patients: Patients,
    @Inject(TARGETS.benefit.token) private readonly benefit: RpcClient<benefitV1.BenefitServiceClient>,
    @Inject(TARGETS.routing.token) private readonly routing: RpcClient<settlementV1.RoutingServiceClient>,
    @Inject(TARGETS.credential.token) private readonly credentials: RpcClient<benefitV1.CredentialServiceClient>,
    @Inject(TARGETS.eligibility.token) private readonly eligibility: RpcClient<filingV1.EligibilityServiceClient>,
    @Inject(TARGETS.entitlement.token) private readonly entitlements: RpcClient<filingV1.EntitlementServiceClient>,
  ) {}

  private async identify(data: Query, exchange: Exchange): Promise<Patient> {
    switch (data.mdtrt_cert_type) {
      case '01':
        return this.byToken(data.mdtrt_cert_no, exchange);
      case '02':
      case '03':
        return this.patients.byIdNumber(numberShown(data), exchange.actor);
    }
  }

  /**
   * The person who shows an e-credential. This form names no visit, so the token is bound to the message's id, by which a retry
   * gets the first answer. Of the date of birth and the sex a token tells no more than of the rest of the number.
   */
  private async byToken(token: string, { actor, envelope }: Exchange): Promise<Patient> {
    const request = { institutionCode: envelope.fixmedins_code, token, visitNumber: envelope.msgid };
    const person = await this.credentials.call('decodeCredential', request, actor);
    // A token of somebody whose insurance is not active is refused.
    return patientOf({ ...person, active: true }, person.maskedIdNumber);
  }

  /** What the home province knows besides, told for the certificate alone; null where a core of the province's own knows it. */
  private async detailOf(patient: Patient, data: Query, { actor, envelope }: Exchange): Promise<Detail | null> {
    const { routes } = await this.routing.call('listRoutes', {}, actor);
    const home = routes.find(({ endpoint }) => endpoint?.province === provinceOf(patient.insuredRegion));
    if (home?.endpoint?.kind === 'ENDPOINT_KIND_OWN') return null;
    const request = { institutionCode: envelope.fixmedins_code, ...shownBy(data) };
    return this.benefit.call('readPatient', request, actor);
  }

  /** Of a chronic visit without a disease each disease that is opened is looked at. */
  private async checkBenefits(data: BenefitQuery, exchange: Exchange): Promise<Outcome> {
    const patient = await this.patients.named(data, exchange, 'data');
    const treatments =
      data.med_type.visitKind === 'CHRONIC' && data.dise_codg === undefined
        ? await this.openedTreatments(data, patient, exchange)
        : [await this.treatment(data, patient, data.dise_codg ?? '', exchange)];
    return { output: { trtinfo: treatments.map((treatment) => treatmentOutput(treatment, patient)) } };
  }

  private async openedTreatments(data: BenefitQuery, patient: Patient, exchange: Exchange): Promise<Treatment[]> {
    const request = { personId: patient.personId, forPersonId: '', insuredRegion: patient.insuredRegion };
    const { entitlements } = await this.entitlements.call('listEntitlements', request, exchange.actor);
    const opened = entitlements.filter(({ opened: isOpened }) => isOpened);
    return Promise.all(
      opened.map(async ({ diseaseCode, validFrom, validTo }) => ({
        ...(await this.treatment(data, patient, diseaseCode, exchange)),
        from: validFrom,
        to: validTo,
      })),
    );
  }

  private async treatment(
    { med_type: type, begntime: at }: BenefitQuery,
    { personId, insuredRegion }: Patient,
    diseaseCode: string,
    { actor, envelope }: Exchange,
  ): Promise<Treatment> {
    const { answer } = await this.eligibility.call(
      'decideEligibility',
      {
        personId,
        forPersonId: '',
        insuredRegion,
        institutionCode: envelope.fixmedins_code,
        treatingRegion: '',
        visitKind: visitKindCodec.encode(type.visitKind),
        emergency: isEmergency(type, undefined),
        admittedAt: encodeInstant(at),
        diseaseCode: type.visitKind === 'CHRONIC' ? diseaseCode : '',
        asOf: undefined,
      },
      actor,
    );
    const { rejection } = required(answer, 'answer');
    const day = shanghaiTime(at).slice(0, 10);
    return { disease: diseaseCode, from: day, to: '', refusal: rejection ? refusalText(rejection) : null };
  }
}

type WireRejection = NonNullable<filingV1.EligibilityAnswer['rejection']>;

function refusalText(wire: WireRejection): string {
  const { reason, params } = decodeRejection(wire);
  return `${reason} [${errorClassOf(reason)}] ${sentence(reason, 'zh', params)}`;
}

/** trt_enjymnt_flag 1: covered at the standard that a settlement would be paid by; 0 with the reason. */
function treatmentOutput({ disease, from, to, refusal }: Treatment, { insurance }: Patient) {
  return {
    fund_pay_type: fundCodeOf('POOLING', insurance).code,
    trt_enjymnt_flag: refusal === null ? '1' : '0',
    begndate: from,
    enddate: to,
    trt_chk_rslt: refusal ?? '可按异地就医直接结算',
    dise_codg: disease,
  };
}

/** What the patient shows, as benefit asks for it. Rejects with REQUEST_MALFORMED. */
function shownBy(data: Query): { readonly idNumber: string; readonly token: string } {
  return data.mdtrt_cert_type === '01'
    ? { idNumber: '', token: data.mdtrt_cert_no }
    : { idNumber: numberShown(data), token: '' };
}

function numberShown(data: Query): string {
  return data.mdtrt_cert_type === '03' ? numberOnCard(data) : data.mdtrt_cert_no;
}

/**
 * Cards are kept nowhere here, but the number of the ID card is printed on them. A card without it finds nobody. Rejects with
 * REQUEST_MALFORMED.
 */
function numberOnCard({ card_sn: serial, certno, psn_cert_type: kind }: Query): string {
  const problems = [
    ...(serial === undefined ? [{ path: 'input.data.card_sn', message: 'is missing, needed of a card' }] : []),
    ...(certno === undefined
      ? [{ path: 'input.data.certno', message: 'is missing: a card is found by the ID number printed on it' }]
      : []),
    ...(kind !== undefined && kind !== ID_CARD
      ? [{ path: 'input.data.psn_cert_type', message: 'is not 01: persons are known by their ID cards' }]
      : []),
  ];
  if (problems.length > 0 || certno === undefined) throw new MalformedRequest(problems);
  return certno;
}

/** What nobody here knows is empty; so is the balance of somebody without an account. */
function personOutput(patient: Patient, detail: Detail | null): Readonly<Record<string, unknown>> {
  return {
    baseinfo: {
      psn_no: nationalIdOf(patient.personId),
      psn_cert_type: ID_CARD,
      certno: patient.maskedIdNumber,
      psn_name: patient.maskedName,
      gend: patient.gender,
      naty: '',
      brdy: patient.birthDate ?? '',
      age: patient.age,
      expContent: '',
    },
    insuinfo: [
      {
        balc: detail?.balanceFen === undefined ? null : yuan(detail.balanceFen),
        insutype: INSURANCE_CODES[patient.insurance],
        psn_type: PERSON_TYPE_CODES[patient.personType],
        psn_insu_stas: insuranceStateCode(patient.active),
        psn_insu_date: '',
        paus_insu_date: '',
        cvlserv_flag: detail === null ? '' : detail.civilServant ? '1' : '0',
        insuplc_admdvs: patient.insuredRegion,
        emp_name: '',
      },
    ],
    idetinfo: (detail?.identities ?? []).map(identityRow),
  };
}

/** By its name: the codes of 人员身份类别 are in no public table, and levels and periods are kept nowhere here. */
function identityRow(name: string) {
  return { psn_idet_type: '', psn_type_lv: '', memo: name, begntime: '', endtime: '' };
}
