import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completed, missingEntries, type Lock } from './stub-lock.js';
import { ROOT } from './workspace.js';

const lock: Lock = {
  packages: {
    '': { optionalDependencies: { '@fast/linux-x64': '1.0.0' } },
    'node_modules/fast': {
      version: '2.0.0',
      optionalDependencies: { '@fast/win32-arm64': '^2.0.0', '@fast/linux-x64': '1.0.0' },
    },
    'node_modules/@fast/linux-x64': { version: '1.0.0', optional: true },
    'node_modules/slow/node_modules/fast': {
      version: '1.0.0',
      optionalDependencies: { '@fast/darwin-x64': 'npm:@fst/darwin-x64@1.0.0' },
    },
  },
};

describe('package-lock.json', () => {
  it('names every optional package, so that npm ci accepts it; `node tools/dist/tidy/stub-lock.js` completes it', () => {
    const committed = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
    expect(Object.keys(missingEntries(committed))).toEqual([]);
  });
});

describe('completing a lock', () => {
  it('adds what is named and not held, for its platform only', () => {
    expect(missingEntries(lock)).toEqual({
      'node_modules/@fast/win32-arm64': { version: '2.0.0', optional: true, os: ['win32'], cpu: ['arm64'] },
      'node_modules/@fast/darwin-x64': { version: '1.0.0', optional: true, os: ['darwin'], cpu: ['x64'] },
    });
  });
  it('leaves nothing to add, and what was there as it was', () => {
    const whole = completed(lock);
    expect(missingEntries(whole)).toEqual({});
    expect(whole.packages).toMatchObject(lock.packages);
    expect(Object.keys(whole.packages)[0]).toBe('');
  });
});
