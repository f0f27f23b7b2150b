import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Kind = 'pure' | 'contract' | 'chassis' | 'service' | 'edge' | 'web' | 'tool' | 'test';

/** One workspace package. `directory` is relative to the repository, with forward slashes. */
export type Workspace = {
  readonly name: string;
  readonly directory: string;
  readonly tags: readonly string[];
  readonly dependencies: readonly string[];
  readonly exports: readonly string[];
};

export type Manifest = {
  readonly name?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly nx?: { readonly tags?: readonly string[] };
};

const KINDS: readonly string[] = [
  'pure',
  'contract',
  'chassis',
  'service',
  'edge',
  'web',
  'tool',
  'test',
] satisfies Kind[];

/** The repository's root, found from the sources as well as from the build, which lies one directory deeper. */
export const ROOT = rootAbove(import.meta.dirname);

export function workspaces(root = ROOT): Workspace[] {
  const parents = ['libs', 'apps'].flatMap((group) => directoriesIn(root, group).map((name) => `${group}/${name}`));
  return [...parents, 'tools']
    .filter((directory) => existsSync(join(root, directory, 'package.json')))
    .map((directory) => {
      const manifest = manifestOf(root, directory);
      return {
        name: manifest.name ?? directory,
        directory,
        tags: manifest.nx?.tags ?? [],
        dependencies: Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }),
        exports: Object.keys(manifest.exports ?? {}),
      };
    });
}

/** What the package is, by its one `type:` tag; undefined where it has none, two, or an unknown one. */
export function kindOf(workspace: Workspace): Kind | undefined {
  const types = workspace.tags.filter((tag) => tag.startsWith('type:')).map((tag) => tag.slice('type:'.length));
  const [only] = types;
  return types.length === 1 && only !== undefined && isKind(only) ? only : undefined;
}

export function manifestOf(root: string, directory: string): Manifest {
  return JSON.parse(readFileSync(join(root, directory, 'package.json'), 'utf8')) as Manifest;
}

function isKind(text: string): text is Kind {
  return KINDS.includes(text);
}

function directoriesIn(root: string, group: string): string[] {
  const path = join(root, group);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function rootAbove(directory: string): string {
  if (existsSync(join(directory, 'nx.json'))) return directory;
  const parent = dirname(directory);
  if (parent === directory) throw new Error('this program runs inside the repository, and no nx.json lies above it');
  return rootAbove(parent);
}
