import { entry } from './reason-entry.js';

/** Why a cycle or a month's clearing can't do what is asked. */
export const CLEARING_REASONS = {
  CYCLE_NOT_FOUND: entry(
    'NOT_FOUND',
    404,
    '没有 {date} 的清算日。请核对日期。',
    'There is no cycle {date}. Check the date.',
  ),
  CYCLE_NOT_CLOSED: entry(
    'FAILED_PRECONDITION',
    409,
    '{date} 的清算日尚未关账。请稍后再查。',
    'Cycle {date} is not closed yet. Ask again later.',
  ),
  OBLIGATION_NOT_FOUND: entry(
    'NOT_FOUND',
    404,
    '该清算日没有属于本省的应付应收 {id}。请核对编号与日期。',
    'That cycle has no obligation {id} of this province. Check the id and the date.',
  ),
  CYCLE_CLOSED: entry(
    'FAILED_PRECONDITION',
    409,
    '{date} 的清算日已关账，不能再入账。',
    'Cycle {date} is closed and takes nothing more.',
  ),
  CYCLE_NEXT_NOT_OPEN: entry(
    'FAILED_PRECONDITION',
    409,
    '{date} 的下一清算日尚未开启，不能封账。',
    'The cycle after {date} is not open yet, so it can’t be sealed.',
  ),
  CLEARING_MONTH_TOO_EARLY: entry(
    'FAILED_PRECONDITION',
    409,
    '{month} 的清算表在 {date} 生成。请届时再来。',
    'The tables of {month} are generated on {date}. Come back then.',
  ),
  CLEARING_MONTH_NOT_FOUND: entry(
    'NOT_FOUND',
    404,
    '{month} 的清算表尚未生成。请核对月份。',
    'The tables of {month} have not been generated. Check the month.',
  ),
  TABLES_NOT_CONFIRMED: entry(
    'FAILED_PRECONDITION',
    409,
    '还有省份未确认清算表：{provinces}。全部确认后，或 {date} 之后，才能签发通知书。',
    'Some provinces have not confirmed their tables: {provinces}. Notices can be issued once all have, or after {date}.',
  ),
  NOTICES_NOT_ISSUED: entry(
    'FAILED_PRECONDITION',
    409,
    '{month} 的通知书尚未签发。请签发后再下载。',
    'The notices of {month} are not issued yet. Download them once they are.',
  ),
  NOTICE_NOT_FOUND: entry(
    'NOT_FOUND',
    404,
    '该月没有由本省办理的通知书 {id}。请核对编号：付款由付款省登记，到账由收款省登记。',
    'That month has no notice {id} for this province to act on. Check the id: the paying province records payments, the receiving one arrivals.',
  ),
  NOTICE_UNPAID: entry(
    'NOT_FOUND',
    404,
    '通知书 {id} 尚未登记付款，没有付款可查。请等付款省登记。',
    'No payment of notice {id} is recorded yet, so there is none to read. Wait for the paying province to record it.',
  ),
  PAYMENT_NOT_FOUND: entry(
    'FAILED_PRECONDITION',
    409,
    '这份通知书尚未登记付款，不能登记到账。请等付款省登记。',
    'No payment of this notice is recorded yet, so it can’t have arrived. Wait for the paying province to record it.',
  ),
  PAYMENT_DATE_WRONG: entry(
    'INVALID_ARGUMENT',
    422,
    '日期 {date} 有误：应在 {from} 至 {until} 之间。请核对。',
    'The date {date} is wrong: it lies between {from} and {until}. Check it.',
  ),
  PAYMENT_ARRIVED: entry(
    'FAILED_PRECONDITION',
    409,
    '该笔款项已登记于 {date} 到账，不能再改。如登记有误，请与对方省核对。',
    'This payment is recorded as arrived on {date} and can’t be changed. If that is wrong, settle it with the other province.',
  ),
} as const;
