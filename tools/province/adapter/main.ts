import { once } from 'node:events';
import { Command } from 'commander';
import { tellProblems, wholeNumber } from '../../stack/command-line.js';
import { Books } from './books.js';
import { homeProvince } from './home-province.js';
import { startAdapter, type ServerTls } from './server.js';
import { loadTestProvince, SHIPPED_PROVINCE } from './test-province.js';

type Options = {
  readonly port: number;
  readonly data: string;
  readonly province: string;
  readonly name: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
};

const options = new Command()
  .name('npm run province --')
  .description('启动参保省适配器样例，仅监听本机 Starts the reference adapter of a home province, on loopback only.')
  .option('--port <n>', '端口 port (default: a free one)', wholeNumber(1), 0)
  .requiredOption(
    '--data <file>',
    '记账的 SQLite 文件，没有则新建 the SQLite file of its books; made where there is none',
  )
  .option('--province <file>', '测试参保人与政策 test persons and policies', SHIPPED_PROVINCE)
  .option('--ca <file>', '签发机构证书，给出则启用双向 TLS the authority’s certificate; asks for mutual TLS')
  .option('--cert <file>', '本端证书 own certificate')
  .option('--key <file>', '本端私钥 own key')
  .option('--name <name>', '证书上的名称 the name in the certificate', 'benefit')
  .parse()
  .opts<Options>();

process.exitCode = await tellProblems(async () => {
  const books = new Books(options.data);
  const home = homeProvince(loadTestProvince(options.province), books, () => new Date());
  const adapter = await startAdapter(home, { port: options.port, tls: tlsOf(options) });
  process.stdout.write(`参保省适配器样例 reference adapter: ${adapter.address}\n`);
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  await adapter.stop();
  books.close();
  return 0;
});

function tlsOf({ name, ca, cert, key }: Options): ServerTls | null {
  if (ca === undefined && cert === undefined && key === undefined) return null;
  if (ca === undefined || cert === undefined || key === undefined)
    throw new Error('--ca、--cert、--key 须同时给出 --ca, --cert and --key belong together');
  return { name, ca, certificate: cert, key };
}
