import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { Envelope } from './envelope.js';
import { instantOf, shanghaiDigits } from './shanghai-time.js';

const VALID_MS = 24 * 3_600_000;
/** How far another gateway's clock may be ahead. */
const AHEAD_MS = 60_000;
const LABEL = 'yiditong national sign-in';
const KEY_BYTES = 32;
/** yyyyMMddHHmmss, and 64 bits that only a gateway can write. */
const FORM = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})([0-9A-F]{16})$/;

type Operator = Pick<Envelope, 'fixmedins_code' | 'opter'>;

/**
 * 签到编号 (sign_no): says that this operator of this institution signed in at this time. It is worth nothing as a credential, which every
 * message's signature is, so nothing is kept of it: any gateway with the same key can tell a genuine one. It ends by time; signing out only
 * acknowledges.
 */
export class SignInNumbers {
  private readonly key: Buffer;

  constructor(
    secret: string,
    private readonly clock: Clock,
  ) {
    // Derived, so that what signs sign-ins and what signs callers' names are different keys.
    this.key = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), LABEL, KEY_BYTES));
  }

  issue(operator: Operator): { readonly number: string; readonly at: Date } {
    const at = this.clock.now();
    const digits = shanghaiDigits(at).slice(0, 14);
    return { number: `${digits}${this.sealOf(operator, digits)}`, at };
  }

  /** A message without a number passes: signing in is asked of nobody. Rejects with SIGN_IN_INVALID where the number is wrong or over. */
  check(envelope: Envelope): void {
    const { sign_no: number, infno } = envelope;
    // Whoever signs in sends the number of yesterday along, if any.
    if (number === undefined || number === null || number === '' || infno === '9001') return;
    this.verify(number, envelope);
  }

  /** Rejects with SIGN_IN_INVALID. */
  verify(number: string, operator: Operator): void {
    const [, year, month, day, hour, minute, second, seal = ''] = FORM.exec(number) ?? [];
    const at = instantOf(`${year}-${month}-${day} ${hour}:${minute}:${second}`);
    const age = at === null ? Number.NaN : this.clock.now().getTime() - at.getTime();
    const genuine = seal !== '' && isSame(seal, this.sealOf(operator, number.slice(0, 14)));
    if (!genuine || !(age >= -AHEAD_MS && age <= VALID_MS)) throw new Rejection('SIGN_IN_INVALID');
  }

  private sealOf({ fixmedins_code: institution, opter }: Operator, digits: string): string {
    const mac = createHmac('sha256', this.key).update(`${institution}\0${opter}\0${digits}`).digest('hex');
    return mac.slice(0, 16).toUpperCase();
  }
}

function isSame(first: string, second: string): boolean {
  return first.length === second.length && timingSafeEqual(Buffer.from(first), Buffer.from(second));
}
