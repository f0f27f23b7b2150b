import { randomInt } from 'node:crypto';
import { NATION, REASONS, sentence, type Rejection } from '@yiditong/codes';
import { z } from 'zod';

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

const SHANGHAI_OFFSET_MS = 8 * 3_600_000;

export function answerOf(outcome: Outcome, receivedAt: Date, answeredAt: Date): NationalAnswer {
  return {
    ...frame(receivedAt, answeredAt),
    infcode: DONE,
    warn_msg: outcome.warning ?? '',
    output: { ...outcome.output },
  };
}

/** The reason's key comes first, for programs; the sentence after it is for people. */
export function refusalAnswer(rejection: Rejection, receivedAt: Date, answeredAt: Date): NationalAnswer {
  const { reason, params } = rejection;
  const infcode = REASONS[reason].http >= 500 ? UNKNOWN : REFUSED;
  const message = `${reason} ${sentence(reason, 'zh', params)}`;
  return { ...frame(receivedAt, answeredAt), infcode, err_msg: message.slice(0, 200) };
}

function frame(receivedAt: Date, answeredAt: Date): NationalAnswer {
  const received = timeText(receivedAt);
  const sequence = String(randomInt(1e10)).padStart(10, '0');
  return {
    infcode: UNKNOWN,
    inf_refmsgid: `${NATION}${received.slice(0, 14)}${sequence}`,
    refmsg_time: received,
    respond_time: timeText(answeredAt),
    enctype: '',
    signtype: '',
    err_msg: '',
    warn_msg: '',
    cainfo: '',
    output: {},
  };
}

/** In Asia/Shanghai, yyyyMMddHHmmssSSS. */
function timeText(instant: Date): string {
  return new Date(instant.getTime() + SHANGHAI_OFFSET_MS).toISOString().replace(/\D/g, '');
}
