import { mapAccounts, type Account, type ByAccount } from './issuer-accounts.js';

/** Under a name that can never resolve: only a gateway in development mode takes its word. */
export const ISSUER = 'https://issuer.dev.yiditong.invalid';
export const AUDIENCE = 'yiditong';

/** A bearer token, or how to come by one that has not run out. */
export type Bearer = string | (() => Promise<string>);

/** Bearer tokens of development accounts, by what they may act as. */
export type Tokens = ByAccount<string>;

/** A new token is fetched when the old one has less than this left, more than any request takes. */
const RENEW_BEFORE_SECONDS = 120;
const TIMEOUT_MS = 10_000;

type Held = { readonly token: Promise<string>; renewAt: number };

/** Everybody's tokens, each fetched when it is first needed and again before it runs out. */
export function bearersOf(stack: {
  readonly issuer: string;
  readonly accounts: ByAccount<Account>;
}): ByAccount<Bearer> {
  return mapAccounts(stack.accounts, (account) => tokenOf(stack.issuer, account));
}

function tokenOf(issuer: string, account: Account): () => Promise<string> {
  let held: Held | null = null;
  return () => {
    if (held && held.renewAt > Date.now()) return held.token;
    const fetched = fetchToken(issuer, account);
    const mine: Held = { token: fetched.then(({ token }) => token), renewAt: Number.POSITIVE_INFINITY };
    held = mine;
    fetched.then(
      ({ expiresInSeconds }) => (mine.renewAt = Date.now() + (expiresInSeconds - RENEW_BEFORE_SECONDS) * 1_000),
      () => (mine.renewAt = 0),
    );
    return mine.token;
  };
}

/** Asks the issuer for a token, as RFC 6749 §4.4 has it. */
async function fetchToken(
  issuer: string,
  { id, secret }: Account,
): Promise<{ token: string; expiresInSeconds: number }> {
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!answer.ok) throw new Error(`the issuer gives ${id} no token: ${answer.status}`);
  const { access_token: token, expires_in: expiresInSeconds } = (await answer.json()) as {
    readonly access_token: string;
    readonly expires_in: number;
  };
  return { token, expiresInSeconds };
}
