import { Injectable } from '@nestjs/common';
import { appendAudit, Clock, Database, serviceActor, type Actor } from '@yiditong/chassis';
import { provinceOf, Rejection } from '@yiditong/codes';
import { ActingService, type Named } from '../family/acting.service.js';
import { aboutFiling, nameOf } from '../filing/filing-record.js';
import type { FilingRow } from '../filing/filing.entity.js';
import { findFiling } from '../filing/filing.store.js';
import { SigningKeys } from '@yiditong/chassis';
import { readReceipt, signReceipt } from './receipt-token.js';
import { findFilingOfReceipt } from './receipt.store.js';

export type IssuedReceipt = { readonly filing: FilingRow; readonly token: string; readonly issuedAt: Date };

/** How the filing of a genuine receipt stands now. */
export type Verification = {
  readonly filing: FilingRow;
  /** The filing has changed since. */
  readonly outdated: boolean;
  readonly issuedAt: Date;
};

/** 备案回执: what a person shows of his filing, and what whoever is shown it finds out. */
@Injectable()
export class ReceiptService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly acting: ActingService,
    private readonly keys: SigningKeys,
  ) {}

  /** Rejects with FILING_NOT_FOUND, FILING_STATE_CONFLICT for a draft, of which nobody knows yet, or as {@link ActingService.of}. */
  async issue(actor: Actor, named: Named, filingId: string): Promise<IssuedReceipt> {
    const acting = await this.acting.of(actor, named);
    const issuedAt = wholeSecond(this.clock.now());
    const filing = await this.database.transaction(acting.tenant, async (tx) => {
      const found = await findFiling(tx, acting.personId, filingId);
      if (!found) throw new Rejection('FILING_NOT_FOUND');
      if (found.state === 'DRAFT') throw new Rejection('FILING_STATE_CONFLICT', { state: nameOf(found) });
      await appendAudit(tx, acting.actor, {
        ...aboutFiling(found, 'ISSUE_RECEIPT'),
        after: { personId: found.personId, version: found.version },
      });
      return found;
    });
    return { filing, token: await signReceipt({ ...filing, issuedAt }, this.keys), issuedAt };
  }

  /** For whoever is shown a receipt, from whatever province. Tells nothing of the person. Rejects with RECEIPT_INVALID. */
  async verify(actor: Actor, token: string): Promise<Verification> {
    const receipt = await readReceipt(token, this.keys);
    if (!receipt) throw new Rejection('RECEIPT_INVALID');
    const { filingId, insuredRegion, version, issuedAt } = receipt;
    // The signature is what entitles the caller to it: as himself he would see none but his own province's.
    return this.database.transaction(serviceActor('filing', provinceOf(insuredRegion)), async (tx) => {
      const filing = await findFilingOfReceipt(tx, filingId);
      if (!filing) throw new Rejection('RECEIPT_INVALID');
      const outdated = filing.version > version;
      await appendAudit(tx, actor, {
        ...aboutFiling(filing, 'VERIFY_RECEIPT'),
        after: { version, state: filing.state, outdated },
      });
      return { filing, outdated, issuedAt };
    });
  }
}

/** So that the receipt and the answer name the same instant. */
function wholeSecond(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / 1000) * 1000);
}
