import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { filingCategoryCodec, materialKindCodec, required, TARGETS, type RpcClient } from '@yiditong/chassis';
import { addMonths, dayBefore, findPlace, placesOf, provinceOf, Rejection, type Reason } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { MalformedRequest } from '../http/request-pipe.js';
import { date, diagnosisCode, diseaseCode, division, flag, nationalId, text } from './input-fields.js';
import { insuredRegionOf } from './insured-region.js';
import type { Outcome } from './national-answer.js';
import { INSURANCE_CODES, nationalIdOf } from './national-codes.js';
import { dataNode, transaction, type Exchange, type Transaction, type TransactionGroup } from './transaction.js';

/** 通知 二(三): a temporary filing holds for six months at least. */
const MONTHS = 6;
const CORPS = '660000';
const REFERRED = '就医地医院办理转院备案（2501）';
const TAKEN_BACK = '原申请医院撤销转院备案（2502）';
const WITHDRAWN = '原申请医院撤销慢特病备案（2504）';

const insurance = z.enum(Object.values(INSURANCE_CODES) as [string, ...string[]]);
const referral = z.object({
  refmedin: z.object({
    psn_no: nationalId,
    insutype: insurance.optional(),
    insu_optins: text(6).optional(),
    diag_code: diagnosisCode,
    diag_name: text(100),
    dise_cond_dscr: z.string().max(2_000).optional(),
    reflin_medins_no: text(12),
    reflin_medins_name: text(200),
    mdtrtarea_admdvs: division,
    hosp_agre_refl_flag: flag,
    refl_type: text(30),
    refl_date: date,
    refl_rea: text(100),
    refl_opnn: text(200),
    begndate: date.optional(),
    enddate: date.optional(),
  }),
});
type Referral = z.infer<typeof referral>['refmedin'];

const ending = { trt_dcla_detl_sn: nationalId, psn_no: nationalId };
const endedReferral = dataNode({ ...ending, memo: text(500).optional() });
const chronic = dataNode({
  psn_no: nationalId,
  insutype: insurance,
  opsp_dise_code: diseaseCode,
  opsp_dise_name: text(300),
  insu_optins: text(6),
  ide_fixmedins_no: text(30),
  ide_fixmedins_name: text(200),
  hosp_ide_date: date,
  diag_dr_codg: text(30),
  diag_dr_name: text(50),
  begndate: date,
  enddate: date.optional(),
});
const endedChronic = dataNode({ ...ending, memo: text(500) });
const chosen = dataNode({
  psn_no: nationalId,
  biz_appy_type: text(3),
  begndate: date,
  fix_srt_no: text(3),
  fixmedins_code: text(12),
  fixmedins_name: text(200),
});

/** 25xx. A hospital files and applies, and takes back what the insured place hasn't decided; what nobody needs here is refused, saying why. */
@Injectable()
export class FilingTransactions implements TransactionGroup {
  private readonly refer: Transaction = transaction(referral, ({ refmedin }, exchange) =>
    this.file(refmedin, exchange),
  );

  readonly transactions: Readonly<Record<string, Transaction>> = {
    '2501': this.refer,
    '2501A': this.refer,
    '2502': transaction(endedReferral, ({ data }, exchange) => this.takeBack(data, exchange)),
    '2503': transaction(chronic, ({ data }, exchange) => this.apply(data, exchange)),
    '2504': transaction(endedChronic, ({ data }, exchange) => this.withdraw(data, exchange)),
    '2505': refused(chosen, 'CHOSEN_INSTITUTION_NEEDLESS'),
  };

  constructor(
    @Inject(TARGETS.filing.token) private readonly filings: RpcClient<filingV1.FilingServiceClient>,
    @Inject(TARGETS.entitlement.token) private readonly entitlements: RpcClient<filingV1.EntitlementServiceClient>,
  ) {}

