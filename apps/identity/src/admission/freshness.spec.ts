import { Rejection } from '@yiditong/codes';
import { describe, expect, it } from 'vitest';
import { checkFresh } from './freshness.js';

const NOW = new Date('2026-11-22T04:00:00Z');
const FRESHNESS = { maxAgeSeconds: 300, maxAheadSeconds: 60 };

function reasonAt(offsetMs: number): string {
  try {
    checkFresh(new Date(NOW.getTime() + offsetMs), NOW, FRESHNESS);
    return 'fresh';
  } catch (error) {
    if (error instanceof Rejection) return `${error.reason} ${error.params['seconds']}`;
    throw error;
  }
}

describe('a message', () => {
  it.each([
    [-300_001, 'MESSAGE_STALE 300'],
    [-300_000, 'fresh'],
    [0, 'fresh'],
    [60_000, 'fresh'],
    [60_001, 'MESSAGE_FROM_FUTURE 60'],
  ])('sent %d ms from now is %s', (offsetMs, expected) => expect(reasonAt(offsetMs)).toBe(expected));
});
