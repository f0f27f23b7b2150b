import { describe, expect, it } from 'vitest';
import { STATIC_CHECKS } from './tool-run.js';

const LIMIT_MS = 120_000;

describe('the sources', { timeout: LIMIT_MS }, () => {
  it('have no type errors (tsc)', async () => {
    const { ok, output } = await STATIC_CHECKS.types();
    expect(ok, output).toBe(true);
  });
  it('have no lint findings (oxlint)', async () => {
    const { ok, output } = await STATIC_CHECKS.lint();
    expect(ok, output).toBe(true);
  });
  it('are formatted; `npx oxfmt` does it', async () => {
    const { ok, output } = await STATIC_CHECKS.format();
    expect(ok, output).toBe(true);
  });
});
