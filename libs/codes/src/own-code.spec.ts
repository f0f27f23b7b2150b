import { describe, expect, it } from 'vitest';
import { ownCode } from './own-code.js';

describe('a code of a hospital’s own', () => {
  it.each([
    ['Ａ0012', 'Ａ0012'],
    ['药①', '药①'],
    [' \uFEFFYP 001\t\n', 'YP 001'],
    ['\u3000', ''],
    ['码'.repeat(60), '码'.repeat(60)],
  ])('%j counts as %j', (text, value) => expect(ownCode(text)).toEqual({ value }));

  it.each([['YP\u0000001'], ['YP\n001'], ['码'.repeat(61)]])('can’t be %j', (text) =>
    expect(ownCode(text)).toHaveProperty('problem'),
  );
});
