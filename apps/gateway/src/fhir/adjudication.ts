import { fen, type Fen } from '@yiditong/money';
import { FUND_NAMES } from '../estimate/estimate-words.js';
import { VOID_STATES, type SettledBill, type SettledLine } from '../slip/settled-bill.js';
import { label, STATE_WORDS, type SlipKey } from '../slip/slip-words.js';
import { chargeOf, coverageOf, diagnosesOf, headOf, money, periodOf, priorityOf, relatedOf } from './claim.js';
import { coding, concept, SYSTEMS } from './code-systems.js';
import type { FhirElement, FhirResource } from './fhir-json.js';

/** What was decided of the bill, for the hospital. */
export function claimResponseOf(bill: SettledBill): FhirResource {
  const { provider, ...head } = headOf(bill);
  return {
    resourceType: 'ClaimResponse',
    ...head,
    requestor: provider,
    request: { reference: `Claim/${bill.settlementId}` },
    ...outcomeOf(bill),
    item: bill.lines.map((line) => ({ itemSequence: line.lineNumber, adjudication: adjudicationOf(line) })),
    total: totalsOf(bill),
    payment: paymentOf(bill),
    processNote: notesOf(bill),
    insurance: [{ sequence: 1, focal: true, coverage: coverageOf(bill) }],
  };
}

/** Bill and decision in one, for the insured person. Says nothing of benefits that are left: the home province knows them. */
export function explanationOf(bill: SettledBill): FhirResource {
  return {
    resourceType: 'ExplanationOfBenefit',
    ...headOf(bill),
    billablePeriod: periodOf(bill),
    priority: priorityOf(),
    related: relatedOf(bill),
    claim: { reference: `Claim/${bill.settlementId}` },
    claimResponse: { reference: `ClaimResponse/${bill.settlementId}` },
    ...outcomeOf(bill),
    diagnosis: diagnosesOf(bill),
    insurance: [{ focal: true, coverage: coverageOf(bill) }],
    item: bill.lines.map((line) => ({
      sequence: line.lineNumber,
      ...chargeOf(line, bill),
      adjudication: adjudicationOf(line),
    })),
    total: totalsOf(bill),
    payment: paymentOf(bill),
    processNote: notesOf(bill),
  };
}

/** A settlement is decided whole or not at all; that it is being undone changes nothing before it is. */
function outcomeOf({ state }: SettledBill): FhirElement {
  return { outcome: 'complete', disposition: STATE_WORDS[state].zh };
}

/** 费用四分 of a line, beside what was asked. */
function adjudicationOf({ amountFen, split }: SettledLine): FhirElement[] {
  return [
    standard('submitted', amountFen, 'total'),
    own('in-scope', split.inScopeFen, label('inScope', 'zh')),
    own('first-self-pay', split.firstSelfPayFen, label('firstSelfPay', 'zh')),
    own('over-ceiling', split.overCeilingFen, label('overCeiling', 'zh')),
    own('full-self-pay', split.fullSelfPayFen, label('fullSelfPay', 'zh')),
  ];
}

function totalsOf(bill: SettledBill): FhirElement[] {
  const { split, funds } = bill;
  return [
    standard('submitted', bill.totalFen, 'total'),
    standard('eligible', split.inScopeFen, 'inScope'),
    own('first-self-pay', split.firstSelfPayFen, label('firstSelfPay', 'zh')),
    own('over-ceiling', split.overCeilingFen, label('overCeiling', 'zh')),
    own('full-self-pay', split.fullSelfPayFen, label('fullSelfPay', 'zh')),
    standard('deductible', bill.deductibleFen, 'deductible'),
    standard('benefit', bill.fundTotalFen, 'fundTotal'),
    ...funds.map(({ fund, amountFen }) =>
      own(`fund-${fund.toLowerCase().replaceAll('_', '-')}`, amountFen, FUND_NAMES[fund].zh),
    ),
    own('personal', bill.personalFen, label('personal', 'zh')),
    own('account', bill.accountFen, label('account', 'zh')),
    own('mutual-aid', bill.mutualAidFen, label('mutualAid', 'zh')),
    own('cash', bill.cashFen, label('cash', 'zh')),
    own('hospital-part', bill.hospitalPartFen, label('hospitalPart', 'zh')),
  ];
}

/** What the hospital gets from agencies rather than from the patient; nothing where the settlement doesn't count any more. */
function paymentOf({ state, fundTotalFen, accountFen, mutualAidFen }: SettledBill): FhirElement | undefined {
  if (VOID_STATES.has(state)) return undefined;
  return {
    type: concept(SYSTEMS.paymentType, 'complete'),
    amount: money(fen(fundTotalFen + accountFen + mutualAidFen)),
  };
}

function notesOf({ explanation }: SettledBill): FhirElement[] {
  return explanation.map(({ textZh, sum }, index) => ({ number: index + 1, type: 'print', text: `${textZh}：${sum}` }));
}

function standard(code: string, amount: Fen, name: SlipKey): FhirElement {
  const category = { coding: [coding(SYSTEMS.standardAdjudication, code)], text: label(name, 'zh') };
  return { category, amount: money(amount) };
}

function own(code: string, amount: Fen, name: string): FhirElement {
  return { category: concept(SYSTEMS.adjudication, code, name), amount: money(amount) };
}
