import { randomInt } from 'node:crypto';
import { NATION, REASONS, sentence, type Reason, type Rejection } from '@yiditong/codes';
import { z } from 'zod';
import { errorClassOf } from './error-classes.js';
import { shanghaiDigits } from './shanghai-time.js';

/** 响应报文 of the same specification. Answers are not signed: they go back on the connection that the message came on. */
export const nationalAnswer = z.object({
  infcode: z.int().describe('0 成功；-1 结果未知，应冲正或原编号重试；-2 未办理'),
  inf_refmsgid: z.string().length(30).describe('接收方报文ID：区划(6)+时间(14)+流水(10)'),
  refmsg_time: z.string().length(17).describe('接收报文时间 yyyyMMddHHmmssSSS'),
  respond_time: z.string().length(17).describe('响应报文时间 yyyyMMddHHmmssSSS'),
  enctype: z.string(),
  signtype: z.string(),
  err_msg: z.string().max(200),
  warn_msg: z.string(),
  cainfo: z.string(),
  output: z.record(z.string(), z.unknown()),
});
export type NationalAnswer = z.infer<typeof nationalAnswer>;

/** What a transaction came to. */
export type Outcome = { readonly output: Readonly<Record<string, unknown>>; readonly warning?: string };

const DONE = 0;
/** 系统错误: the platform doesn't know what became of it. */
const UNKNOWN = -1;
/** Refused; nothing was done. */
const REFUSED = -2;

/** Answered with 503, and yet certain to have changed nothing: they say so before anything is sent. */
const NOTHING_SENT: readonly Reason[] = ['SERVICE_BUSY', 'HOME_PROVINCE_DOWN', 'HOME_PROVINCE_UNREACHABLE'];
const LONGEST_MESSAGE = 200;

export function answerOf(outcome: Outcome, receivedAt: Date, answeredAt: Date): NationalAnswer {
  return {
    ...frame(receivedAt, answeredAt),
    infcode: DONE,
    warn_msg: outcome.warning ?? '',
    output: { ...outcome.output },
  };
}

/** The reason's key comes first, for programs; what it is about and the sentence after it are for people. */
export function refusalAnswer(rejection: Rejection, receivedAt: Date, answeredAt: Date): NationalAnswer {
  const { reason, params } = rejection;
  const infcode = REASONS[reason].http >= 500 && !NOTHING_SENT.includes(reason) ? UNKNOWN : REFUSED;
  const message = `${reason} [${errorClassOf(reason)}] ${sentence(reason, 'zh', params)}`;
  return { ...frame(receivedAt, answeredAt), infcode, err_msg: message.slice(0, LONGEST_MESSAGE) };
}

function frame(receivedAt: Date, answeredAt: Date): NationalAnswer {
  const received = shanghaiDigits(receivedAt);
  const sequence = String(randomInt(1e10)).padStart(10, '0');
  return {
    infcode: UNKNOWN,
    inf_refmsgid: `${NATION}${received.slice(0, 14)}${sequence}`,
    refmsg_time: received,
    respond_time: shanghaiDigits(answeredAt),
    enctype: '',
    signtype: '',
    err_msg: '',
    warn_msg: '',
    cainfo: '',
    output: {},
  };
}
