import { basename, dirname } from 'node:path';
import {
  clockFindings,
  consoleFindings,
  moneyFindings,
  purityFindings,
  routeFindings,
  sqlFindings,
} from './code-rules.js';
import { exportedNameFindings, fileNameFindings } from './naming-rules.js';
import type { Finding, SourceFile } from './source-file.js';

export type Rule = { readonly title: string; readonly check: (files: readonly SourceFile[]) => Finding[] };

const LONGEST_FILE = 400;
const SHORT_FILE = 15;

/** The house style, as far as a machine can see it. Every finding names the place and what to write instead. */
export const RULES: readonly Rule[] = [
  {
    title: 'files are named in kebab-case, with a suffix only for a known kind',
    check: (files) => files.flatMap(fileNameFindings),
  },
  { title: 'exported names say what a thing is', check: (files) => files.flatMap(exportedNameFindings) },
  { title: `no file but a test is longer than ${LONGEST_FILE} lines`, check: (files) => files.flatMap(lengthFindings) },
  { title: 'no amount passes through a double', check: (files) => files.flatMap(moneyFindings) },
  { title: 'pure libraries have no clock, no randomness and no I/O', check: (files) => files.flatMap(purityFindings) },
  { title: 'apps take the time from the injected clock', check: (files) => files.flatMap(clockFindings) },
  { title: 'apps and libraries log, and do not print', check: (files) => files.flatMap(consoleFindings) },
  { title: 'no SQL is put together from values', check: (files) => files.flatMap(sqlFindings) },
  { title: 'every route declares who may call it', check: (files) => files.flatMap(routeFindings) },
  { title: 'every migration is registered', check: migrationFindings },
];

function lengthFindings(file: SourceFile): Finding[] {
  if (file.isSpec || file.lines <= LONGEST_FILE) return [];
  const message = `${file.lines} lines: split it where a reader would, decisions into a pure library first`;
  return [{ path: file.path, line: LONGEST_FILE + 1, message }];
}

/** A migration that the index does not name never runs, and nothing else would notice. */
function migrationFindings(files: readonly SourceFile[]): Finding[] {
  const migrations = files.filter(
    (file) => basename(dirname(file.path)) === 'migrations' && !file.isSpec && basename(file.path) !== 'index.ts',
  );
  return migrations.flatMap((migration) => {
    const index = `${dirname(migration.path)}/index.ts`;
    const specifier = `./${basename(migration.path).replace(/\.ts$/, '.js')}`;
    const registered = files
      .find((file) => file.path === index)
      ?.imports.some((found) => found.specifier === specifier);
    return registered === true
      ? []
      : [{ path: migration.path, line: 1, message: `import it in ${index} from '${specifier}'` }];
  });
}

/** Sizes are looked at, not enforced: "213 files, median 61 lines, 7 % shorter than 15". */
export function sizeReport(files: readonly SourceFile[]): string {
  const lengths = files
    .filter((file) => !file.isSpec)
    .map((file) => file.lines)
    .sort((a, b) => a - b);
  const at = (share: number): number => lengths[Math.min(lengths.length - 1, Math.floor(lengths.length * share))] ?? 0;
  const short = Math.round(
    (100 * lengths.filter((length) => length < SHORT_FILE).length) / Math.max(1, lengths.length),
  );
  const warning = short < 20 ? '' : ' (a fifth is too many: ceremony)';
  return `${lengths.length} source files, median ${at(0.5)} lines, 90th percentile ${at(0.9)}, ${short} % shorter than ${SHORT_FILE}${warning}`;
}
