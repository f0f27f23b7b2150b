import { basename } from 'node:path';
import { walk, type Finding, type Node, type SourceFile } from './source-file.js';

const SUFFIXES = [
  'module',
  'controller',
  'codec',
  'dto',
  'service',
  'store',
  'entity',
  'processor',
  'filter',
  'guard',
  'global',
];
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Names that say nothing, and what to say instead. */
const BANNED: readonly (readonly [word: RegExp, instead: string])[] = [
  [/^managers?$/i, 'say what it does: …Service for a story, …Store for SQL, or the verb itself'],
  [/^helpers?$/i, 'name the functions after their verbs and the file after what they have in common'],
  [/^utils?$/i, 'name the file after what its functions have in common'],
  [/^common$/i, 'name what is shared, or put it into the library it belongs to'],
  [/^impl$/i, 'name the one implementation after what makes it different, or drop the interface'],
];

export function fileNameFindings(file: SourceFile): Finding[] {
  const findings: Finding[] = [];
  const report = (message: string): void => void findings.push({ path: file.path, line: 1, message });
  const directories = file.path.split('/').slice(0, -1);
  for (const directory of directories)
    if (!KEBAB.test(directory)) report(`rename the directory ${directory} to kebab-case`);
  const name = basename(file.path).replace(/\.(d\.ts|tsx?|mjs)$/, '');
  const [stem = '', ...rest] = name.replace(/(\.int|\.e2e)?\.spec$/, '').split('.');
  if (!KEBAB.test(stem)) report(`rename ${stem} to kebab-case, as in settlement-line`);
  const suffix = rest.join('.');
  if (suffix !== '' && !SUFFIXES.includes(suffix)) {
    report(
      `.${suffix} is no kind of file: use one of ${SUFFIXES.map((kind) => `.${kind}`).join(' ')}, a test suffix (.spec .int.spec .e2e.spec) or none`,
    );
  }
  if (suffix !== '' && file.kind === 'pure') report(`pure libraries have no suffixes: call it ${stem}.ts`);
  for (const word of stem.split('-')) whenBanned(word, (instead) => report(`"${word}" says nothing: ${instead}`));
  return findings;
}

export function exportedNameFindings(file: SourceFile): Finding[] {
  const findings: Finding[] = [];
  const check = (name: string, node: Node, isType: boolean): void => {
    const report = (message: string): void =>
      void findings.push({ path: file.path, line: file.lineOf(node.start), message });
    for (const word of wordsOf(name))
      whenBanned(word, (instead) => report(`${name}: "${word}" says nothing: ${instead}`));
    if (/^Base[A-Z]/.test(name)) report(`${name}: no base classes: compose with functions, or name what it is for`);
    if (isType && /^I[A-Z][a-z]/.test(name)) report(`${name}: drop the I: ${name.slice(1)}`);
  };
  walk(file.program, (node) => {
    if (node.type !== 'ExportNamedDeclaration' && node.type !== 'ExportDefaultDeclaration') return;
    const { declaration } = node;
    if (declaration === null) return;
    if (declaration.type === 'VariableDeclaration') {
      for (const { id } of declaration.declarations) if (id.type === 'Identifier') check(id.name, id, false);
    } else if ('id' in declaration && declaration.id?.type === 'Identifier') {
      const isType = declaration.type === 'TSInterfaceDeclaration' || declaration.type === 'TSTypeAliasDeclaration';
      check(declaration.id.name, declaration.id, isType);
    }
  });
  return findings;
}

/** The words of an identifier: `totalFen` → total, Fen; `MAX_BILL_FEN` → MAX, BILL, FEN. */
export function wordsOf(name: string): string[] {
  return name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? [];
}

function whenBanned(word: string, report: (instead: string) => void): void {
  for (const [banned, instead] of BANNED) if (banned.test(word)) report(instead);
}
