import { describe, expect, it } from 'vitest';
import { withoutMapping } from './withdrawing.js';

const TODAY = '2026-03-01';

/** Mappings in the order in which they were made, `code@first day`; a mapping ends the day before one begins that was made later. */
function historyOf(made: string) {
  const rows = made.split(' ').map((text, index) => {
    const [code = '', effectiveFrom = ''] = text.split('@');
    return { nationalCode: code === '-' ? null : code, effectiveFrom, revision: index + 1 };
  });
  return rows.toReversed().map((row) => {
    const [next] = rows
      .filter(({ revision }) => revision > row.revision)
      .map(({ effectiveFrom }) => effectiveFrom)
      .sort();
    return { ...row, effectiveTo: next === undefined ? null : dayBefore(next) };
  });
}

function dayBefore(day: string): string {
  return new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);
}

describe('a mapping that is taken back', () => {
  it.each([
    ['in force, gives way to nothing', 'X@2026-01-01', '-@2026-03-01'],
    ['that began today, gives way to nothing', 'Y@2026-01-01 X@2026-03-01', '-@2026-03-01'],
    ['to come, is left out, and what is before it goes on', 'Y@2026-01-01 X@2026-06-01', 'Y@2026-06-01'],
    ['to come, of an item that was nothing, leaves it nothing', 'X@2026-06-01', '-@2026-06-01'],
    ['in force, leaves what follows', 'X@2026-01-01 Y@2026-06-01', '-@2026-03-01 Y@2026-06-01'],
    ['to come, leaves what follows', 'Y@2026-01-01 X@2026-06-01 Z@2026-09-01', 'Y@2026-06-01 Z@2026-09-01'],
    ['with a last day, is nothing from today on', 'X@2026-01-01 -@2026-06-01', '-@2026-03-01'],
    ['twice, is taken back twice', 'X@2026-01-01 Y@2026-06-01 X@2026-09-01', '-@2026-03-01 Y@2026-06-01'],
    ['that is over, isn’t there', 'X@2026-01-01 Y@2026-03-01', ''],
    ['that was replaced before it began, isn’t there', 'X@2026-06-01 Y@2026-05-01', ''],
    ['that never was, isn’t there', 'Y@2026-01-01', ''],
  ])('%s: %s', (_, made, expected) => {
    const said = withoutMapping(historyOf(made), 'X', TODAY);
    expect(said.map(({ nationalCode, effectiveFrom }) => `${nationalCode ?? '-'}@${effectiveFrom}`).join(' ')).toBe(
      expected,
    );
  });
});
