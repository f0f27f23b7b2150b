import { createHash, randomUUID, timingSafeEqual, type webcrypto } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import type { SeededAccount } from './issuer-accounts.js';
import { AUDIENCE, ISSUER } from './tokens.js';

const LIFE_SECONDS = 15 * 60;
const BODY_LIMIT_BYTES = 8_192;
const ALGORITHM = 'EdDSA';
const LOOPBACK = ['127.0.0.1', 'localhost'];

/** An error of RFC 6749 §5.2. */
class TokenError extends Error {
  constructor(
    readonly code: 'invalid_request' | 'invalid_client' | 'unsupported_grant_type',
    readonly description: string,
  ) {
    super(code);
  }
}

type Answer = { readonly status: number; readonly body: object; readonly headers?: Readonly<Record<string, string>> };

/**
 * An identity provider for development: accounts with secrets, tokens of 15 minutes, a key that this process makes and that
 * ends with it. Refuses to start outside development mode, or where anybody else could reach it.
 */
export async function startIssuer(
  environment: Readonly<Record<string, string | undefined>>,
  accounts: readonly SeededAccount[],
): Promise<Server> {
  if (environment['YIDITONG_MODE'] !== 'development')
    throw new Error('the development issuer starts in development mode only (YIDITONG_MODE=development)');
  const [host = '', port = ''] = environment['LISTEN_ADDRESS']?.split(':') ?? [];
  if (!LOOPBACK.includes(host)) throw new Error('the development issuer listens on the loopback only');
  const issuer = await DevelopmentIssuer.create(accounts);
  const server = createServer((request, response) => void issuer.answer(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(Number(port), host, resolve);
  });
  return server;
}

class DevelopmentIssuer {
  private readonly accounts: ReadonlyMap<string, SeededAccount>;

  private constructor(
    accounts: readonly SeededAccount[],
    private readonly privateKey: webcrypto.CryptoKey,
    private readonly publicJwk: JWK,
  ) {
    this.accounts = new Map(accounts.map((account) => [account.id, account]));
  }

  static async create(accounts: readonly SeededAccount[]): Promise<DevelopmentIssuer> {
    const { publicKey, privateKey } = await generateKeyPair(ALGORITHM);
    const jwk = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint(jwk);
    return new DevelopmentIssuer(accounts, privateKey, { ...jwk, kid, alg: ALGORITHM, use: 'sig' });
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body, headers } = await this.respond(request).catch(refusal);
    response
      .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers })
      .end(JSON.stringify(body));
  }

  private async respond(request: IncomingMessage): Promise<Answer> {
    const address = `http://${request.headers.host ?? ''}`;
    switch (`${request.method} ${request.url}`) {
      case 'GET /.well-known/openid-configuration':
        return { status: 200, body: configuration(address) };
      case 'GET /jwks.json':
        return { status: 200, body: { keys: [this.publicJwk] } };
      case 'POST /token':
        return { status: 200, body: await this.issue(await readForm(request), request.headers.authorization) };
      default:
        return { status: 404, body: { error: 'not_found' } };
    }
  }

  /** The client credentials grant, RFC 6749 §4.4. */
  private async issue(form: URLSearchParams, authorization: string | undefined): Promise<object> {
    const grant = form.get('grant_type');
    if (grant === null) throw new TokenError('invalid_request', 'grant_type is missing');
    if (grant !== 'client_credentials') throw new TokenError('unsupported_grant_type', 'use client_credentials');
    const account = this.accountOf(clientOf(form, authorization));
    const token = await new SignJWT({ ...account.claims, client_id: account.id })
      .setProtectedHeader({ alg: ALGORITHM, kid: this.publicJwk.kid ?? '', typ: 'at+jwt' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(account.id)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime(`${LIFE_SECONDS} seconds`)
      .sign(this.privateKey);
    return { access_token: token, token_type: 'Bearer', expires_in: LIFE_SECONDS };
  }

  private accountOf({ id, secret }: { readonly id: string; readonly secret: string }): SeededAccount {
    const account = this.accounts.get(id);
    // Compared also where there is no such account, so that the time says nothing of who has one.
    const fits = timingSafeEqual(digest(account?.secret ?? randomUUID()), digest(secret));
    if (!account || !fits) throw new TokenError('invalid_client', 'unknown account or wrong secret');
    return account;
  }
}

function configuration(address: string): object {
  return {
    issuer: ISSUER,
    jwks_uri: `${address}/jwks.json`,
    token_endpoint: `${address}/token`,
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    response_types_supported: [],
    id_token_signing_alg_values_supported: [ALGORITHM],
    subject_types_supported: ['public'],
  };
}

/** Who asks: by HTTP Basic or in the form, not both (RFC 6749 §2.3). */
function clientOf(form: URLSearchParams, authorization: string | undefined): { id: string; secret: string } {
  const inForm = form.has('client_id') || form.has('client_secret');
  if (authorization === undefined) {
    if (!inForm) throw new TokenError('invalid_client', 'no account was given');
    return { id: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '' };
  }
  if (inForm) throw new TokenError('invalid_request', 'the account is given twice');
  const [, encoded] = /^Basic +([\w+/=]+)$/i.exec(authorization) ?? [];
  const pair = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString();
  const colon = pair.indexOf(':');
  if (colon < 0) throw new TokenError('invalid_client', 'not HTTP Basic');
  return { id: decoded(pair.slice(0, colon)), secret: decoded(pair.slice(colon + 1)) };
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? ''))
    throw new TokenError('invalid_request', 'send application/x-www-form-urlencoded');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT_BYTES) throw new TokenError('invalid_request', 'too large');
    chunks.push(chunk);
  }
  const form = new URLSearchParams(Buffer.concat(chunks).toString());
  if (new Set(form.keys()).size !== form.size) throw new TokenError('invalid_request', 'a parameter is given twice');
  return form;
}

function refusal(error: unknown): Answer {
  if (!(error instanceof TokenError)) return { status: 500, body: { error: 'server_error' } };
  const body = { error: error.code, error_description: error.description };
  return error.code === 'invalid_client'
    ? { status: 401, body, headers: { 'www-authenticate': 'Basic realm="yiditong development"' } }
    : { status: 400, body };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return '';
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
