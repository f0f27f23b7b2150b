import { findProvince } from '@yiditong/codes';
import { fen, formatYuan } from '@yiditong/money';
import Table from 'cli-table3';
import pc from 'picocolors';
import { balanced, type DayReport } from './report.js';

const LARGEST_PAIRS = 5;
/** No colours of its own and no line between rows. */
const COMPACT = {
  style: { head: [], border: [] },
  chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
};

/** The report as people read it: Chinese first, amounts in yuan. */
export function printReport(report: DayReport, print: (line: string) => void): void {
  const refusals = Object.entries(report.refused);
  print('');
  print(pc.bold(`清算日 clearing day  ${report.businessDates.join(', ')}`));
  print(`  结算 settled     ${report.settled}`);
  print(`  冲正 reversed    ${report.reversed}`);
  print(`  拒付 refused     ${refusals.reduce((sum, [, count]) => sum + count, 0)}`);
  for (const [reason, count] of refusals) print(`    ${String(count).padStart(5)}  ${reason}`);
  print('');
  print(pc.bold('各省头寸 positions by province (元 yuan)'));
  print(positionTable(report));
  const idle = report.netPositions.length - moving(report).length;
  if (idle > 0) print(`  另有 ${idle} 个省份当日无往来 ${idle} more parties moved nothing\n`);
  print(pc.bold(`最大的${LARGEST_PAIRS}对双边头寸 largest bilateral pairs (元 yuan)`));
  print(pairTable(report));
  printOfficialCase(report, print);
  print(pc.bold('核对 checks'));
  print(check('净额合计为零 nets sum to zero', report.checks.netsSumToZero));
  print(check('头寸与逐笔重算一致 positions equal the recount from settlements', report.checks.positionsMatchRecount));
  print(check('每笔账单恒等式成立 every bill’s identity holds', report.checks.billsHold));
  print('');
  print(balanced(report) ? pc.green('本日平账。 The day balanced.') : pc.red('本日不平账！ The day did not balance.'));
}

function positionTable(report: DayReport): string {
  const table = new Table({
    head: ['省份 province', '应付 payable', '应收 receivable', '净额 net'],
    colAligns: ['left', 'right', 'right', 'right'],
    ...COMPACT,
  });
  for (const { region, payableFen, receivableFen, netFen } of moving(report))
    table.push([nameOf(region), yuan(payableFen), yuan(receivableFen), yuan(netFen)]);
  return table.toString();
}

function moving({ netPositions }: DayReport): DayReport['netPositions'] {
  return netPositions.filter(({ payableFen, receivableFen }) => payableFen !== '0' || receivableFen !== '0');
}

function pairTable(report: DayReport): string {
  const table = new Table({
    head: ['付方 payer', '收方 payee', '总额 gross'],
    colAligns: ['left', 'left', 'right'],
    ...COMPACT,
  });
  for (const { payer, payee, grossFen } of report.bilateral.slice(0, LARGEST_PAIRS))
    table.push([nameOf(payer), nameOf(payee), yuan(grossFen)]);
  return table.toString();
}

function printOfficialCase({ officialCase }: DayReport, print: (line: string) => void): void {
  if (!officialCase) return;
  print(pc.bold('公开案例 published case：廊坊退休职工在北京门诊慢特病 (国家医保局 2022)'));
  const { totalFen, inScopeFen, fundFen, personalFen } = officialCase;
  print(
    `  总额 total ${yuan(totalFen)}  政策范围内 in scope ${yuan(inScopeFen)}  基金 fund ${yuan(fundFen)}  个人 personal ${yuan(personalFen)}`,
  );
  print('');
}

function check(text: string, holds: boolean): string {
  return `  ${holds ? pc.green('✓') : pc.red('✗')} ${text}`;
}

function nameOf(region: string): string {
  const province = findProvince(region);
  return province ? `${province.nameZh} ${province.nameEn}` : region;
}

function yuan(amount: string): string {
  return formatYuan(fen(BigInt(amount))).replace(/\B(?=(\d{3})+(?=\.))/g, ',');
}
