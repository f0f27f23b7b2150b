import { generateKeyPairSync } from 'node:crypto';
import type { Actor } from '@yiditong/access';
import { Clock, IdentityMint, serviceActor } from '@yiditong/chassis';
import { declaredAccess } from '@yiditong/contracts';
import { FixedClock } from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { quietBooks, type Books } from './books.js';
import { doorsOf, RpcDesk, type Words } from './rpc-desk.js';

const { document, databases, identityKey } = inject('stack');
const rpc = new RpcDesk(document, identityKey);
const doors = [...declaredAccess.keys()].flatMap(doorsOf);

/** Whoever may do most: who is believed to be him, is let in nearly everywhere. */
const OPERATOR: Actor = { role: 'operator', region: '000000', subject: 'forged', rank: 'supervisor' };
const HOSPITAL: Actor = { role: 'hospital', region: '110000', subject: 'forged', institution: 'H11010500001' };
const TEN_MINUTES_MS = 600_000;

const { kid } = JSON.parse(identityKey) as { kid: string };
const genuine = await mintOf(identityKey);
const stranger = await mintOf(
  JSON.stringify({ ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }), kid, alg: 'EdDSA' }),
);
const past = await mintOf(identityKey, new FixedClock(new Date(Date.now() - TEN_MINUTES_MS)));

function mintOf(privateJwk: string, clock = new Clock()): Promise<IdentityMint> {
  return IdentityMint.of(privateJwk, clock);
}

/** The word with another one's actor, and its own signature. */
async function withOtherActor(): Promise<string> {
  const [header, , signature] = (await genuine.assertionFor(HOSPITAL)).split('.');
  const [, payload] = (await genuine.assertionFor(OPERATOR)).split('.');
  return [header, payload, signature].join('.');
}

/** The word without a signature, as those accept it who believe what a token says of its algorithm. */
async function unsigned(): Promise<string> {
  const [, payload] = (await genuine.assertionFor(OPERATOR)).split('.');
  return `${Buffer.from(JSON.stringify({ alg: 'none', kid })).toString('base64url')}.${payload}.`;
}

const word = async (mint: IdentityMint, actor: Actor): Promise<Words> => ({
  assertion: await mint.assertionFor(actor),
});
const CLEARING = serviceActor('clearing', '110000');
const SETTLEMENT = serviceActor('settlement', '110000');
const GATEWAY = serviceActor('gateway', '110000');

const FORGERIES: readonly (readonly [what: string, peer: string, words: () => Promise<Words>, reason: string])[] = [
  ['no word at all', 'gateway', async () => ({}), 'CREDENTIAL_MISSING'],
  ['no word at all from a service', 'settlement', async () => ({}), 'CREDENTIAL_MISSING'],
  ['a word signed by another key', 'gateway', () => word(stranger, OPERATOR), 'CREDENTIAL_INVALID'],
  ['a word whose time is over', 'gateway', () => word(past, OPERATOR), 'CREDENTIAL_INVALID'],
  ['a word for another actor', 'gateway', async () => ({ assertion: await withOtherActor() }), 'CREDENTIAL_INVALID'],
  ['a word without a signature', 'gateway', async () => ({ assertion: await unsigned() }), 'CREDENTIAL_INVALID'],
  ['a word that is none', 'gateway', async () => ({ assertion: 'x.y.z' }), 'CREDENTIAL_INVALID'],
  ['a word for a service', 'gateway', () => word(genuine, SETTLEMENT), 'CREDENTIAL_INVALID'],
  ['the gateway’s word from settlement', 'settlement', () => word(genuine, OPERATOR), 'CREDENTIAL_INVALID'],
  ['the gateway’s word from clearing', 'clearing', () => word(genuine, HOSPITAL), 'CREDENTIAL_INVALID'],
  ['settlement under clearing’s name', 'settlement', async () => ({ claim: CLEARING }), 'CREDENTIAL_INVALID'],
  ['clearing under settlement’s name', 'clearing', async () => ({ claim: SETTLEMENT }), 'CREDENTIAL_INVALID'],
  ['filing under the gateway’s name', 'filing', async () => ({ claim: GATEWAY }), 'CREDENTIAL_INVALID'],
  ['the gateway under a service’s name', 'gateway', async () => ({ claim: CLEARING }), 'CREDENTIAL_INVALID'],
  ['a service that says it is a person of rank', 'settlement', async () => ({ claim: OPERATOR }), 'CREDENTIAL_INVALID'],
  [
    'a service under its own name with a forged word',
    'settlement',
    async () => ({ claim: SETTLEMENT, ...(await word(stranger, OPERATOR)) }),
    'CREDENTIAL_INVALID',
  ],
  [
    'a service under another’s name with the gateway’s word',
    'settlement',
    async () => ({ claim: GATEWAY, ...(await word(genuine, OPERATOR)) }),
    'CREDENTIAL_INVALID',
  ],
];

describe('at every door', () => {
  let before: Books;
  beforeAll(async () => {
    before = await quietBooks(databases);
  });
  afterAll(() => rpc.close());

  it.each(FORGERIES)('%s opens nothing', async (_what, peer, words, reason) => {
    const opened: string[] = [];
    for (const door of doors) {
      const outcome = await rpc.callSaying(peer, await words(), door, {});
      if (outcome.reason !== reason) opened.push(`${door.path} of ${door.served}: ${outcome.reason ?? 'answered'}`);
    }
    expect(opened).toEqual([]);
  });

  it.each<[string, string, () => Promise<Words>]>([
    ['the gateway’s own word', 'gateway', () => word(genuine, OPERATOR)],
    ['a service’s own name', 'settlement', async () => ({ claim: SETTLEMENT })],
    [
      'a service’s own name with the gateway’s word',
      'settlement',
      async () => ({ claim: SETTLEMENT, ...(await word(genuine, HOSPITAL)) }),
    ],
  ])('%s is believed, so that it is the forgery that was refused above', async (_what, peer, words) => {
    const reasons = new Set<string | null>();
    for (const door of doors) reasons.add((await rpc.callSaying(peer, await words(), door, {})).reason);
    expect([...reasons].filter((reason) => reason?.startsWith('CREDENTIAL_'))).toEqual([]);
    expect(reasons.size).toBeGreaterThan(1);
  });

  it('did nothing for any of them', async () => expect(await quietBooks(databases)).toEqual(before));
});
