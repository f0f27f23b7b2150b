import { declarationFindings, importFindings } from './boundaries.js';
import { listFindings, sourceFiles } from './source-file.js';
import { RULES, sizeReport } from './tidy.js';
import { runTool, STATIC_CHECKS, type ToolRun } from './tool-run.js';
import { manifestOf, ROOT, workspaces } from './workspace.js';

type Step = { readonly title: string; readonly run: () => Promise<ToolRun> | ToolRun };

/** The developer's loop: one line per step, and the output of those that fail. */
const STEPS: readonly Step[] = [
  { title: 'types', run: STATIC_CHECKS.types },
  { title: 'lint', run: STATIC_CHECKS.lint },
  { title: 'format', run: STATIC_CHECKS.format },
  { title: 'tidy', run: tidy },
  { title: 'boundaries', run: boundaries },
  { title: 'unit and integration tests', run: tests },
];

/** What `npm test` runs of the above; here it need not run twice. */
const STEPS_AS_TESTS = ['lint', 'tidy', 'boundaries'].map((name) => `tools/tidy/${name}.spec.ts`);

function tidy(): ToolRun {
  const files = sourceFiles();
  const findings = RULES.flatMap((rule) => rule.check(files));
  return { ok: findings.length === 0, output: `${listFindings(findings)}\n${sizeReport(files)}` };
}

function boundaries(): ToolRun {
  const graph = { workspaces: workspaces(), root: manifestOf(ROOT, '.') };
  const findings = [...declarationFindings(graph), ...importFindings(sourceFiles(), graph)];
  return { ok: findings.length === 0, output: listFindings(findings) };
}

function tests(): Promise<ToolRun> {
  const specs = sourceFiles().filter((file) => file.isSpec && !STEPS_AS_TESTS.includes(file.path));
  return runTool('vitest', ['run', '--project', 'unit', '--project', 'int', ...specs.map((file) => file.path)]);
}

let failed = 0;
for (const { title, run } of STEPS) {
  const started = performance.now();
  const { ok, output } = await run();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${ok ? '✓' : '✗'} ${title} ${seconds} s\n`);
  if (ok) continue;
  failed += 1;
  process.stdout.write(`${output.trimEnd()}\n`);
}
process.exitCode = failed === 0 ? 0 : 1;
