import type { FilingCategory, Insurance, MaterialKind, PersonType, VisitKind } from '@yiditong/codes';
import type { DemoDiagnosis } from './diagnoses.js';

export type DemoPerson = {
  personId: string;
  idNumber: string;
  insuredRegion: string;
  insurance: Insurance;
  personType: PersonType;
  active: boolean;
  name: string;
  phone: string | null;
};

export type DemoFiling = {
  requestId: string;
  personId: string;
  insuredRegion: string;
  category: FilingCategory;
  destinationRegion: string;
  validFrom: string;
  validTo: string | null;
  /** 承诺制: the papers follow later. */
  pledged: boolean;
  materials: { kind: MaterialKind; digest: string }[];
};

/** A recognised outpatient disease (门诊慢特病待遇资格). */
export type DemoEntitlement = {
  requestId: string;
  personId: string;
  insuredRegion: string;
  diseaseCode: string;
  validFrom: string;
};

export type DemoBillLine = {
  lineNumber: number;
  nationalCode: string;
  quantity: string;
  unitPriceYuan: string;
  amountFen: string;
  occurredAt: string;
};

export type DemoBill = {
  institutionCode: string;
  messageId: string;
  /** The message id of the reversal to send after the bill settled, or null where none is sent. */
  reverseWith: string | null;
  /** Whether this is the case that the National Healthcare Security Administration published. */
  official: boolean;
  body: {
    personId: string;
    insuredRegion: string;
    visitNumber: string;
    visitKind: VisitKind;
    emergency: boolean;
    diseaseCode: string | null;
    diagnoses: DemoDiagnosis[];
    admittedAt: string;
    endedAt: string;
    /** Accounts pay nothing where it isn't said. */
    useAccount?: boolean;
    totalFen: string;
    lines: DemoBillLine[];
  };
};

/** Before what moves no figure is drawn. */
export type NamelessPerson = Omit<DemoPerson, 'name' | 'phone'>;
export type UndiagnosedBill = Omit<DemoBill, 'body'> & { body: Omit<DemoBill['body'], 'diagnoses'> };

export type DemoDay = {
  persons: DemoPerson[];
  filings: DemoFiling[];
  entitlements: DemoEntitlement[];
  bills: DemoBill[];
};

const SHANGHAI_OFFSET = 8 * 3_600_000;
const DAY = 86_400_000;

/** The business date of an instant: its calendar day in Asia/Shanghai, which has no summer time. */
export function businessDateOf(epochMillis: number): string {
  return new Date(epochMillis + SHANGHAI_OFFSET).toISOString().slice(0, 10);
}

/** The instant at which a business date begins. */
export function startOfDay(date: string): number {
  return Date.parse(`${date}T00:00:00.000Z`) - SHANGHAI_OFFSET;
}

/** The same time of day so many days earlier. */
export function daysBefore(epochMillis: number, days: number): number {
  return epochMillis - days * DAY;
}

/** An ISO instant without fractions of a second. */
export function instantOf(epochMillis: number): string {
  return `${new Date(epochMillis).toISOString().slice(0, 19)}Z`;
}

/** yyyyMMddHHmmss in Asia/Shanghai, as message ids carry it. */
export function messageTimeOf(epochMillis: number): string {
  return new Date(epochMillis + SHANGHAI_OFFSET).toISOString().slice(0, 19).replace(/[-T:]/g, '');
}
