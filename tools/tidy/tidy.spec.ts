import { describe, expect, it } from 'vitest';
import { listFindings, parse, sourceFiles } from './source-file.js';
import { RULES, sizeReport } from './tidy.js';
import type { Workspace } from './workspace.js';

describe('in this repository', () => {
  const files = sourceFiles();
  it.each(RULES)('$title', ({ check }) => expect(listFindings(check(files))).toBe(''));
  it('sizes are looked at', () => {
    process.stdout.write(`${sizeReport(files)}\n`);
    expect(files.length).toBeGreaterThan(0);
  });
});

const workspaceOf = (path: string): Workspace => {
  const directory = path.split('/').slice(0, 2).join('/');
  const type = directory === 'libs/money' ? 'pure' : directory === 'apps/e2e' ? 'test' : 'service';
  return { name: `@yiditong/${directory}`, directory, tags: [`type:${type}`], dependencies: [], exports: ['.'] };
};
const findings = (path: string, text: string): string => {
  const files = [parse(path, text, workspaceOf(path))];
  return RULES.flatMap((rule) => rule.check(files))
    .map((finding) => finding.message)
    .join('; ');
};

describe('the rules let pass', () => {
  it.each([
    ['a service', 'apps/filing/src/filing/filing.service.ts', 'export class FilingService {}'],
    ['an integration test', 'apps/filing/src/filing/filing.store.int.spec.ts', 'const now = new Date();'],
    ['a pure function', 'libs/money/src/fen.ts', 'export const half = (totalFen: bigint) => totalFen / 2n;'],
    [
      'a property that only sounds impure',
      'libs/money/src/fen.ts',
      'export const run = (job: { process(): void }) => job.process();',
    ],
    ['an instant that was given', 'apps/filing/src/clock.ts', 'export const at = (text: string) => new Date(text);'],
    ['a count read from text', 'apps/filing/src/count.ts', 'export const quantity = Number("3");'],
    [
      'SQL with parameters',
      'apps/filing/src/a.store.ts',
      'db.query(`SELECT ${COLUMNS} FROM t WHERE id = $1` + TAIL, [id]);',
    ],
    [
      'SQL with a clause from a function',
      'apps/filing/src/a.store.ts',
      "db.query(`${clauseFor('a')} ${['b', 'c'].map((t) => clauseFor(t)).join('')}`);",
    ],
    ['a condition that is no text', 'apps/filing/src/a.store.ts', 'query.where((inner) => inner.isNull("x"));'],
    ['a waiting test', 'apps/e2e/src/stack.global.ts', 'const deadline = Date.now() + 10;'],
    [
      'an ordinary name with an I',
      'apps/filing/src/card.ts',
      'export interface Institution {} export type IdCard = string;',
    ],
  ])('%s', (_what, path, text) => expect(findings(path, text)).toBe(''));
});

describe('the rules find', () => {
  const long = 'x;\n'.repeat(401);
  it.each([
    ['camel case in a file name', 'apps/filing/src/filingService.ts', '', 'kebab-case'],
    ['an unknown kind of file', 'apps/filing/src/filing.repository.ts', '', '.repository is no kind of file'],
    ['a suffix in a pure library', 'libs/money/src/fen.service.ts', '', 'call it fen.ts'],
    ['a file of odds and ends', 'apps/filing/src/date-utils.ts', '', '"utils" says nothing'],
    ['a manager', 'apps/filing/src/a.ts', 'export class FilingManager {}', '"Manager" says nothing'],
    ['a helper function', 'apps/filing/src/a.ts', 'export const filingHelper = () => 1;', '"Helper" says nothing'],
    ['a base class', 'apps/filing/src/a.ts', 'export abstract class BaseStore {}', 'no base classes'],
    ['a Hungarian interface', 'apps/filing/src/a.ts', 'export interface IFiling {}', 'drop the I: Filing'],
    ['a long file', 'apps/filing/src/a.ts', long, '401 lines'],
    ['a double made of money', 'apps/filing/src/a.ts', 'const x = Number(line.totalFen);', 'totalFen is money'],
    ['money made of a double', 'apps/filing/src/a.ts', 'const totalFen = BigInt(Number(text));', 'totalFen is money'],
    [
      'money printed as a double',
      'apps/filing/src/a.ts',
      'const text = (amount.yuan / 100).toFixed(2);',
      'yuan is money',
    ],
    [
      'a clock in a pure library',
      'libs/money/src/a.ts',
      'export const at = (d: Date) => d;',
      'no Date in a pure library',
    ],
    [
      'an environment in a pure library',
      'libs/money/src/a.ts',
      'export const x = process.env["X"];',
      'no process in a pure library',
    ],
    ['chance in a pure library', 'libs/money/src/a.ts', 'export const x = Math.random();', 'no Math.random'],
    ["the system's clock in an app", 'apps/filing/src/a.ts', 'const now = new Date();', 'inject the clock'],
    ["the system's milliseconds in an app", 'apps/filing/src/a.ts', 'const now = Date.now();', 'inject the clock'],
    ['printing', 'apps/filing/src/a.ts', 'console.log(1);', 'inject the logger'],
    [
      'a route that says nothing of access',
      'apps/gateway/src/a.controller.ts',
      "import { Get } from '@nestjs/common';",
      'make routes with @Endpoint',
    ],
    ['a value spliced into SQL', 'apps/filing/src/a.store.ts', 'db.query(`SELECT 1 FROM t WHERE id = ${id}`);', '$1'],
    [
      'a value spliced into SQL by way of a function',
      'apps/filing/src/a.store.ts',
      'db.query(`SELECT ${quote(id)}`);',
      '$1',
    ],
    ['a field spliced into SQL', 'apps/filing/src/a.store.ts', 'db.query(`SELECT ${this.id}`);', '$1'],
    ['a value added to SQL', 'apps/filing/src/a.store.ts', 'db.query("SELECT 1 FROM t WHERE id = " + id);', '$1'],
    [
      'a forgotten migration',
      'apps/filing/src/migrations/0001-filing.ts',
      '',
      "import it in apps/filing/src/migrations/index.ts from './0001-filing.js'",
    ],
  ])('%s', (_what, path, text, message) => expect(findings(path, text)).toContain(message));
});
