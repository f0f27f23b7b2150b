import { createHash, randomUUID } from 'node:crypto';
import { readSettlementAnswer, type AnsweredSettlement } from '@yiditong/codes';
import { sm2 } from 'sm-crypto-v2';
import { newMessageId, type HospitalDesk, type Visit } from './hospital-desk.js';

/** An SM2 pair, in hexadecimal. */
export type SigningPair = { readonly publicKey: string; readonly privateKey: string };

/** An answer of the national interface, or the problem document that stands in its place. */
export type NationalReply = {
  readonly status: number;
  readonly infcode?: number;
  readonly err_msg?: string;
  readonly warn_msg?: string;
  readonly output?: Readonly<Record<string, unknown>>;
  readonly reason?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
};

const SHANGHAI_OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 24 * 3_600_000;

/** A hospital's own system on a machine-to-machine link: it has a key instead of a token. */
export class NationalDesk {
  constructor(
    readonly institutionCode: string,
    readonly pair: SigningPair,
    private readonly gateway: string,
  ) {}

  /** A message that is sent so many seconds from now, as the bytes that go over the line. */
  message(infno: string, data: object, change: Readonly<Record<string, unknown>> = {}, sentInSeconds = 0): string {
    const text = JSON.stringify({
      infno,
      msgid: newMessageId(this.institutionCode),
      mdtrtarea_admvs: this.institutionCode.slice(1, 7),
      insuplc_admdvs: '',
      recer_sys_code: 'YDT',
      dev_no: '',
      dev_safe_info: '',
      cainfo: '',
      signtype: 'SM2',
      infver: 'V1.0',
      opter_type: '1',
      opter: '001',
      opter_name: '经办人',
      inf_time: shanghaiTime(Date.now() + sentInSeconds * 1_000),
      fixmedins_code: this.institutionCode,
      fixmedins_name: '示例医院',
      sign_no: '',
      input: { data },
      ...change,
    });
    return text.replace('"cainfo":""', `"cainfo":"${signatureOf(text, this.pair)}"`);
  }

  findPerson(idNumber: string): string {
    return this.message('1101', { mdtrt_cert_type: '02', mdtrt_cert_no: idNumber });
  }

  async send(message: string): Promise<NationalReply> {
    const { infno } = JSON.parse(message) as { infno: string };
    return this.sendTo(infno, message);
  }

  /** To the address of a transaction, whatever the message says that it is. */
  async sendTo(infno: string, message: string): Promise<NationalReply> {
    const { status, text } = await this.post(infno, message);
    return { status, ...(JSON.parse(text) as object) };
  }

  /** A transaction with input nodes of its own, of a person of the insured place; it must be done. */
  async done(infno: string, input: object, insuredRegion: string, change: object = {}): Promise<NationalReply> {
    const reply = await this.tried(infno, input, insuredRegion, change);
    if (reply.infcode !== 0) throw new Error(`${infno}: ${JSON.stringify(reply)}`);
    return reply;
  }

  tried(infno: string, input: object, insuredRegion: string, change: object = {}): Promise<NationalReply> {
    return this.send(this.message(infno, {}, { insuplc_admdvs: insuredRegion, input, ...change }));
  }

  /** A settlement or its cancellation, as a hospital's system reads it: every sum is checked. */
  async settled(infno: string, data: object, insuredRegion: string, change: object = {}): Promise<AnsweredSettlement> {
    const { text } = await this.post(infno, this.message(infno, data, { insuplc_admdvs: insuredRegion, ...change }));
    const answer = readSettlementAnswer(text, this.institutionCode.slice(1, 7));
    if (answer.outcome !== 'SETTLED') throw new Error(`${infno}: ${JSON.stringify(answer)}`);
    return answer.settlement;
  }

  private async post(infno: string, message: string): Promise<{ readonly status: number; readonly text: string }> {
    const answer = await fetch(`${this.gateway}/national/${infno}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: message,
    });
    return { status: answer.status, text: await answer.text() };
  }
}

/**
 * A link of an institution with a key that is the same in every spec: a bureau may register few for each, and a registration that is repeated is one.
 */
export async function connected(desk: HospitalDesk, institutionCode: string): Promise<NationalDesk> {
  const { gateway } = desk.document;
  // Another one where a midnight passes during the run, as its dates would be others.
  const today = shanghaiTime(Date.now()).slice(0, 10);
  const privateKey = createHash('sha256').update(`${gateway} ${institutionCode} ${today}`).digest('hex');
  const pair = { privateKey, publicKey: sm2.getPublicKeyFromPrivateKey(privateKey) };
  await registerKey(desk, institutionCode, pair, `key-of-${today}`);
  return new NationalDesk(institutionCode, pair, gateway);
}

export function newPair(): SigningPair {
  return sm2.generateKeyPairHex();
}

/** Has the bureau register a key for the institution, valid for a month around today. */
export async function registerKey(
  desk: HospitalDesk,
  institutionCode: string,
  pair: SigningPair,
  keyId = `key-${randomUUID().slice(0, 8)}`,
): Promise<string> {
  const body = {
    publicKey: pair.publicKey,
    validFrom: shanghaiTime(Date.now() - 15 * DAY_MS).slice(0, 10),
    validTo: shanghaiTime(Date.now() + 15 * DAY_MS).slice(0, 10),
  };
  const path = `/v1/institutions/${institutionCode}/signing-keys/${keyId}`;
  await desk.api.write(
    'PUT',
    path,
    body,
    desk.bureauToken(institutionCode.slice(1, 7)),
    `register-${keyId}-${institutionCode}`,
  );
  return keyId;
}

/** The fees of a bill as 2204 and 2301 take them, each with more fields of its transaction. */
export function feesOf({ bill }: Visit, ids: { readonly mdtrt_id: string; readonly psn_no: string }, more: object) {
  return bill.lines.map((line) => ({
    ...ids,
    feedetl_sn: `F${line.lineNumber}`,
    fee_ocur_time: shanghaiTime(Date.parse(line.occurredAt)),
    med_list_codg: line.nationalCode,
    medins_list_codg: `OWN-${line.lineNumber}`,
    det_item_fee_sumamt: yuanOf(line.amountFen),
    cnt: line.quantity,
    pric: line.unitPriceYuan,
    bilg_dept_codg: 'A03',
    bilg_dept_name: '内科',
    bilg_dr_codg: 'D110101000001',
    bilg_dr_name: '医师',
    hosp_appr_flag: '1',
    ...more,
  }));
}

/** A diagnosis as 2203 and 2401 take it. */
export const DIAGNOSIS = {
  diag_type: '1',
  maindiag_flag: '1',
  vali_flag: '1',
  diag_srt_no: 1,
  diag_code: 'I10.x00x002',
  diag_name: '高血压病1级',
  diag_dept: '内科',
  dise_dor_no: 'D110101000001',
  dise_dor_name: '医师',
  diag_time: '2026-01-01 00:00:00',
} as const;

/** "12.34" of fen in decimal. */
export function yuanOf(amountFen: string): string {
  const digits = amountFen.padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

function signatureOf(text: string, { privateKey, publicKey }: SigningPair): string {
  const signature = sm2.doSignature(Buffer.from(text), privateKey, { hash: true, publicKey });
  return Buffer.from(signature, 'hex').toString('base64');
}

/** yyyy-MM-dd HH:mm:ss. */
export function shanghaiTime(at: number): string {
  return new Date(at + SHANGHAI_OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');
}
