// @ts-check
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { BIN, SetupFailure } from './process.mjs';

export const OWN_NODE = join(BIN, 'node');

const OLDEST = { major: 20, minor: 19 };

/** The Node that npm installed with the repository where it runs on this machine, else the one we were started with.
 *  @returns {string} */
export function chooseNode() {
  const ownVersion = versionOf(OWN_NODE);
  const node = ownVersion === undefined ? process.execPath : OWN_NODE;
  const version = ownVersion ?? process.version;
  if (isTooOld(version)) {
    const oldest = `${OLDEST.major}.${OLDEST.minor}`;
    throw new SetupFailure(
      `当前 Node.js 为 ${version},需要 ${oldest} 或更高版本:请从 https://nodejs.org 安装后重试。\n` +
        `This is Node.js ${version}; ${oldest} or newer is needed: install it from https://nodejs.org and try again.`,
    );
  }
  return node;
}

/** What the Node calls itself; undefined where it does not run on this machine.
 *  @param {string} node @returns {string | undefined} */
export function versionOf(node) {
  const { status, stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** @param {string} version @returns {boolean} */
function isTooOld(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor);
}
