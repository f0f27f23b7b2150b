import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runTool } from './tool-run.js';
import { ROOT } from './workspace.js';

/** Where buf.gen.yaml puts the generated code. */
const GENERATED = 'libs/contracts/src/gen';

describe('the contracts', { timeout: 120_000 }, () => {
  it('follow the rules of buf lint', async () => {
    const { ok, output } = await runTool('buf', ['lint']);
    expect(ok, output).toBe(true);
  });

  it('are formatted; `npx buf format -w` does it', async () => {
    const { ok, output } = await runTool('buf', ['format', '--diff', '--exit-code']);
    expect(ok, output).toBe(true);
  });

  it('are what the committed code was generated from; `npx buf generate` renews it', async () => {
    const fresh = await mkdtemp(join(tmpdir(), 'yiditong-contracts-'));
    try {
      const { ok, output } = await runTool('buf', ['generate', '--output', fresh]);
      expect(ok, output).toBe(true);
      const generated = await filesBelow(join(fresh, GENERATED));
      const committed = await filesBelow(join(ROOT, GENERATED));
      expect(generated.size).toBeGreaterThan(0);
      expect([...committed.keys()]).toEqual([...generated.keys()]);
      for (const [path, text] of generated)
        expect(committed.get(path) === text, `${GENERATED}/${path} is stale`).toBe(true);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  });
});

async function filesBelow(directory: string): Promise<Map<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return new Map(paths.map((path, at) => [path.slice(directory.length + 1), texts[at] ?? '']));
}
