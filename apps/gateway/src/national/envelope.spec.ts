import fc from 'fast-check';
import { sm2 } from 'sm-crypto-v2';
import { describe, expect, it } from 'vitest';
import { Rejection } from '@yiditong/codes';
import { MalformedRequest } from '../http/request-pipe.js';
import { readMessage } from './envelope.js';
import { isSignedBy, prepareKey, readSignature } from './signature.js';

const pair = sm2.generateKeyPairHex();
const key = prepareKey({ keyId: 'key-1', publicKey: pair.publicKey });

const FIELDS = {
  infno: '1101',
  msgid: 'H11010100001202611221200000001',
  mdtrtarea_admvs: '110101',
  insuplc_admdvs: '',
  recer_sys_code: 'YDT',
  dev_no: null,
  cainfo: '',
  signtype: 'SM2',
  infver: 'V1.0',
  opter_type: '1',
  opter: '001',
  opter_name: '经办甲',
  inf_time: '2026-11-22 12:00:00',
  fixmedins_code: 'H11010100001',
  fixmedins_name: '北京示例医院',
  input: { data: { mdtrt_cert_type: '02', mdtrt_cert_no: '11010519491231002X', cainfo: 'inner' } },
};

function sign(text: string): string {
  const hex = sm2.doSignature(Buffer.from(text), pair.privateKey, { hash: true, publicKey: pair.publicKey });
  return Buffer.from(hex, 'hex').toString('base64');
}

/** A message as a hospital's program makes it: written with an empty signature, signed, the signature put in. */
function signed(text = JSON.stringify(FIELDS)): Buffer {
  return Buffer.from(text.replace('"cainfo":""', `"cainfo":"${sign(text)}"`));
}

/** How a message fares with the key that its sender uses. */
function fate(body: Buffer): string {
  try {
    const { bytes } = readMessage(body);
    const signature = readSignature(bytes.signature);
    return signature && isSignedBy(key, bytes.signed, signature) ? 'taken' : 'SIGNATURE_INVALID';
  } catch (error) {
    if (error instanceof MalformedRequest) return error.errors.map(({ path }) => path).join();
    if (error instanceof Rejection) return error.reason;
    throw error;
  }
}

