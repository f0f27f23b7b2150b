import { Injectable } from '@nestjs/common';
import { Clock, Database, type Actor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { lastFeeDay } from '../version/effective.js';
import { splitBill, type Bill, type BillAnswer, type BillLine } from './bill-split.js';
import { dateOfDay, dayOfDate } from './business-day.js';
import { ImageService } from './image.service.js';
import { mappingsInForce } from './mapping.store.js';

@Injectable()
export class ClassificationService {
  constructor(
    private readonly images: ImageService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Splits a bill's lines from memory, by versions that nothing published has taken the place of. The lines name no person, so the audit
   * has nothing of it. Rejects with CATALOGUE_NOT_PUBLISHED, SERVICE_UNAVAILABLE, or REQUEST_MALFORMED for a fee in the future: what is
   * published until then may say something else.
   */
  async classify(actor: Actor, bill: Bill): Promise<BillAnswer> {
    const { province, lines } = bill;
    const lastDay = lines.reduce((latest, { businessDay }) => Math.max(latest, businessDay), -Infinity);
    if (lastDay > dayOfDate(lastFeeDay(this.clock.now())))
      throw new Rejection('REQUEST_MALFORMED', { problem: 'occurred_at of a line lies in the future' });
    const codeOf = lines.some(isByHospitalCode) ? await this.mappedCodes(actor, bill) : chargedCode;
    if (!this.images.isCurrent(province, lastDay)) await this.images.makeCurrent(province, lastDay);
    // From here on nothing waits, so all lines see the same versions.
    return splitBill(bill, codeOf, this.images);
  }

  /** By the hospital's mapping where a line has no national code; empty where there is none either. */
  private async mappedCodes(
    actor: Actor,
    { province, institutionCode, lines }: Bill,
  ): Promise<(line: BillLine) => string> {
    const wanted = lines
      .filter(isByHospitalCode)
      .map(({ hospitalCode, businessDay }) => ({ itemCode: hospitalCode, date: dateOfDay(businessDay) }));
    const owner = { province, institutionCode };
    const found = await this.database.transaction(actor, (tx) => mappingsInForce(tx, owner, wanted));
    const byItem = new Map(found.map(({ itemCode, date, nationalCode }) => [`${date} ${itemCode}`, nationalCode]));
    return (line) =>
      isByHospitalCode(line)
        ? (byItem.get(`${dateOfDay(line.businessDay)} ${line.hospitalCode}`) ?? '')
        : line.nationalCode;
  }
}

function isByHospitalCode({ nationalCode, hospitalCode }: BillLine): boolean {
  return nationalCode === '' && hospitalCode !== '';
}

function chargedCode({ nationalCode }: BillLine): string {
  return nationalCode;
}
