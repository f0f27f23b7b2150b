import { ACCESS_REASONS } from './access-reasons.js';
import { CATALOGUE_REASONS } from './catalogue-reasons.js';
import { FILING_REASONS } from './filing-reasons.js';
import { entry, type ReasonEntry } from './reason-entry.js';
import { CLEARING_REASONS } from './clearing-reasons.js';
import { SETTLEMENT_REASONS } from './settlement-reasons.js';
import { SPREADSHEET_REASONS } from './spreadsheet-reasons.js';

export type { ReasonEntry, RpcStatus } from './reason-entry.js';

/**
 * Every reason that a caller can be given. The key is stable for ever; the sentences say what to do next.
 * `{name}` is filled from the rejection's parameters, which never hold personal data.
 */
export const REASONS = {
  REQUEST_MALFORMED: entry(
    'INVALID_ARGUMENT',
    400,
    '请求格式有误：{problem}。请按接口文档改正后重新提交。',
    'The request is malformed: {problem}. Correct it as the interface documentation says and send it again.',
  ),
  PAYLOAD_TOO_LARGE: entry(
    'RESOURCE_EXHAUSTED',
    413,
    '请求内容过大。请分批提交。',
    'The request is too large. Send it in smaller batches.',
  ),
  ADDRESS_TOO_LONG: entry(
    'INVALID_ARGUMENT',
    414,
    '请求地址过长。请按接口文档 /docs 改正。',
    'The address is too long. Correct it as the interface documentation at /docs says.',
  ),
  HEADERS_TOO_LARGE: entry(
    'INVALID_ARGUMENT',
    431,
    '请求头过大。请去掉不需要的请求头后重新提交。',
    'The request headers are too large. Leave out those that are not needed and send it again.',
  ),
  REQUEST_TIMEOUT: entry(
    'UNAVAILABLE',
    408,
    '请求未在时限内发送完毕。请检查网络后用原编号重新提交。',
    'The request did not arrive in time. Check the network and send it again with the same key.',
  ),
  TOO_MANY_REQUESTS: entry(
    'RESOURCE_EXHAUSTED',
    429,
    '请求过于频繁。请在 {seconds} 秒后重试。',
    'There were too many requests. Try again in {seconds} seconds.',
  ),
  ROUTE_NOT_FOUND: entry(
    'NOT_FOUND',
    404,
    '没有这个接口地址。请核对接口文档 /docs。',
    'There is no such address. Check the interface documentation at /docs.',
  ),
  ...ACCESS_REASONS,
  ...SPREADSHEET_REASONS,
  TRANSACTION_NOT_OFFERED: entry(
    'INVALID_ARGUMENT',
    400,
    '平台未开放交易 {infno}。请核对交易编号，或改用接口文档中的其他接口。',
    'Transaction {infno} is not offered here. Check its number, or use another interface of the documentation.',
  ),
  PROPOSAL_NOT_FOUND: entry(
    'NOT_FOUND',
    404,
    '没有查到该变更申请。请核对申请编号。',
    'There is no such proposal. Check its id.',
  ),
  PROPOSAL_DECIDED: entry(
    'FAILED_PRECONDITION',
    409,
    '该变更申请已经办结，不能再作其他处理。请查询其结果，如需变更请重新提交申请。',
    'This proposal is decided already and takes no other decision. Read its outcome, and propose the change anew if it is still needed.',
  ),
  IDEMPOTENCY_KEY_MISSING: entry(
    'INVALID_ARGUMENT',
    400,
    '缺少 Idempotency-Key 请求头。请为每次办理生成 8 至 64 位的唯一编号，重试时沿用原编号。',
    'The Idempotency-Key header is missing. Give each operation a unique key of 8 to 64 characters and repeat it on a retry.',
  ),
  IDEMPOTENCY_KEY_REUSED: entry(
    'ALREADY_EXISTS',
    409,
    '该编号已用于内容不同的另一请求。重试请原样重发，新业务请换新编号。',
    'This key was already used for a different request. Repeat a retry unchanged, and use a new key for new work.',
  ),
  MESSAGE_ID_INVALID: entry(
    'INVALID_ARGUMENT',
    400,
    '报文编号格式有误：应为 12 位机构编码、14 位时间和 4 位流水号，且机构编码须与发送方一致。',
    'The message id is malformed: it is the institution code (12), the time (14) and a sequence (4), and the institution must be the sender.',
  ),
  REGION_UNKNOWN: entry(
    'INVALID_ARGUMENT',
    400,
    '医保区划 {region} 不存在或不属于本省。请核对后重新提交。',
    'Division {region} does not exist or is not in your province. Check it and send again.',
  ),
  INSTITUTION_CODE_INVALID: entry(
    'INVALID_ARGUMENT',
    400,
    '医药机构编码 {institution} 格式有误或不属于本省。请核对 12 位国家编码。',
    'Institution code {institution} is malformed or not in your province. Check the 12-character national code.',
  ),
  INSTITUTION_UNKNOWN: entry(
    'FAILED_PRECONDITION',
    422,
    '医药机构 {institution} 未在联网目录登记。请联系就医地经办机构办理联网登记。',
    'Institution {institution} is not in the directory. Ask the treating place’s agency to register it.',
  ),
  INSTITUTION_NOT_NETWORKED: entry(
    'FAILED_PRECONDITION',
    422,
    '医药机构 {institution} 已停止跨省联网。请引导患者自费结算后回参保地报销。',
    'Institution {institution} is not networked at present. The patient pays and claims at home.',
  ),
  PERSON_UNKNOWN: entry(
    'NOT_FOUND',
    404,
    '参保地未查到该人员的参保信息。请核对人员编号与参保地。',
    'The insured place has no such person. Check the person and the insured place.',
  ),
  ID_NUMBER_INVALID: entry(
    'INVALID_ARGUMENT',
    400,
    '第 {position} 条的身份证号码校验不通过。请核对 18 位号码。',
    'The ID number of entry {position} fails its check. Verify all 18 characters.',
  ),
  INSURANCE_INACTIVE: entry(
    'FAILED_PRECONDITION',
    422,
    '该人员当前参保状态不是正常参保。请患者联系参保地经办机构。',
    'The person’s insurance is not active. The patient should contact the insured place’s agency.',
  ),
  INSURED_REGION_MISMATCH: entry(
    'FAILED_PRECONDITION',
    422,
    '参保地与登记信息不一致。请重新读取患者的参保信息后提交。',
    'The insured place differs from the record. Read the patient’s insurance again and resend.',
  ),
  ...FILING_REASONS,
  BILL_TOTAL_MISMATCH: entry(
    'INVALID_ARGUMENT',
    422,
    '费用明细合计 {linesFen} 分与费用总额 {totalFen} 分不符。请核对明细后用新的报文编号提交。',
    'The lines sum to {linesFen} fen but the total says {totalFen} fen. Correct the bill and send it under a new message id.',
  ),
  BILL_LINE_MISMATCH: entry(
    'INVALID_ARGUMENT',
    422,
    '第 {line} 行金额与单价乘数量不符，或行号重复。请核对后用新的报文编号提交。',
    'Line {line} is not its unit price times its quantity, or its number repeats. Correct it and send it under a new message id.',
  ),
  BILL_PERIOD_INVALID: entry(
    'INVALID_ARGUMENT',
    422,
    '就诊或费用时间有误：结束时间不得早于开始时间或晚于当前时间；费用须发生在就诊期间，住院的最早为入院前 30 天。请核对后重报。',
    'The times of the visit or of a fee are not valid: a visit may not end before it began, nor in the future, and its fees arise during it, of a stay at most 30 days before. Check them and send it again.',
  ),
  BILL_INSURED_DIFFERS: entry(
    'FAILED_PRECONDITION',
    422,
    '费用单上的险种或人员类别与参保地登记不一致。请重新读取患者的参保信息（1101），改正后用新的报文编号提交。',
    'The insurance or person type on the bill is not what the insured place says. Read the person’s insurance again (1101), correct the bill and send it under a new message id.',
  ),
  HOME_ANSWER_UNUSABLE: entry(
    'FAILED_PRECONDITION',
    502,
    '参保地返回的结算结果不符合约定（{problem}），本次未结算，并通知参保地撤销。请联系参保地经办机构，处理后用新的报文编号提交。',
    'The insured place’s answer doesn’t hold ({problem}). Nothing is settled, and it is told to undo what it booked. Contact its agency, and send the bill under a new message id afterwards.',
  ),
  VISIT_ALREADY_SETTLED: entry(
    'FAILED_PRECONDITION',
    409,
    '本次就诊已有有效结算。如需重新结算，请先冲正原结算。',
    'This visit already has a settlement. Reverse it before settling again.',
  ),
  ...SETTLEMENT_REASONS,
  ...CLEARING_REASONS,
  ...CATALOGUE_REASONS,
  POLICY_NOT_FOUND: entry(
    'FAILED_PRECONDITION',
    422,
    '参保地 {region} 没有适用于该险种和时间的待遇政策。请联系参保地经办机构。',
    'The insured place {region} has no benefit policy for this insurance and time. Contact its agency.',
  ),
  POLICY_VERSION_NOT_FOUND: entry(
    'NOT_FOUND',
    404,
    '没有查到该待遇政策。请在政策列表中核对政策编号。',
    'There is no such policy. Check its id in the list of policies.',
  ),
  POLICIES_NOT_COMPARABLE: entry(
    'INVALID_ARGUMENT',
    400,
    '只能比较同一统筹区、同一险种的两个待遇政策版本。请另选一个版本。',
    'Only two versions of the same pooling area and insurance can be compared. Choose another one.',
  ),
  POLICY_INVALID: entry(
    'INVALID_ARGUMENT',
    400,
    '待遇政策文件有误：{problem}。请改正后重新提交。',
    'The policy document is not valid: {problem}. Correct it and send it again.',
  ),
  POLICY_EFFECTIVE_TOO_EARLY: entry(
    'FAILED_PRECONDITION',
    409,
    '该统筹地区同一险种已有在用政策，新版本最早自 {earliest} 起施行：已经结算的费用不受影响。请换一个生效日期。',
    'The pooling area has a policy of this insurance in force, and a new version begins on {earliest} at the earliest: bills that were settled stay as they are. Choose another first day.',
  ),
  POLICY_MOVED_ON: entry(
    'FAILED_PRECONDITION',
    409,
    '提交之后该统筹地区同一险种又发布了另一版本，比较的对象已经变化。请撤回后重新提交。',
    'Since this was proposed another version of this insurance has been published, so that it would change something else. Withdraw it and propose it again.',
  ),
  VISIT_KIND_NOT_COVERED: entry(
    'FAILED_PRECONDITION',
    422,
    '参保地政策未开通此类就诊的跨省直接结算。请患者自费结算后回参保地报销。',
    'The insured place has not opened this kind of visit for direct settlement. The patient pays and claims at home.',
  ),
  POLICY_INCOMPLETE: entry(
    'FAILED_PRECONDITION',
    422,
    '参保地政策没有规定此种情形的支付比例。请联系参保地经办机构补充政策。',
    'The policy of the insured place states no ratio for these circumstances. Ask its bureau to complete the policy.',
  ),
  MANUAL_CLAIM_NOT_STATED: entry(
    'FAILED_PRECONDITION',
    422,
    '参保地政策没有写明此种情形的手工报销标准，不能估算。请在就医前咨询参保地经办机构，或先办理备案。',
    'The policy of the insured place says nothing about claims by hand in these circumstances, so nothing can be estimated. Ask its bureau before going, or file first.',
  ),
  SETTLEMENT_NOT_FOUND: entry(
    'NOT_FOUND',
    404,
    '没有查到该结算记录。请核对结算编号或报文编号。',
    'There is no such settlement. Check the settlement id or the message id.',
  ),
  SETTLEMENT_REVERSED: entry(
    'FAILED_PRECONDITION',
    409,
    '该报文已被冲正，不能再结算。请用新的报文编号重新提交。',
    'This message was reversed and can never settle. Send the bill under a new message id.',
  ),
  ADJUDICATION_NOT_FOUND: entry(
    'NOT_FOUND',
    404,
    '参保地没有这笔结算的待遇核定。请核对结算编号与参保地。',
    'The insured place has adjudicated no such settlement. Check the settlement id and the insured place.',
  ),
  ADJUDICATION_CANCELLED: entry(
    'FAILED_PRECONDITION',
    409,
    '这笔结算已用另一撤销编号撤销，不能再次撤销。请沿用原撤销编号查询结果。',
    'This settlement was cancelled under another cancellation id and can’t be cancelled twice. Repeat the original id to read its outcome.',
  ),
  ACCOUNT_INSUFFICIENT: entry(
    'FAILED_PRECONDITION',
    422,
    '第 {position} 条记账后个人账户余额将小于零，本批均未记账。请查询余额，改正后重新提交。',
    'Entry {position} would leave the personal account below zero, and nothing of the batch is posted. Read the balance, correct the entry and send it again.',
  ),
  SETTLEMENT_ABANDONED: entry(
    'FAILED_PRECONDITION',
    409,
    '该报文未在时限内完成，已确认为未结算。请用新的报文编号重新提交。',
    'This message did not finish in time and is now known as not settled. Send the bill under a new message id.',
  ),
  OUTCOME_UNKNOWN: entry(
    'UNAVAILABLE',
    503,
    '结算结果暂时未知。请用原报文编号重试，或查询结果；最迟 {until} 有确定结果。',
    'The outcome is not known yet. Repeat the same message id or query it; it will be known by {until}.',
  ),
  SERVICE_UNAVAILABLE: entry(
    'UNAVAILABLE',
    503,
    '{service} 服务暂时不可用。请稍后用原编号重试，不会重复记账。',
    'Service {service} is not available at present. Retry later with the same key; nothing is booked twice.',
  ),
  INTERNAL_FAULT: entry(
    'INTERNAL',
    500,
    '系统内部故障，已记录。请稍后用原编号重试，并向运维提供跟踪号。',
    'An internal fault was recorded. Retry later with the same key and give the trace id to operations.',
  ),
} as const satisfies Record<string, ReasonEntry>;

export type Reason = keyof typeof REASONS;
export type ReasonParams = Readonly<Record<string, string>>;

export function isReason(text: string): text is Reason {
  return Object.hasOwn(REASONS, text);
}

/** The reason's sentence in one language, with its parameters filled in. */
export function sentence(reason: Reason, language: 'zh' | 'en', params: ReasonParams = {}): string {
  return REASONS[reason][language].replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '?');
}

/** An expected refusal. Services throw it, gRPC carries it, the edge renders it. */
export class Rejection extends Error {
  constructor(
    readonly reason: Reason,
    readonly params: ReasonParams = {},
  ) {
    super(sentence(reason, 'en', params));
    this.name = 'Rejection';
  }
}