describe('a signed message', { timeout: 60_000 }, () => {
  it('is taken, and read as it is', () => {
    const body = signed();
    expect(fate(body)).toBe('taken');
    const { envelope, sentAt } = readMessage(body);
    expect({ ...envelope, cainfo: '' }).toEqual(FIELDS);
    expect(sentAt.toISOString()).toBe('2026-11-22T04:00:00.000Z');
  });

  it('may be laid out in any way', () => {
    const { cainfo, ...others } = FIELDS;
    const text = `\r\n{ "cainfo" :\t"${cainfo}" , ${JSON.stringify(others, null, 2).slice(1)}\n`;
    const body = Buffer.from(text.replace('"cainfo" :\t""', `"cainfo" :\t"${sign(text)}"`));
    expect(fate(body)).toBe('taken');
  });

  /** A message with anything in it that may be in one, and a place in it. */
  const anyMessage = fc
    .record({
      opter_name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
      fixmedins_name: fc.constantFrom('北京示例医院', '𠮷 "第一" \\ 医院', '\ufffd'),
      input: fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }),
    })
    .map((fields) => signed(JSON.stringify({ ...FIELDS, ...fields })))
    .filter((body) => fate(body) === 'taken')
    .chain((body) => fc.record({ body: fc.constant(body), at: fc.nat(body.length - 1), byte: fc.nat(255) }));

  it('is refused whichever byte is changed', () => {
    fc.assert(
      fc.property(anyMessage, ({ body, at, byte }) => {
        fc.pre(body[at] !== byte);
        const changed = Buffer.from(body);
        changed[at] = byte;
        expect(fate(changed)).not.toBe('taken');
      }),
      { numRuns: 600 },
    );
  });

  it('is refused with each byte in turn changed to its neighbour', () => {
    const body = signed();
    const taken = [...body.keys()].filter((at) => {
      const changed = Buffer.from(body);
      changed[at] = (body[at] ?? 0) ^ 1;
      return fate(changed) === 'taken';
    });
    expect(taken).toEqual([]);
  });

  it('is refused with a byte more or a byte less, anywhere', () => {
    fc.assert(
      fc.property(anyMessage, fc.boolean(), ({ body, at, byte }, more) => {
        const tail = body.subarray(more ? at : at + 1);
        const changed = Buffer.concat([body.subarray(0, at), more ? Buffer.of(byte) : Buffer.of(), tail]);
        expect(fate(changed)).not.toBe('taken');
      }),
      { numRuns: 600 },
    );
  });

  it.each([
    ['a second signature before it', (text: string) => text.replace('{', '{"cainfo":"",'), 'cainfo'],
    ['a second signature after it', (text: string) => text.replace(/}$/, ',"cainfo":""}'), 'cainfo'],
    ['a second signature in escapes', (text: string) => text.replace(/}$/, ',"cain\\u0066o":""}'), 'body'],
    ['its name in escapes', (text: string) => text.replace('"cainfo"', '"\\u0063ainfo"'), 'body'],
    ['any field twice', (text: string) => text.replace(/}$/, ',"opter":"001"}'), 'opter'],
    ['a field of its own', (text: string) => text.replace(/}$/, ',"more":1}'), 'body'],
    ['a prototype', (text: string) => text.replace(/}$/, ',"__proto__":{}}'), 'body'],
    ['a list around it', (text: string) => `[${text}]`, 'body'],
    ['another object behind it', (text: string) => `${text}{}`, 'body'],
    ['a byte order mark', (text: string) => `\ufeff${text}`, 'body'],
    ['a signature that is a number', (text: string) => text.replace(/"cainfo":"[^"]*"/, '"cainfo":1'), 'cainfo'],
    ['no signature', (text: string) => text.replace(/"cainfo":"[^"]*",/, ''), 'SIGNATURE_MISSING'],
    ['an empty signature', (text: string) => text.replace(/"cainfo":"[^"]*"/, '"cainfo":""'), 'SIGNATURE_MISSING'],
    [
      'slashes in its signature escaped',
      (text: string) => text.replace(/[A-P](?=[^"]*","signtype)/, '\\/'),
      'SIGNATURE_INVALID',
    ],
    [
      'its signature’s padding left out',
      (text: string) => text.replace('==","signtype', '","signtype'),
      'SIGNATURE_INVALID',
    ],
    [
      'a space in its signature',
      (text: string) => text.replace('==","signtype', ' ==","signtype'),
      'SIGNATURE_INVALID',
    ],
  ])('with %s is refused', (_, change, expected) => {
    expect(fate(Buffer.from(change(signed().toString())))).toBe(expected);
  });

  it('is refused where its bytes are no UTF-8, though they may be shown alike', () => {
    const text = JSON.stringify({ ...FIELDS, opter_name: '\ufffd' });
    const body = signed(text);
    expect(fate(body)).toBe('taken');
    const at = body.indexOf(Buffer.from('\ufffd'));
    const shown = Buffer.concat([body.subarray(0, at), Buffer.of(0xff), body.subarray(at + 3)]);
    expect(shown.toString()).toBe(body.toString());
    expect(fate(shown)).toBe('body');
  });
});

describe('a signature', () => {
  const bytes = Buffer.from(sign('text'), 'base64');
  const order = Buffer.from('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123', 'hex');

  it('has one text only', () => {
    const text = bytes.toString('base64');
    expect(readSignature(text)).toEqual(bytes);
    // The last character before the padding has four bits that say nothing.
    const last = text.charAt(85);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const alike = alphabet.charAt(alphabet.indexOf(last) + 1);
    expect(readSignature(`${text.slice(0, 85)}${alike}==`)).toBeNull();
    expect(readSignature(bytes.toString('base64url'))).toBeNull();
    expect(readSignature(bytes.toString('hex'))).toBeNull();
  });

  it.each<[string, Buffer]>([
    ['r is zero', Buffer.concat([Buffer.alloc(32), bytes.subarray(32)])],
    ['s is zero', Buffer.concat([bytes.subarray(0, 32), Buffer.alloc(32)])],
    ['r is the order', Buffer.concat([order, bytes.subarray(32)])],
    ['s is beyond the order', Buffer.concat([bytes.subarray(0, 32), Buffer.alloc(32, 0xff)])],
    ['there is a byte too many', Buffer.concat([bytes, Buffer.alloc(1)])],
    ['there is a byte too few', bytes.subarray(1)],
  ])('is none where %s', (_, wrong) => expect(readSignature(wrong.toString('base64'))).toBeNull());

  it('whose r and s sum to zero is nobody’s', () => {
    const r = BigInt(`0x${bytes.subarray(0, 32).toString('hex')}`);
    const s = BigInt(`0x${order.toString('hex')}`) - r;
    const numbers = Buffer.from(r.toString(16).padStart(64, '0') + s.toString(16).padStart(64, '0'), 'hex');
    expect(readSignature(numbers.toString('base64'))).toEqual(numbers);
    expect(isSignedBy(key, Buffer.from('text'), numbers)).toBe(false);
  });

  it('is no other key’s', () => {
    const other = prepareKey({ keyId: 'key-2', publicKey: sm2.generateKeyPairHex().publicKey });
    expect(isSignedBy(key, Buffer.from('text'), bytes)).toBe(true);
    expect(isSignedBy(other, Buffer.from('text'), bytes)).toBe(false);
  });
});

describe('a field of the envelope', () => {
  it.each([
    ['infno', undefined],
    ['infno', '11'],
    ['msgid', 'H1101010000120261122120000001'],
    ['msgid', 'H11010100002202611221200000001'],
    ['mdtrtarea_admvs', '990101'],
    ['mdtrtarea_admvs', '310101'],
    ['insuplc_admdvs', 'Beijing'],
    ['recer_sys_code', ''],
    ['recer_sys_code', 'ELEVEN CHAR'],
    ['signtype', 'SM3'],
    ['infver', 'V2.0'],
    ['opter_type', 1],
    ['opter', '张三'],
    ['opter_name', 'a\u0007'],
    ['inf_time', '2026-02-30 12:00:00'],
    ['inf_time', '2026-11-22T12:00:00'],
    ['inf_time', '2026-11-22 24:00:00'],
    ['fixmedins_code', 'H99010100001'],
    ['fixmedins_name', ''],
    ['input', []],
    ['input', 'text'],
  ])('%s may not be %j, and is named', (field, value) => {
    const text = JSON.stringify({ ...FIELDS, [field]: value });
    expect(fate(signed(text)).split(',')).toContain(field);
  });

  it('spelt as one would expect it is none of the platform’s', () => {
    expect(fate(signed(JSON.stringify({ ...FIELDS, mdtrtarea_admdvs: '110101' })))).toBe('body');
  });

  it('comes in no more members than a reader has time for', () => {
    const many = Array.from({ length: 50_000 }, (_, index) => `"m${index}":1`).join();
    expect(fate(Buffer.from(`{${many},${JSON.stringify(FIELDS).slice(1)}`))).toBe('body');
  });
});
