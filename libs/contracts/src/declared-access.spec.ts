import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSync, type MethodDefinition } from '@grpc/proto-loader';
import { afterAll, describe, expect, it } from 'vitest';
import { contractDefinition } from './contract-definition.js';
import { declarationOf, declaredAccess, rpcsOf } from './declared-access.js';

const PROTO = fileURLToPath(new URL('../../../proto', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'yiditong-contract-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** An RPC as it is read from a contract in which it has these options. */
function rpcWith(options: string): MethodDefinition<object, object> {
  const lines = [
    'syntax = "proto3";',
    'package made.up;',
    'import "yiditong/common/v1/access.proto";',
    'message Nothing {}',
    `service Door { rpc Enter(Nothing) returns (Nothing) { ${options} } }`,
  ];
  writeFileSync(join(directory, 'door.proto'), lines.join('\n'));
  const [rpc] = rpcsOf(loadSync('door.proto', { includeDirs: [directory, PROTO] }));
  if (!rpc) throw new Error('the contract has no RPC');
  return rpc;
}

describe('an RPC', () => {
  it.each([
    ['without the option', ''],
    ['with an empty option', 'option (yiditong.common.v1.access) = {};'],
    ['with another option only', 'option deprecated = true;'],
  ])('%s fails the build, which names it', (_, options) => {
    expect(() => declarationOf(rpcWith(options))).toThrow('/made.up.Door/Enter does not declare who may call it');
  });

  it('with one says who may', () => {
    const declared = rpcWith('option (yiditong.common.v1.access) = { bureau: "region" services: "filing" };');
    expect(declarationOf(declared)).toEqual({ bureau: 'region', services: ['filing'] });
  });
});

describe('the contracts', () => {
  it('declare who may call each of their RPCs', () => {
    const paths = rpcsOf(contractDefinition).map(({ path }) => path);
    expect(paths.length).toBeGreaterThan(30);
    expect([...declaredAccess.keys()].sort()).toEqual(paths.sort());
    for (const path of paths) expect(Object.keys(declaredAccess.get(path) ?? {}), path).not.toEqual([]);
  });
});
