import { once } from 'node:events';
import type { SeededAccount } from './issuer-accounts.js';
import { startIssuer } from './issuer-server.js';

/** The development issuer as a process of the stack. Whoever starts it tells it the accounts, so that no file holds them. */
async function main(): Promise<void> {
  const [accounts] = (await once(process, 'message')) as [readonly SeededAccount[]];
  const server = await startIssuer(process.env, accounts);
  log('serving');
  const stop = (): void => {
    server.closeAllConnections();
    server.close(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop);
}

/** A line as the services write them. */
function log(msg: string): void {
  process.stdout.write(`${JSON.stringify({ level: 30, time: Date.now(), service: 'issuer', msg })}\n`);
}

await main();
