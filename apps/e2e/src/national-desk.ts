import { randomUUID } from 'node:crypto';
import { sm2 } from 'sm-crypto-v2';
import { newMessageId, type HospitalDesk } from './hospital-desk.js';

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
    const answer = await fetch(`${this.gateway}/national/${infno}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: message,
    });
    return { status: answer.status, ...((await answer.json()) as object) };
  }
}

export function newPair(): SigningPair {
  return sm2.generateKeyPairHex();
}

/** Has the bureau register a key for the institution, valid for a month around today. */
export async function registerKey(desk: HospitalDesk, institutionCode: string, pair: SigningPair): Promise<string> {
  const keyId = `key-${randomUUID().slice(0, 8)}`;
  const body = {
    publicKey: pair.publicKey,
    validFrom: shanghaiTime(Date.now() - 15 * DAY_MS).slice(0, 10),
    validTo: shanghaiTime(Date.now() + 15 * DAY_MS).slice(0, 10),
  };
  const path = `/v1/institutions/${institutionCode}/signing-keys/${keyId}`;
  await desk.api.write('PUT', path, body, desk.bureauToken(institutionCode.slice(1, 7)), `register-${keyId}`);
  return keyId;
}

function signatureOf(text: string, { privateKey, publicKey }: SigningPair): string {
  const signature = sm2.doSignature(Buffer.from(text), privateKey, { hash: true, publicKey });
  return Buffer.from(signature, 'hex').toString('base64');
}

/** yyyy-MM-dd HH:mm:ss. */
function shanghaiTime(at: number): string {
  return new Date(at + SHANGHAI_OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');
}
