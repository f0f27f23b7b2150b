import type { VisitKind } from '@yiditong/codes';
import type { Fen } from '@yiditong/money';
import type { BillLine, Diagnosis, InsuredAs, Trauma } from '../settlement/bill-rules.js';
import type { SettledLine } from '../settlement/settlement.entity.js';
import type { VisitState } from './visit-states.js';

/** A row of `visit` but for what is sealed in it. */
export type Visit = {
  readonly personId: string;
  readonly visitId: string;
  readonly institutionCode: string;
  readonly insuredRegion: string;
  readonly treatingRegion: string;
  readonly visitNumber: string;
  readonly visitKind: VisitKind;
  readonly state: VisitState;
  readonly emergency: boolean;
  readonly admittedAt: Date;
  /** Null until it is known. */
  readonly endedAt: Date | null;
  readonly trauma: Trauma | null;
  /** As 1101 said; null where it isn't known. */
  readonly insuredAs: InsuredAs | null;
  /** The operation that opened it. */
  readonly openedBy: string;
  readonly openedAt: Date;
  /** How often what was told of it has changed; fees don't count. A settlement rests on the visit as it was when its bill was made. */
  readonly revision: number;
};

/** What is sealed in a row of `visit`. */
export type VisitDiagnosed = {
  readonly diseaseCode: string;
  readonly diagnoses: readonly Diagnosis[];
  /** The chronic diseases that its fees name; a row of a fee has no more than a keyed hash of one. */
  readonly feeDiseases: readonly string[];
};

/** A visit as it is locked or read. */
export type SealedVisit = { readonly visit: Visit; readonly diagnosisSealed: Buffer };

/** A fee as the hospital uploads it; its line has no number yet. */
export type UploadedFee = {
  readonly serial: string;
  /** 退单: the serial of the fee that it takes back; empty otherwise. */
  readonly refundsSerial: string;
  readonly batch: string;
  readonly line: Omit<BillLine, 'lineNumber'>;
};

/** A row of `visit_fee` that stands. */
export type Fee = {
  readonly feeId: string;
  readonly serial: string;
  readonly refundsSerial: string;
  readonly batch: string;
  /** Empty where it treats no chronic disease. */
  readonly diseaseKey: string;
  readonly line: Omit<SettledLine, 'lineNumber' | 'diseaseCode'>;
  /** Null while it is unsettled. */
  readonly settlementId: string | null;
};

/** A visit as it is shown to its hospital. */
export type ShownVisit = Visit &
  Pick<VisitDiagnosed, 'diseaseCode' | 'diagnoses'> & {
    readonly unsettledCount: number;
    readonly unsettledFen: Fen;
    readonly settlementIds: readonly string[];
  };

/** A fee as it is shown to its hospital: with the disease that its row holds a keyed hash of only. */
export type ShownFee = Fee & { readonly diseaseCode: string };
