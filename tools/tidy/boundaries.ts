import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import type { Finding, Import, SourceFile } from './source-file.js';
import { kindOf, type Kind, type Manifest, type Workspace } from './workspace.js';

const SCOPE = '@yiditong/';

/** Which kind of package may depend on which. What is missing here is forbidden. */
export const ALLOWED: Readonly<Record<Kind, readonly Kind[]>> = {
  pure: ['pure'],
  contract: [],
  chassis: ['contract', 'pure'],
  service: ['pure', 'contract', 'chassis'],
  edge: ['chassis', 'contract', 'pure'],
  web: ['pure'],
  // Tools call services as others do: by their contracts.
  tool: ['pure', 'tool', 'contract', 'chassis'],
  // A test that reached into a service would pass while the contract is broken.
  test: ['tool', 'chassis', 'contract', 'pure', 'test'],
};

/** Third parties as pure as our own: they compute, and touch nothing. */
const PURE_THIRD_PARTIES = ['zod'];

/** What a spec may use without its package declaring it: nothing of this is shipped. */
const FOR_SPECS = ['vitest', 'fast-check', `${SCOPE}testing`];

export type Graph = { readonly workspaces: readonly Workspace[]; readonly root: Manifest };

/** The fence between the packages, checked on what they declare. */
export function declarationFindings({ workspaces }: Graph): Finding[] {
  return workspaces.flatMap((workspace) => {
    const at = (message: string): Finding => ({ path: `${workspace.directory}/package.json`, line: 1, message });
    const kind = kindOf(workspace);
    if (kind === undefined) return [at(`give it exactly one nx tag of type:${Object.keys(ALLOWED).join(' | type:')}`)];
    return workspace.dependencies.flatMap((name) => {
      if (!name.startsWith(SCOPE))
        return kind === 'pure' ? [at(`${name}: a pure library depends on pure libraries only`)] : [];
      const target = workspaces.find((candidate) => candidate.name === name);
      if (target === undefined) return [at(`${name} is no package of this repository`)];
      const message = forbidden(kind, target);
      return message === undefined ? [] : [at(message)];
    });
  });
}

/** The same fence, checked on what the sources import, and that every import is declared. */
export function importFindings(files: readonly SourceFile[], graph: Graph): Finding[] {
  return files.flatMap((file) =>
    file.imports.flatMap((found) => {
      const message = complaintAbout(found, file, graph);
      return message === undefined ? [] : [{ path: file.path, line: found.line, message }];
    }),
  );
}

function complaintAbout({ specifier }: Import, file: SourceFile, graph: Graph): string | undefined {
  if (/\.pb(\.js|\.ts)?$/.test(specifier) && file.kind !== 'contract') {
    return `generated code has one door: import it from '${SCOPE}contracts'`;
  }
  if (specifier.startsWith('.')) return complaintAboutRelative(specifier, file);
  if (isBuiltin(specifier)) return complaintAboutBuiltin(specifier, file);
  const name = packageName(specifier);
  if (file.isSpec && FOR_SPECS.includes(name) && specifier === name) return undefined;
  return name.startsWith(SCOPE)
    ? complaintAboutOwn(name, specifier, file, graph)
    : complaintAboutThirdParty(name, file, graph);
}

function complaintAboutRelative(specifier: string, file: SourceFile): string | undefined {
  const target = posix.join(posix.dirname(file.path), specifier);
  if (target.startsWith(`${file.workspace.directory}/`)) return undefined;
  return `'${specifier}' leaves the package: import the other package by its name`;
}

function complaintAboutBuiltin(specifier: string, file: SourceFile): string | undefined {
  if (!specifier.startsWith('node:')) return `write it as 'node:${specifier}'`;
  if (file.kind === 'pure' && !file.isSpec)
    return `no ${specifier} in a pure library: let the caller pass in what it gives`;
  return undefined;
}

function complaintAboutOwn(name: string, specifier: string, file: SourceFile, graph: Graph): string | undefined {
  const { workspace, kind } = file;
  const target = graph.workspaces.find((candidate) => candidate.name === name);
  if (target === undefined) return `${name} is no package of this repository`;
  if (target === workspace) return `import your own files by a relative path`;
  const message = kind === undefined ? undefined : forbidden(kind, target);
  if (message !== undefined) return message;
  if (!workspace.dependencies.includes(name)) return `declare ${name} in ${workspace.directory}/package.json`;
  if (!target.exports.includes(`.${specifier.slice(name.length)}`))
    return `${name} has one door: import from '${name}'`;
  return undefined;
}

function complaintAboutThirdParty(name: string, file: SourceFile, { root }: Graph): string | undefined {
  if (file.kind === 'pure' && !PURE_THIRD_PARTIES.includes(name))
    return `${name}: a pure library has no third-party package${file.isSpec ? ', its specs only vitest and fast-check' : ''}`;
  const shipped = { ...root.dependencies, ...root.optionalDependencies };
  if (Object.hasOwn(shipped, name) || file.workspace.dependencies.includes(name)) return undefined;
  if (!Object.hasOwn(root.devDependencies ?? {}, name)) return `declare ${name} in the root package.json`;
  if (file.isSpec || file.kind === 'test' || file.kind === 'tool') return undefined;
  return `${name} is a devDependency, missing where only dependencies are installed: move it to dependencies`;
}

function forbidden(kind: Kind, target: Workspace): string | undefined {
  const targetKind = kindOf(target);
  if (targetKind === undefined || ALLOWED[kind].includes(targetKind)) return undefined;
  const allowed = ALLOWED[kind].join(', ');
  return `${kind} must not use ${targetKind} (${target.name}); it may use ${allowed === '' ? 'no other package' : allowed}`;
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}
