import { NumberText, parseExactly } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MalformedRequest } from '../http/request-pipe.js';
import {
  amount,
  count,
  date,
  diagnosisCode,
  diseaseCode,
  flag,
  nationalId,
  price,
  signedAmount,
  signedQuantity,
  text,
  time,
} from './input-fields.js';
import { decimalNumber, yuan } from './output-fields.js';
import { dataNode, readInput } from './transaction.js';

/** How a field reads what stands behind `"f":` in a message. */
function read(schema: z.ZodType, written: string): unknown {
  try {
    const { data } = readInput(dataNode({ f: schema }), parseExactly(`{"data":{"f":${written}}}`));
    return data.f;
  } catch (error) {
    if (error instanceof MalformedRequest) return error.errors.map(({ path, message }) => `${path}: ${message}`).join();
    throw error;
  }
}

describe('a field of a message', () => {
  it.each<[string, z.ZodType, string, unknown]>([
    ['an amount as a number', amount, '0.07', 7n],
    ['an amount as a text', amount, '"0.07"', 7n],
    ['an amount no float can hold', amount, '90071992547409.93', 9007199254740993n],
    ['a refund', signedAmount, '-12.5', -1250n],
    ['a quantity', signedQuantity, '1.0001', 10_001n],
    ['a price', price, '"12.345678"', 12_345_678n],
    ['a number in a row', count(2), '1', 1],
    ['a number in a row as a text', count(2), '"12"', 12],
    ['a flag', flag, '"1"', true],
    ['a date', date, '"2026-02-28"', '2026-02-28'],
    ['a time of Shanghai', time, '"2026-11-22 00:30:00"', new Date('2026-11-21T16:30:00Z')],
    ['a disease', diseaseCode, '"M03900"', 'M03900'],
    ['a diagnosis', diagnosisCode, '"I10.x00x002"', 'I10.x00x002'],
    ['a text', text(3), '"张三丰"', '张三丰'],
  ])('%s is read', (_, schema, written, value) => expect(read(schema, written)).toEqual(value));

  it.each<[string, z.ZodType, string, string]>([
    ['an amount of three decimals', amount, '0.071', 'a number of at most 14 digits and 2 decimals, not negative'],
    ['an amount with a zero too many', amount, '"0.070"', 'a number of at most 14 digits and 2 decimals, not negative'],
    ['an exponent', amount, '1e2', 'a number of at most'],
    ['an exponent in a text', amount, '"1e2"', 'a number of at most'],
    ['a negative amount', amount, '-1', 'not negative'],
    ['2^53+1 yuan', amount, '9007199254740993', 'at most 14 digits'],
    ['a quantity of five decimals', signedQuantity, '1.00001', 'at most 12 digits and 4 decimals'],
    ['a price of seven decimals', price, '1.0000001', 'at most 10 digits and 6 decimals'],
    ['a negative price', price, '-1', 'not negative'],
    ['an amount that is a list', amount, '[1]', 'a number'],
    ['an amount that is true', amount, 'true', 'a number'],
    ['a code as a number', text(3), '1', 'expected string'],
    ['a flag as a number', flag, '1', 'Invalid'],
    ['a text with a line feed', text(9), '"a\\nb"', 'text without control characters'],
    ['a text too long', text(2), '"abc"', 'Too big'],
    ['a day that is none', date, '"2026-02-30"', 'a date, yyyy-MM-dd'],
    ['a time of ISO', time, '"2026-11-22T00:30:00"', 'a time, yyyy-MM-dd HH:mm:ss'],
    ['an hour that is none', time, '"2026-11-22 24:00:00"', 'a time, yyyy-MM-dd HH:mm:ss'],
    ['a UUID for an id', nationalId, '"01890a5d-ac96-774b-bcce-b302099a8057"', 'an id as this platform'],
    ['a disease of another form', diseaseCode, '"I10"', 'M and five digits'],
  ])('%s is refused, and named', (_, schema, written, problem) => {
    expect(read(schema, written)).toMatch(/^input\.data\.f: /);
    expect(read(schema, written)).toContain(problem);
  });

  it.each(['""', 'null'])('%s counts as absent', (written) => {
    expect(read(amount, written)).toBe('input.data.f: is missing');
    expect(read(text(5).optional(), written)).toBeUndefined();
  });

  it('that nobody knows is let pass, also inside lists', () => {
    const schema = z.object({ rows: z.array(z.object({ a: amount })) });
    expect(readInput(schema, parseExactly('{"rows":[{"a":1,"b":{}}],"more":2}'))).toEqual({ rows: [{ a: 100n }] });
  });

  it('is named by its place in a list', () => {
    const schema = z.object({ rows: z.array(z.object({ a: amount })) });
    expect(() => readInput(schema, parseExactly('{"rows":[{"a":1},{"a":""}]}'))).toThrow(
      /input\.rows\.1\.a: is missing/,
    );
  });

  it('is never said back', () => {
    const schema = dataNode({ f: z.enum(['x']) });
    expect(() => readInput(schema, { data: { f: '11010519491231002X' } })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('1101051949') }),
    );
    expect(() => readInput(schema, { data: { f: new NumberText('110105') } })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('110105') }),
    );
  });
});

describe('a number that is written', () => {
  it.each([
    [yuan(7n), '0.07'],
    [yuan(-7n), '-0.07'],
    [yuan(0n), '0.00'],
    [yuan(9007199254740993n), '90071992547409.93'],
    [decimalNumber(10_001n, 4), '1.0001'],
    [decimalNumber(-1n, 6), '-0.000001'],
  ])('%j has its very digits', (value, written) => expect(JSON.stringify({ a: value })).toBe(`{"a":${written}}`));
});
