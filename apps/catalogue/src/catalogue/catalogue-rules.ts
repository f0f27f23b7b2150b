import { isNationalItemCode, Rejection } from '@yiditong/codes';
import type { CatalogueEntryRow } from './catalogue.entity.js';

/** The entries of a catalogue that may be published. Rejects with CATALOGUE_CODE_INVALID, which names the first wrong one. */
export function checkedEntries(entries: readonly CatalogueEntryRow[]): readonly CatalogueEntryRow[] {
  const seen = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const problem = seen.has(entry.nationalCode) ? 'national_code repeats' : problemOf(entry);
    if (problem) throw new Rejection('CATALOGUE_CODE_INVALID', { position: String(index + 1), problem });
    seen.add(entry.nationalCode);
  }
  return entries;
}

function problemOf(entry: CatalogueEntryRow): string | null {
  if (!isNationalItemCode(entry.nationalCode)) return 'national_code has no national format';
  if (!/^(0[1-9]|1[0-4])$/.test(entry.chargeCategory)) return 'charge_category must be 01 to 14';
  if (entry.firstSelfPayBps < 0 || entry.firstSelfPayBps > 10_000) return 'first_self_pay_bps must be 0 to 10000';
  if (entry.itemClass === 'A' && entry.firstSelfPayBps !== 0) return 'class A has no first self-pay';
  if (entry.ceilingMicroYuan !== null && entry.ceilingMicroYuan < 0n) return 'ceiling must not be negative';
  return null;
}
