import { cellName, IMPORT_COLUMNS } from '@yiditong/codes';
import { describe, expect, it } from 'vitest';
import { readHeader } from './import-header.js';

const ZH = IMPORT_COLUMNS.map(({ zh }) => zh);
const REQUIRED = ['人员编号', '备案类别', '就医地区划', '开始日期'];

describe('a header', () => {
  it.each([
    ['as the template has it', ZH, 7],
    ['in English', IMPORT_COLUMNS.map(({ name }) => name), 7],
    ['as people type English', ['Person ID', 'CATEGORY', 'destination-region', ' valid from'], 4],
    ['in both languages and another order', ['valid_to', ...REQUIRED.toReversed()], 5],
    [
      'with blanks around, full-width letters and a byte order mark',
      ['\uFEFF人员编号 ', ' 备案类别', '就医地区划', 'ｖａｌｉｄ_from'],
      4,
    ],
    ['with columns that have no title', ['', ...REQUIRED, ' '], 4],
  ])('is understood %s', (_how, cells, known) => {
    const header = readHeader(cells);
    expect(header).toMatchObject({ width: cells.length });
    expect(Object.keys('columns' in header ? header.columns : {})).toHaveLength(known);
  });

  it('says where each column stands', () => {
    expect(readHeader(['截止日期', ...REQUIRED])).toEqual({
      columns: { valid_to: 0, person_id: 1, category: 2, destination_region: 3, valid_from: 4 },
      width: 5,
    });
  });

  it.each([
    ['an unknown column', [...REQUIRED, '备注'], 'E 列不是模板中的列'],
    ['a doubled column', [...REQUIRED, '人员编号'], 'E 列重复'],
    ['a column in both languages', [...REQUIRED, 'person_id'], 'E 列重复'],
    ['a missing column', REQUIRED.slice(1), '缺少列 人员编号 columns are missing: person_id'],
    ['nothing', [], '缺少列 人员编号、备案类别、就医地区划、开始日期'],
    ['no header but a row', ['张三', '110101199003071233'], 'A 列不是模板中的列'],
    ['more columns than any file has', Array.from({ length: 65 }, () => ''), '多于 64 列'],
    ['the ID number', [...REQUIRED, '身份证号'], 'E 列含个人信息（证件号码、姓名、电话等），必须删除该列'],
    ['the ID number otherwise', ['证件号码', ...REQUIRED], 'A 列含个人信息'],
    ['the name', [...REQUIRED, '姓名'], 'E 列含个人信息'],
    ['the phone', [...REQUIRED, '联系电话'], 'must be removed'],
    ['the name in English', [...REQUIRED, 'Patient Name'], 'must be removed'],
    ['the ID number in English', [...REQUIRED, 'ID No'], 'must be removed'],
    ['the diagnosis', [...REQUIRED, 'diagnosis'], 'must be removed'],
  ])('is refused with %s', (_what, cells, problem) => {
    const header = readHeader(cells);
    expect(header).toMatchObject({ problem: expect.stringContaining(problem) });
    expect(JSON.stringify(header)).not.toMatch(/张三|\d{17}/);
  });
});

it.each([
  [0, 2, 'A2'],
  [5, 17, 'F17'],
  [25, 1, 'Z1'],
  [26, 3, 'AA3'],
  [701, 9, 'ZZ9'],
  [702, 9, 'AAA9'],
])('column %i of row %i is %s', (column, row, name) => expect(cellName(column, row)).toBe(name));
