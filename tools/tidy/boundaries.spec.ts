import { describe, expect, it } from 'vitest';
import { declarationFindings, importFindings, type Graph } from './boundaries.js';
import { listFindings, parse, sourceFiles } from './source-file.js';
import { manifestOf, ROOT, workspaces, type Workspace } from './workspace.js';

describe('the boundaries of this repository', () => {
  const graph: Graph = { workspaces: workspaces(), root: manifestOf(ROOT, '.') };
  it('hold in what the packages declare', () => expect(listFindings(declarationFindings(graph))).toBe(''));
  it('hold in what the sources import', () => expect(listFindings(importFindings(sourceFiles(), graph))).toBe(''));
});

const workspace = (name: string, type: string, ...dependencies: string[]): Workspace => ({
  name: `@yiditong/${name}`,
  directory: `libs/${name}`,
  tags: [`type:${type}`],
  dependencies,
  exports: ['.'],
});
const money = workspace('money', 'pure');
const graph: Graph = {
  workspaces: [
    money,
    workspace('codes', 'pure', '@yiditong/money'),
    workspace('contracts', 'contract'),
    workspace('chassis', 'chassis', '@yiditong/contracts', '@yiditong/money'),
    workspace('filing', 'service', '@yiditong/chassis'),
    workspace('clearing', 'service', '@yiditong/chassis'),
    workspace('testing', 'test', '@yiditong/chassis'),
  ],
  root: { dependencies: { pg: '1' }, devDependencies: { supertest: '1' } },
};

describe('declared dependencies', () => {
  it('may follow the layers', () => expect(declarationFindings(graph)).toEqual([]));
  it.each([
    ['a pure library on the chassis', workspace('x', 'pure', '@yiditong/chassis'), 'pure must not use chassis'],
    ['a pure library on somebody else', workspace('x', 'pure', 'lodash'), 'pure libraries only'],
    ['a service on another', workspace('x', 'service', '@yiditong/filing'), 'service must not use service'],
    ['a contract on anything', workspace('x', 'contract', '@yiditong/money'), 'no other package'],
    ['a test on a service', workspace('x', 'test', '@yiditong/filing'), 'test must not use service'],
    ['a service on tests', workspace('x', 'service', '@yiditong/testing'), 'service must not use test'],
    ['a package that is not there', workspace('x', 'service', '@yiditong/gone'), 'no package of this repository'],
    ['a package without a known tag', workspace('x', 'blue'), 'exactly one nx tag'],
  ])('may not be those of %s', (_what, added, message) => {
    const findings = declarationFindings({ ...graph, workspaces: [...graph.workspaces, added] });
    expect(findings.map((finding) => finding.message).join()).toContain(message);
  });
});

describe('imports', () => {
  const complaints = (file: string, source: string): string => {
    const owner = graph.workspaces.find((candidate) => file.startsWith(`${candidate.directory}/`)) ?? money;
    return importFindings([parse(file, source, owner)], graph)
      .map((finding) => finding.message)
      .join();
  };
  it.each([
    ['of a declared package', 'libs/codes/src/a.ts', `import { fen } from '@yiditong/money';`],
    ['of a neighbour', 'libs/codes/src/a/b.ts', `export * from '../c.js';`],
    ['of what Node brings', 'libs/filing/src/a.ts', `import { join } from 'node:path';`],
    ['of a declared third party', 'libs/filing/src/a.ts', `import pg from 'pg';`],
    [
      'of test tools by a spec',
      'libs/codes/src/a.spec.ts',
      `import 'vitest'; import 'fast-check'; import '@yiditong/testing';`,
    ],
    ['of a development tool by a spec', 'libs/filing/src/a.spec.ts', `import request from 'supertest';`],
    ['of generated code by the contracts', 'libs/contracts/src/index.ts', `export * from './gen/a.pb.js';`],
  ])('%s are fine', (_what, file, source) => expect(complaints(file, source)).toBe(''));
  it.each([
    [
      'of an undeclared package',
      'libs/filing/src/a.ts',
      `import { fen } from '@yiditong/money';`,
      'declare @yiditong/money in libs/filing',
    ],
    [
      'of another service',
      'libs/filing/src/a.ts',
      `const x = await import('@yiditong/clearing');`,
      'service must not use service',
    ],
    [
      'of a type from another service',
      'libs/filing/src/a.ts',
      `type X = import('@yiditong/clearing').X;`,
      'service must not use service',
    ],
    ['through the wall', 'libs/filing/src/a.ts', `import x from '../../clearing/src/x.js';`, 'leaves the package'],
    ['through the window', 'libs/codes/src/a.ts', `import x from '@yiditong/money/src/fen.js';`, 'one door'],
    ['of generated code', 'libs/filing/src/a.ts', `import x from '@yiditong/contracts/gen/a.pb.js';`, 'one door'],
    [
      'of test tools by a source',
      'libs/filing/src/a.ts',
      `import x from '@yiditong/testing';`,
      'service must not use test',
    ],
    ['of a third party by a pure library', 'libs/codes/src/a.ts', `import pg from 'pg';`, 'no third-party package'],
    ['of I/O by a pure library', 'libs/codes/src/a.ts', `import fs from 'node:fs';`, 'no node:fs in a pure library'],
    ['of a package nobody declared', 'libs/filing/src/a.ts', `import x from 'lodash';`, 'declare lodash'],
    ['of a devDependency by a source', 'libs/filing/src/a.ts', `import x from 'supertest';`, 'move it to dependencies'],
  ])('%s are not', (_what, file, source, message) => expect(complaints(file, source)).toContain(message));
});
