import { IMPORT_COLUMNS, type ImportColumnName } from '@yiditong/codes';
import { FOUNDING_RULES } from '@yiditong/eligibility';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHeader, type ImportHeader } from './import-header.js';
import { errorsOfProposal, readRow } from './import-row.js';
import type { RowError, StagedRow } from './import.entity.js';

const PERSON = '01890a5d-ac96-774b-bcce-b302099a8057';
const GOOD: Readonly<Record<ImportColumnName, string>> = {
  person_id: PERSON,
  category: 'REFERRAL',
  destination_region: '310000',
  valid_from: '2026-03-01',
  valid_to: '2026-09-30',
  materials: '转诊转院证明',
  pledged: '',
};
const HEADER = headerOf(IMPORT_COLUMNS.map(({ name }) => name));
const CONTEXT = { insuredRegion: '610100', today: '2026-03-01', rules: FOUNDING_RULES };
const ID_NUMBER = '11010519491231002X';

function headerOf(names: readonly string[]): ImportHeader {
  const header = readHeader(names);
  if ('problem' in header) throw new Error(header.problem);
  return header;
}

function cellsOf(change: Partial<Record<ImportColumnName, string>>): string[] {
  return IMPORT_COLUMNS.map(({ name }) => ({ ...GOOD, ...change })[name]);
}

function read(change: Partial<Record<ImportColumnName, string>>): StagedRow {
  const result = readRow(HEADER, { rowNumber: 17, cells: cellsOf(change) });
  if ('errors' in result) throw new Error(JSON.stringify(result.errors));
  return result.row;
}

function errors(change: Partial<Record<ImportColumnName, string>>): readonly RowError[] {
  const result = readRow(HEADER, { rowNumber: 17, cells: cellsOf(change) });
  return 'errors' in result ? result.errors : errorsOfProposal(HEADER, result.row, CONTEXT);
}

describe('a cell', () => {
  it.each<[ImportColumnName, string, Partial<StagedRow>]>([
    ['person_id', PERSON.toUpperCase(), { personId: PERSON }],
    ['category', '异地转诊人员', { category: 'REFERRAL' }],
    ['category', ' referral ', { category: 'REFERRAL' }],
    ['destination_region', '３１００００', { destinationRegion: '310000' }],
    ['valid_from', '2026/3/1', { validFrom: '2026-03-01' }],
    ['valid_from', '20260301', { validFrom: '2026-03-01' }],
    ['valid_from', '2028-2-29', { validFrom: '2028-02-29' }],
    ['valid_to', '', { validTo: null }],
    ['materials', '', { materials: [] }],
    ['materials', '居住证明、工作合同', { materials: ['RESIDENCE_PROOF', 'EMPLOYMENT_CONTRACT'] }],
    ['materials', 'RESIDENCE_PROOF，居住证明; 工作合同|', { materials: ['RESIDENCE_PROOF', 'EMPLOYMENT_CONTRACT'] }],
    ['pledged', '', { pledged: false }],
    ['pledged', '是', { pledged: true }],
    ['pledged', 'Y', { pledged: true }],
    ['pledged', 'TRUE', { pledged: true }],
    ['pledged', '否', { pledged: false }],
    ['pledged', 'n', { pledged: false }],
  ])('of %s may say %j', (column, text, expected) => expect(read({ [column]: text })).toMatchObject(expected));

  it.each<[ImportColumnName, string, string]>([
    ['person_id', '', 'A17'],
    ['person_id', '12345', 'A17'],
    ['category', '', 'B17'],
    ['category', '转诊', 'B17'],
    ['destination_region', '', 'C17'],
    ['destination_region', '上海', 'C17'],
    ['destination_region', '990000', 'C17'],
    ['destination_region', '3100000', 'C17'],
    ['valid_from', '', 'D17'],
    ['valid_from', '2026-02-29', 'D17'],
    ['valid_from', '01/03/2026', 'D17'],
    ['valid_from', '46082', 'D17'],
    ['valid_to', '2026-13-01', 'E17'],
    ['materials', '居住证明、别的', 'F17'],
    ['pledged', '也许', 'G17'],
    ['pledged', '1', 'G17'],
  ])('of %s that says %j is refused as %s', (column, text, cell) => {
    const { zh: columnName } = IMPORT_COLUMNS.find(({ name }) => name === column) ?? { zh: '' };
    expect(errors({ [column]: text })).toEqual([
      { rowNumber: 17, cell, columnName, reason: 'IMPORT_CELL_INVALID', params: { problem: expect.any(String) } },
    ]);
  });

  it.each(IMPORT_COLUMNS.map(({ name }) => name))(
    'of %s with an ID number is refused by name and not repeated',
    (column) => {
      for (const text of [
        ID_NUMBER,
        ` ${ID_NUMBER.toLowerCase()}`,
        '１１０１０５１９４９１２３１００２X',
        '130503670401001',
        '110105 19491231 002X',
      ]) {
        const found = errors({ [column]: text });
        expect(found).toMatchObject([
          { columnName: expect.any(String), params: { problem: expect.stringContaining('证件号码') } },
        ]);
        expect(JSON.stringify(found)).not.toMatch(/\d{6}/);
      }
    },
  );

  it('outside of the columns must say nothing', () => {
    const found = readRow(HEADER, { rowNumber: 4, cells: [...cellsOf({}), ' ', 'x', ID_NUMBER] });
    expect(found).toMatchObject({
      errors: [
        { cell: 'I4', columnName: '', params: { problem: expect.stringContaining('没有表头') } },
        { cell: 'J4', columnName: '', params: { problem: expect.stringContaining('证件号码') } },
      ],
    });
  });
});

