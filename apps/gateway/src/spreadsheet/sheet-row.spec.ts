import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellName, columnOf } from './sheet-row.js';

describe('the name of a cell', () => {
  it.each([
    [0, 1, 'A1'],
    [5, 17, 'F17'],
    [25, 2, 'Z2'],
    [26, 3, 'AA3'],
    [701, 4, 'ZZ4'],
    [702, 5, 'AAA5'],
    [16_383, 1_048_576, 'XFD1048576'],
  ])('of column %i in row %i is %s', (column, row, name) => expect(cellName(column, row)).toBe(name));

  it('says its column', () => {
    fc.assert(
      fc.property(fc.nat(16_383), fc.integer({ min: 1, max: 1_048_576 }), (column, row) => {
        expect(columnOf(cellName(column, row))).toBe(column);
      }),
    );
  });

  it.each(['', 'A', '7', 'a1', 'AAAA1', '$A$1'])('is not %j', (name) => expect(columnOf(name)).toBeNull());
});
