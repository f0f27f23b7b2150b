import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, type ESTree } from 'vite';
import { kindOf, ROOT, workspaces, type Kind, type Workspace } from './workspace.js';

export type Node = ESTree.Node;

export type Import = { readonly specifier: string; readonly line: number };

/** One hand-written source file, parsed. `path` is relative to the repository, with forward slashes. */
export type SourceFile = {
  readonly path: string;
  readonly workspace: Workspace;
  readonly kind: Kind | undefined;
  readonly isSpec: boolean;
  readonly lines: number;
  readonly program: ESTree.Program;
  readonly imports: readonly Import[];
  lineOf(offset: number): number;
};

/** A place that breaks a rule, and what to write there instead. */
export type Finding = { readonly path: string; readonly line: number; readonly message: string };

const NOT_OURS = new Set(['node_modules', 'dist', 'gen']);

/** Every source file of every workspace, except what is generated, built or installed. */
export function sourceFiles(root = ROOT): SourceFile[] {
  return workspaces(root).flatMap((workspace) => {
    const start = workspace.directory === 'tools' ? 'tools' : `${workspace.directory}/src`;
    return filesBelow(root, start).map((path) => parse(path, readFileSync(join(root, path), 'utf8'), workspace));
  });
}

export function parse(path: string, text: string, workspace: Workspace): SourceFile {
  const { program, module, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path} does not parse: ${error.message}`);
  const starts = lineStarts(text);
  const lineOf = (offset: number): number => starts.findLastIndex((start) => start <= offset) + 1;
  const specifiers = [
    ...module.staticImports.map((found) => found.moduleRequest),
    ...module.staticExports.flatMap((found) => found.entries.flatMap((entry) => entry.moduleRequest ?? [])),
  ];
  const imports = specifiers.map(({ value, start }) => ({ specifier: value, line: lineOf(start) }));
  walk(program, (node) => {
    const isCall = node.type === 'ImportExpression' || node.type === 'TSImportType';
    if (isCall && node.source.type === 'Literal' && typeof node.source.value === 'string') {
      imports.push({ specifier: node.source.value, line: lineOf(node.start) });
    }
  });
  return {
    path,
    workspace,
    kind: kindOf(workspace),
    // A desk is what several specs share: it is never built.
    isSpec: /(\.spec|-desk)\.tsx?$/.test(path),
    lines: starts.length - (text.endsWith('\n') ? 1 : 0),
    program,
    imports,
    lineOf,
  };
}

/** Visits every node, parents first; `ancestors` ends with the parent. */
export function walk(
  node: Node,
  visit: (node: Node, ancestors: readonly Node[]) => void,
  ancestors: readonly Node[] = [],
): void {
  visit(node, ancestors);
  const path = [...ancestors, node];
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, visit, path);
  }
}

export function listFindings(findings: readonly Finding[]): string {
  return findings.map(({ path, line, message }) => `${path}:${line}: ${message}`).join('\n');
}

function isNode(value: unknown): value is Node {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string' && 'start' in value
  );
}

function filesBelow(root: string, directory: string): string[] {
  const entries = readdirSync(join(root, directory), { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  return entries.flatMap((entry) => {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : filesBelow(root, path);
    return /\.(ts|tsx|mjs)$/.test(entry.name) ? [path] : [];
  });
}

function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
}
