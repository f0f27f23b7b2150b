import { decodeInstant, uuidField, visitKindCodec } from '@yiditong/chassis';
import { isCalendarDate, isInstitutionCode, provinceOf, Rejection } from '@yiditong/codes';
import type { benefitV1, filingV1, settlementV1 } from '@yiditong/contracts';
import { regionField } from '../filing/fields.js';
import { fen } from '@yiditong/money';
import type { StatementFact } from '../notification/statement-event.service.js';
import type { NewInstitutionFact, NewInsuranceFact } from './fact.store.js';

const MAX_FACTS = 1_000;
const DISEASE_CLASS = /^M\d{3}$/;

type WireInsurance = Omit<filingV1.InsuranceFact, 'province'>;
type WireInstitution = Omit<filingV1.InstitutionFact, 'province'>;

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeInsuranceFacts(wire: filingV1.RecordInsuranceRequest): NewInsuranceFact[] {
  return checkedCount(wire.facts).map((fact) => {
    const decoded = decodeInsurance(fact);
    requireProvince(fact.province, decoded.insuredRegion);
    return decoded;
  });
}

/** What benefit answers, as facts. */
export function decodeInsuranceAnswer(wire: benefitV1.GetInsuranceResponse): NewInsuranceFact[] {
  return wire.persons.map(decodeInsurance);
}

/** Rejects with REQUEST_MALFORMED, REGION_UNKNOWN or INSTITUTION_CODE_INVALID. */
export function decodeInstitutionFacts(wire: filingV1.RecordInstitutionsRequest): NewInstitutionFact[] {
  return checkedCount(wire.facts).map((fact) => {
    const decoded = decodeInstitution(fact);
    requireProvince(fact.province, decoded.region);
    return decoded;
  });
}

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeStatementFacts(wire: filingV1.RecordStatementsRequest): StatementFact[] {
  return checkedCount(wire.facts).map((fact) => {
    const { businessDate, sequence, merkleRoot, receivableFen, payableFen } = fact;
    const province = regionField(fact.province);
    requireProvince(province, province);
    if (!isCalendarDate(businessDate) || !/^[\da-f]{64}$/.test(merkleRoot) || sequence <= 0n)
      throw new Rejection('REQUEST_MALFORMED', { problem: 'a statement has a date, a sequence and a root' });
    return {
      factId: uuidField(fact.factId, 'fact_id'),
      province,
      businessDate,
      sequence,
      merkleRoot,
      receivableFen: fen(receivableFen),
      payableFen: fen(payableFen),
      closedAt: decodeInstant(fact.closedAt, 'closed_at'),
    };
  });
}

/** What settlement answers, as facts. */
export function decodeInstitutionAnswer(wire: settlementV1.GetInstitutionsResponse): NewInstitutionFact[] {
  return wire.institutions.map(decodeInstitution);
}

function decodeInsurance(wire: WireInsurance): NewInsuranceFact {
  return {
    personId: uuidField(wire.personId, 'person_id'),
    province: provinceOf(regionField(wire.insuredRegion)),
    insuredRegion: wire.insuredRegion,
    active: wire.active,
    changedAt: decodeInstant(wire.changedAt, 'changed_at'),
  };
}

function decodeInstitution(wire: WireInstitution): NewInstitutionFact {
  const { institutionCode, region, networked, diseaseClasses } = wire;
  if (!isInstitutionCode(institutionCode))
    throw new Rejection('INSTITUTION_CODE_INVALID', { institution: institutionCode });
  if (!diseaseClasses.every((diseaseClass) => DISEASE_CLASS.test(diseaseClass)))
    throw new Rejection('REQUEST_MALFORMED', { problem: 'disease_classes are M and three digits' });
  return {
    institutionCode,
    region: regionField(region),
    networked,
    visitKinds: wire.visitKinds.map(visitKindCodec.decode),
    diseaseClasses,
    changedAt: decodeInstant(wire.changedAt, 'changed_at'),
  };
}

function checkedCount<T>(facts: readonly T[]): readonly T[] {
  if (facts.length === 0 || facts.length > MAX_FACTS)
    throw new Rejection('REQUEST_MALFORMED', { problem: `facts must be 1 to ${MAX_FACTS}` });
  return facts;
}

function requireProvince(province: string, region: string): void {
  if (province !== provinceOf(region))
    throw new Rejection('REQUEST_MALFORMED', { problem: 'province is not that of the division' });
}
