import { Inject, Injectable } from '@nestjs/common';
import { TARGETS, type RpcClient } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { benefitV1, settlementV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { nationalId } from './input-fields.js';
import { Patients, type Patient } from './patients.js';
import type { Exchange } from './transaction.js';
import { certificate } from './visit-fields.js';

const DEADLINE_MS = 20_000;

/** Fields of a query by which a patient is shown to be one. The published ones have psn_no alone, which anybody may have read somewhere. */
export const presenceFields = {
  psn_no: nationalId,
  mdtrt_cert_type: certificate.mdtrt_cert_type.optional(),
  mdtrt_cert_no: certificate.mdtrt_cert_no.optional(),
};
type Shown = z.infer<z.ZodObject<typeof presenceFields>>;

/** Whether a hospital has to do with a person of whom it asks more than its own bills. */
@Injectable()
export class Presence {
  constructor(
    private readonly patients: Patients,
    @Inject(TARGETS.hospitalLedger.token)
    private readonly ledger: RpcClient<settlementV1.HospitalLedgerServiceClient>,
    @Inject(TARGETS.credential.token) private readonly credentials: RpcClient<benefitV1.CredentialServiceClient>,
  ) {}

  /**
   * The patient, who shows an e-credential or an ID card, or has a visit here, had one or was settled for in the last 90 days. Rejects with
   * PERSON_NOT_PATIENT, as the certificate's decoding does, or with REQUEST_MALFORMED where the ID card is another's.
   */
  async patient(shown: Shown, exchange: Exchange): Promise<Patient> {
    if (!(await this.isHere(shown, exchange))) throw new Rejection('PERSON_NOT_PATIENT');
    const isCard = shown.mdtrt_cert_type === '02';
    return this.patients.named(isCard ? shown : { psn_no: shown.psn_no }, exchange, 'data');
  }

  private async isHere(shown: Shown, exchange: Exchange): Promise<boolean> {
    const { mdtrt_cert_type: type, mdtrt_cert_no: number } = shown;
    // That the card is the person's is seen when he is looked up by it.
    if (type === '02' && number !== undefined) return true;
    if (type === '01' && number !== undefined) return this.showsToken(number, shown.psn_no, exchange);
    return this.isPatient(shown.psn_no, exchange);
  }

  /** Bound to the message's id, as 1101 does: a retry gets the first answer. */
  private async showsToken(token: string, personId: string, { actor, envelope }: Exchange): Promise<boolean> {
    const request = { institutionCode: envelope.fixmedins_code, token, visitNumber: envelope.msgid };
    return (await this.credentials.call('decodeCredential', request, actor)).personId === personId;
  }

  /** Has a visit here, or had one or was settled for in the last 90 days. */
  private async isPatient(personId: string, { actor, envelope }: Exchange): Promise<boolean> {
    const request = { institutionCode: envelope.fixmedins_code, personId };
    return (await this.ledger.call('checkPatient', request, actor, DEADLINE_MS)).isPatient;
  }
}
