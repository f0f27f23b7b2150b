import { Rejection } from '@yiditong/codes';

const MAX_CHARACTERS = 200;
/** A 公民身份号码, a card number: longer than any date, sum or telephone number that a reason needs. */
const NUMBER_OF_A_PERSON = /[\d０-９]{15}/;
const CONTROL = /\p{Cc}/u;

/**
 * A free text (reason, remark) as it is kept: trimmed, empty where nothing was said. At most 200 characters, without control
 * characters, and with nothing that looks like a number of a person. Rejects with REQUEST_MALFORMED.
 */
export function checkedReason(text: string): string {
  const reason = text.trim();
  if (reason.length > MAX_CHARACTERS)
    throw new Rejection('REQUEST_MALFORMED', { problem: `reason has more than ${MAX_CHARACTERS} characters` });
  if (CONTROL.test(reason)) throw new Rejection('REQUEST_MALFORMED', { problem: 'reason has control characters' });
  if (NUMBER_OF_A_PERSON.test(reason.replace(/[\s-]/g, '')))
    throw new Rejection('REQUEST_MALFORMED', { problem: 'reason seems to hold a number of a person' });
  return reason;
}
