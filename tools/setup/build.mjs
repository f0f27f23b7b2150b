// @ts-check
import { join } from 'node:path';
import { BIN, environmentFor, step } from './process.mjs';

/** Nx keeps what it built: where no source has changed since, this takes a second.
 *  @param {string} node @returns {Promise<void>} */
export async function buildIfNeeded(node) {
  const env = { ...environmentFor(node), NX_DAEMON: 'false', NX_TUI: 'false' };
  await step('构建 built', join(BIN, 'nx'), ['run-many', '-t', 'build', '--outputStyle=static'], env);
}
