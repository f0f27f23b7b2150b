import { encodeInstant, enumCodec, uuidField } from '@yiditong/chassis';
import { isChronicDiseaseCode, Rejection } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { dateField, institutionField, limitField, malformed, optional, regionField } from '../filing/fields.js';
import { checkedReason } from '../filing/reason-text.js';
import { APPLICATION_STATES, type Application, type ApplicationRow, type Finding } from './application.entity.js';

const DECISIONS = ['ACCEPT', 'REJECT'] as const;
const MAX_WAITING = 200;
/** 医保医师编码 and what institutions use before they have one. */
const PHYSICIAN = /^[\dA-Za-z-]{1,30}$/;

const stateCodec = enumCodec('ENTITLEMENT_APPLICATION_STATE', APPLICATION_STATES);
const decisionCodec = enumCodec('ENTITLEMENT_DECISION', DECISIONS);

/** What a hospital asks for. */
export type Asked = Finding &
  Pick<
    ApplicationRow,
    'personId' | 'insuredRegion' | 'institutionCode' | 'identifiedBy' | 'identifiedOn' | 'validFrom' | 'validTo'
  >;
type OfApplication = Pick<ApplicationRow, 'personId' | 'applicationId' | 'reason'>;
export type TakenBack = OfApplication & { readonly insuredRegion: string };
export type Decided = OfApplication & { readonly decision: (typeof DECISIONS)[number] };
export type WaitingPage = {
  readonly insuredRegion: string;
  readonly after: string | null;
  readonly limit: number;
};

/** Rejects with DISEASE_CODE_INVALID, INSTITUTION_CODE_INVALID, REGION_UNKNOWN or REQUEST_MALFORMED. */
export function decodeAsked(wire: filingV1.ApplyForEntitlementRequest): Asked {
  const { diseaseCode, physicianCode } = wire;
  if (!isChronicDiseaseCode(diseaseCode)) throw new Rejection('DISEASE_CODE_INVALID');
  if (!PHYSICIAN.test(physicianCode)) throw malformed('physician_code is not 1 to 30 letters, digits and hyphens');
  const validFrom = dateField(wire.validFrom, 'valid_from');
  const validTo = optional(wire.validTo, (text) => dateField(text, 'valid_to'));
  if (validTo !== null && validTo < validFrom) throw malformed('valid_to lies before valid_from');
  return {
    personId: uuidField(wire.personId, 'person_id'),
    insuredRegion: regionField(wire.insuredRegion),
    institutionCode: institutionField(wire.institutionCode),
    identifiedBy: institutionField(wire.identifiedBy),
    identifiedOn: dateField(wire.identifiedOn, 'identified_on'),
    diseaseCode,
    physicianCode,
    validFrom,
    validTo,
  };
}

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeTakenBack(wire: filingV1.WithdrawEntitlementApplicationRequest): TakenBack {
  return { ...targetOf(wire), insuredRegion: regionField(wire.insuredRegion) };
}

/** Rejects with REQUEST_MALFORMED. */
export function decodeDecided(wire: filingV1.DecideEntitlementApplicationRequest): Decided {
  const decided = { ...targetOf(wire), decision: decisionCodec.decode(wire.decision) };
  if (decided.decision === 'REJECT' && decided.reason === '')
    throw malformed('reason is missing: the hospital is told why');
  return decided;
}

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeWaitingPage(wire: filingV1.ListEntitlementApplicationsRequest): WaitingPage {
  return {
    insuredRegion: regionField(wire.insuredRegion),
    after: optional(wire.after, (text) => uuidField(text, 'after')),
    limit: limitField(wire.limit, MAX_WAITING),
  };
}

function targetOf(wire: OfApplication): OfApplication {
  return {
    personId: uuidField(wire.personId, 'person_id'),
    applicationId: uuidField(wire.applicationId, 'application_id'),
    reason: checkedReason(wire.reason),
  };
}

export function encodeApplication(application: Application): filingV1.EntitlementApplication {
  const { province: _province, version: _version, ...shown } = application;
  return {
    ...shown,
    validTo: shown.validTo ?? '',
    entitlementId: shown.entitlementId ?? '',
    state: stateCodec.encode(shown.state),
    createdAt: encodeInstant(shown.createdAt),
    updatedAt: encodeInstant(shown.updatedAt),
  };
}

/** A page that isn't full is the last one. */
export function encodeWaiting(
  applications: readonly Application[],
  limit: number,
): filingV1.ListEntitlementApplicationsResponse {
  const last = applications.length === limit ? applications.at(-1) : undefined;
  return { applications: applications.map(encodeApplication), nextAfter: last?.applicationId ?? '' };
}
