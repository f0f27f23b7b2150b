import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { conservationFaults } from './conservation.js';
import { verifyStatement } from './verify.js';

const USAGE = `用法 Usage: npm run verify -- FILE… [--keys FILE]
  FILE    对账单或单笔证明 statements, or proofs of single obligations; those of all provinces are also checked against each other
  --keys  公钥 the public keys, as GET /v1/statement-keys answers; otherwise signing-keys.json beside the first FILE`;

function main(): number {
  const { values, positionals } = parseArgs({ options: { keys: { type: 'string' } }, allowPositionals: true });
  const [first] = positionals;
  if (first === undefined) {
    console.error(USAGE);
    return 2;
  }
  const jwks = readFileSync(values.keys ?? join(dirname(first), 'signing-keys.json'), 'utf8');
  const verified = positionals.map((file) => {
    const statement = verifyStatement(readFileSync(file, 'utf8'), jwks);
    const { businessDate, province, obligations, netFen, root, keyIds, faults } = statement;
    for (const { line, problem } of faults) console.log(`✗ ${file}:${line} ${problem}`);
    if (faults.length === 0)
      console.log(
        `✓ ${businessDate} ${province}  应付应收 obligations ${obligations}  净额 net ${netFen ?? '–'} fen  签名 signed by ${keyIds.join(', ')}  根 root ${root.slice(0, 16)}…`,
      );
    return statement;
  });
  const together = conservationFaults(verified);
  for (const problem of together) console.log(`✗ ${problem}`);
  return together.length > 0 || verified.some(({ faults }) => faults.length > 0) ? 1 : 0;
}

try {
  process.exitCode = main();
} catch (error) {
  console.error(`✗ ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
