import { createHash } from 'node:crypto';

/** How the receipt looks on a sheet of A4 and on a telephone. The page has no other style: no attribute of it may hold any. */
export const RECEIPT_STYLE = `
:root { color-scheme: light; --ink: #1b2733; --quiet: #5b6b7b; --line: #d9e0e7; --brand: #0f5e8c; --paper: #fff; }
* { box-sizing: border-box; }
body { margin: 0; background: #eef2f5; color: var(--ink); font: 16px/1.6 "PingFang SC", "Noto Sans CJK SC", "Noto Sans SC",
  "Microsoft YaHei", "Source Han Sans SC", "WenQuanYi Micro Hei", system-ui, sans-serif; }
main { max-width: 880px; margin: 32px auto; background: var(--paper); border: 1px solid var(--line); border-radius: 12px;
  border-top: 6px solid var(--brand); padding: 36px 44px 28px; }
header { display: flex; align-items: center; justify-content: space-between; gap: 24px; padding-bottom: 20px;
  border-bottom: 1px solid var(--line); }
h1 { margin: 0; font-size: 26px; line-height: 1.3; letter-spacing: .04em; }
:lang(en) h1 { letter-spacing: 0; }
header p { margin: 4px 0 0; color: var(--quiet); font-size: 14px; }
.state { flex: none; border: 1.5px solid currentColor; border-radius: 999px; padding: 3px 18px; font-weight: 600; font-size: 17px; }
.good { color: #12703c; background: #ebf7f0; }
.open { color: #8a5a00; background: #fff6e0; }
.over { color: #a3261b; background: #fdeeec; }
.body { display: grid; grid-template-columns: 1fr 264px; gap: 36px; padding: 24px 0 8px; align-items: start; }
dl { margin: 0; display: grid; grid-template-columns: max-content 1fr; }
dt, dd { margin: 0; padding: 9px 0; border-bottom: 1px solid #eef2f5; overflow-wrap: anywhere; }
dt { color: var(--quiet); padding-right: 24px; }
dd { font-weight: 500; font-variant-numeric: tabular-nums; }
dt:nth-of-type(-n+3) { align-self: stretch; padding-top: 12px; }
dd:nth-of-type(-n+3) { font-size: 18px; font-weight: 650; }
figure { margin: 6px 0 0; text-align: center; }
figure svg { display: block; width: 100%; height: auto; border: 1px solid var(--line); border-radius: 8px; }
figcaption { margin-top: 10px; color: var(--quiet); font-size: 13.5px; line-height: 1.5; text-wrap: balance; }
.notes { margin: 18px 0 0; padding: 16px 0 0 1.2em; border-top: 1px solid var(--line); color: #3b4a58; font-size: 14.5px; }
.notes li { padding: 2px 0; }
footer { margin-top: 16px; color: var(--quiet); font-size: 13px; }
@media (max-width: 640px) {
  body { background: var(--paper); }
  main { margin: 0; border: 0; border-top: 6px solid var(--brand); border-radius: 0; padding: 20px 18px 28px; }
  header { align-items: flex-start; gap: 12px; padding-bottom: 16px; }
  h1 { font-size: 20px; letter-spacing: 0; }
  .state { padding: 2px 12px; font-size: 15px; }
  .body { grid-template-columns: 1fr; gap: 14px; padding-top: 12px; }
  figure { order: -1; margin: 4px auto 0; width: min(100%, 330px); }
  figure svg { border: 0; }
  figcaption { margin-top: 0; }
  dt { padding-right: 16px; }
}
@page { size: A4; margin: 18mm 16mm; }
@media print {
  body { background: none; font-size: 11.5pt; }
  main { max-width: none; margin: 0; border: 0; border-top: 2pt solid var(--brand); border-radius: 0; padding: 16pt 0 0; }
  .state { background: none; }
  .body { grid-template-columns: 1fr 62mm; }
  figure { order: 0; }
  dl, figure, .notes { break-inside: avoid; }
}
`;

/** What lets a browser apply this style and no other. */
export const RECEIPT_STYLE_SOURCE = `'sha256-${createHash('sha256').update(RECEIPT_STYLE).digest('base64')}'`;
