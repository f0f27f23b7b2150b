import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './workspace.js';

/** A page that points at specs which are gone would claim what nothing shows any more. */
describe.each(['docs/security.md', 'docs/tenancy.md'])('%s', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const named = [...text.matchAll(/`((?:apps|libs|tools|proto|infra)\/[\w./-]+)`/g)].map(([, path = '']) => path);

  it('names files and folders', () => expect(named.length).toBeGreaterThan(0));

  it.each([...new Set(named)])('%s is there', (path) => expect(existsSync(join(ROOT, path))).toBe(true));

  it('links to pages that are there', () => {
    const links = [...text.matchAll(/\]\(([\w./-]+\.md)\)/g)].map(([, path = '']) => path);
    expect(links.filter((path) => !existsSync(join(ROOT, 'docs', path)))).toEqual([]);
  });
});