  /**
   * A referral (转院) is a filing of that category for the place of the other hospital, reviewed by the insured place. The message is the
   * certificate of referral: its digest stands for the paper. Diagnosis, reasons and addresses are not passed on.
   */
  private async file(data: Referral, { actor, envelope }: Exchange): Promise<Outcome> {
    if (!data.hosp_agre_refl_flag)
      throw new MalformedRequest([{ path: 'input.refmedin.hosp_agre_refl_flag', message: 'must be 1 to refer' }]);
    const validFrom = data.begndate ?? data.refl_date;
    const request = {
      requestId: envelope.msgid,
      personId: data.psn_no,
      forPersonId: '',
      insuredRegion: insuredRegionOf(envelope),
      institutionCode: envelope.fixmedins_code,
      category: filingCategoryCodec.encode('REFERRAL'),
      destinationRegion: destinationOf(data.mdtrtarea_admdvs),
      validFrom,
      validTo: data.enddate ?? dayBefore(addMonths(validFrom, MONTHS)),
      materials: [{ kind: materialKindCodec.encode('REFERRAL_CERTIFICATE'), digest: digestOf(data) }],
      pledged: false,
      draft: false,
      reason: REFERRED,
    };
    const filing = required((await this.filings.call('registerFiling', request, actor)).filing, 'filing');
    const output = { result: { trt_dcla_detl_sn: nationalIdOf(filing.filingId) } };
    return filing.state === 'FILING_STATE_ACTIVE'
      ? { output }
      : { output, warning: '已提交参保地审核，审核通过后生效' };
  }

  /**
   * A referral that this hospital sent and nobody has accepted. Why is not passed on, as of 2501. Rejects with FILING_NOT_FOUND,
   * FILING_ENDS_AT_HOME or FILING_STATE_CONFLICT.
   */
  private async takeBack(data: z.infer<typeof endedReferral>['data'], { actor, envelope }: Exchange): Promise<Outcome> {
    const request = {
      requestId: envelope.msgid,
      personId: data.psn_no,
      filingId: data.trt_dcla_detl_sn,
      forPersonId: '',
      reason: TAKEN_BACK,
      insuredRegion: insuredRegionOf(envelope),
      institutionCode: envelope.fixmedins_code,
    };
    await this.filings.call('cancelFiling', request, actor);
    return { output: {} };
  }

  /** An application for recognition, which the insured place decides. Names and addresses are not passed on: the codes say who. */
  private async apply(data: z.infer<typeof chronic>['data'], { actor, envelope }: Exchange): Promise<Outcome> {
    const request = {
      requestId: envelope.msgid,
      personId: data.psn_no,
      insuredRegion: insuredRegionOf(envelope),
      institutionCode: envelope.fixmedins_code,
      diseaseCode: data.opsp_dise_code,
      identifiedBy: data.ide_fixmedins_no,
      identifiedOn: data.hosp_ide_date,
      physicianCode: data.diag_dr_codg,
      validFrom: data.begndate,
      validTo: data.enddate ?? '',
    };
    const { application } = await this.entitlements.call('applyForEntitlement', request, actor);
    const output = { result: { trt_dcla_detl_sn: nationalIdOf(required(application, 'application').applicationId) } };
    return { output, warning: '已提交参保地认定，认定通过后享受待遇' };
  }

  /**
   * An application that this hospital sent and the insured place hasn't decided. Why is not passed on, as of 2502. Rejects with
   * ENTITLEMENT_APPLICATION_NOT_FOUND, ENTITLEMENT_AT_HOME or ENTITLEMENT_APPLICATION_DECIDED.
   */
  private async withdraw(data: z.infer<typeof endedChronic>['data'], { actor, envelope }: Exchange): Promise<Outcome> {
    const request = {
      requestId: envelope.msgid,
      personId: data.psn_no,
      applicationId: data.trt_dcla_detl_sn,
      insuredRegion: insuredRegionOf(envelope),
      institutionCode: envelope.fixmedins_code,
      reason: WITHDRAWN,
    };
    await this.entitlements.call('withdrawEntitlementApplication', request, actor);
    return { output: {} };
  }
}

/** Reads the message all the same, so that who sends it hears first what is wrong with it. */
function refused(schema: z.ZodType, reason: Reason): Transaction {
  return transaction(schema, () => Promise.reject(new Rejection(reason)));
}

/** Filings name a prefecture, a county that no prefecture is above, or a municipality; of the Corps nothing is listed. */
function destinationOf(region: string): string {
  const province = provinceOf(region);
  const prefecture = `${region.slice(0, 4)}00`;
  if (findPlace(region)) return region;
  return placesOf(province).length > 0 || province === CORPS ? prefecture : province;
}

function digestOf(data: Referral): string {
  const ordered = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(ordered)).digest('hex');
}