describe('a row', () => {
  it('without errors has none', () => expect(errors({})).toEqual([]));

  it('may end with its last cell that says something', () => {
    const cells = [PERSON, '异地长期居住人员', '310000', '2026-03-01', '', 'RESIDENCE_PROOF'];
    expect(readRow(HEADER, { rowNumber: 2, cells })).toMatchObject({ row: { validTo: null, pledged: false } });
  });

  it('names all of its cells that are wrong at once', () => {
    const wrong = {
      person_id: 'x',
      category: 'x',
      destination_region: 'x',
      valid_from: 'x',
      valid_to: 'x',
      materials: 'x',
      pledged: 'x',
    };
    expect(errors(wrong).map(({ cell }) => cell)).toEqual(['A17', 'B17', 'C17', 'D17', 'E17', 'F17', 'G17']);
  });

  it.each<[string, Partial<Record<ImportColumnName, string>>, [string, string][]]>([
    ['an emergency', { category: '异地急诊抢救人员' }, [['B17', 'FILING_EMERGENCY_NOT_REGISTRABLE']]],
    ['a place that can’t be filed for', { destination_region: '410000' }, [['C17', 'FILING_DESTINATION_INVALID']]],
    ['the own province', { destination_region: '610100' }, [['C17', 'FILING_SAME_PROVINCE']]],
    ['too short a stay', { valid_to: '2026-03-31' }, [['E17', 'FILING_PERIOD_INVALID']]],
    ['a stay without end', { valid_to: '' }, [['E17', 'FILING_PERIOD_INVALID']]],
    ['a beginning long ago', { valid_from: '2024-03-01' }, [['D17', 'FILING_PERIOD_INVALID']]],
    [
      'an end where there is none',
      { category: 'LONG_TERM_RESIDENT', pledged: '是' },
      [['E17', 'FILING_PERIOD_INVALID']],
    ],
    ['no paper', { materials: '' }, [['F17', 'FILING_MATERIALS_MISSING']]],
    ['another category’s paper', { materials: '居住证明' }, [['F17', 'FILING_MATERIALS_MISSING']]],
    ['a pledge that can’t be made', { materials: '', pledged: '是' }, [['G17', 'FILING_PLEDGE_NOT_POSSIBLE']]],
    [
      'two things',
      { destination_region: '410000', materials: '' },
      [
        ['C17', 'FILING_DESTINATION_INVALID'],
        ['F17', 'FILING_MATERIALS_MISSING'],
      ],
    ],
  ])('with %s is refused', (_what, change, expected) =>
    expect(errors(change).map(({ cell, reason }) => [cell, reason])).toEqual(expected),
  );

  it('names a column that the file lacks by its title alone', () => {
    const header = headerOf(['person_id', 'category', 'destination_region', 'valid_from']);
    const row = read({ valid_to: '', materials: '' });
    expect(errorsOfProposal(header, row, CONTEXT)).toMatchObject([
      { cell: '', columnName: '截止日期', reason: 'FILING_PERIOD_INVALID' },
      { cell: '', columnName: '材料', reason: 'FILING_MATERIALS_MISSING' },
    ]);
  });

  it('says of a destination where it stands, not what it is', () => {
    expect(errors({ destination_region: '410000' })).toMatchObject([{ params: { region: 'C17' } }]);
  });

  it('is never repeated by what is wrong with it, whatever it says', () => {
    const word = fc.stringMatching(/^[\p{L}\d]{7,40}$/u).filter((text) => !/^[\dA-F-]+$/i.test(text));
    fc.assert(
      fc.property(fc.array(word, { minLength: 7, maxLength: 9 }), (cells) => {
        const result = readRow(HEADER, { rowNumber: 17, cells });
        if (!('errors' in result)) throw new Error('such a row was read');
        const said = JSON.stringify(result.errors);
        for (const cell of cells) expect(said).not.toContain(cell);
      }),
    );
  });
});
