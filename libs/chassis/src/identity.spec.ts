import { FixedClock } from '@yiditong/testing';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Actor } from './actor.js';
import { IdentityMint, IdentityVerifier } from './identity.js';

const HOSPITAL: Actor = { role: 'hospital', region: '110000', subject: 'op-7', institution: 'H11010500001' };
const NOON = new Date('2026-11-22T04:00:00Z');
const INVALID = { reason: 'CREDENTIAL_INVALID' };
const pair = await keys('identity-1');
const stranger = await keys('identity-1');

async function keys(kid: string) {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'EdDSA' }] });
  return { privateKey, privateJwk: JSON.stringify({ ...(await exportJWK(privateKey)), kid }), jwks };
}

function signed(claims: Record<string, unknown>, over: { issuer?: string; audience?: string; life?: number } = {}) {
  const { issuer = 'gateway', audience = 'yiditong:services', life = 60 } = over;
  const now = NOON.getTime() / 1000;
  const token = new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid: 'identity-1' });
  return token
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + life)
    .sign(pair.privateKey);
}

describe('the gateway’s word for a caller', () => {
  const clock = new FixedClock(NOON);
  const verifier = new IdentityVerifier(pair.jwks, clock);

  it('tells a service who is calling', async () => {
    const mint = await IdentityMint.of(pair.privateJwk, clock);
    expect(await verifier.actorOf(await mint.assertionFor(HOSPITAL))).toEqual(HOSPITAL);
  });

  it('is the same for a minute, then new', async () => {
    const moving = new FixedClock(NOON);
    const mint = await IdentityMint.of(pair.privateJwk, moving);
    const first = await mint.assertionFor(HOSPITAL);
    moving.moveTo(new Date(NOON.getTime() + 59_000));
    expect(await mint.assertionFor(HOSPITAL)).toBe(first);
    moving.moveTo(new Date(NOON.getTime() + 61_000));
    expect(await mint.assertionFor(HOSPITAL)).not.toBe(first);
  });

  it('is worth nothing after two minutes, also where it was checked before', async () => {
    const later = new FixedClock(NOON);
    const checked = new IdentityVerifier(pair.jwks, later);
    const assertion = await (await IdentityMint.of(pair.privateJwk, later)).assertionFor(HOSPITAL);
    await checked.actorOf(assertion);
    later.moveTo(new Date(NOON.getTime() + 130_000));
    await expect(checked.actorOf(assertion)).rejects.toMatchObject(INVALID);
  });

  it('is worth nothing from anybody else, under whatever name', async () => {
    const mint = await IdentityMint.of(stranger.privateJwk, clock);
    await expect(verifier.actorOf(await mint.assertionFor(HOSPITAL))).rejects.toMatchObject(INVALID);
  });

  it.each<[string, () => Promise<string> | string]>([
    ['for another audience', () => signed({ actor: HOSPITAL }, { audience: 'yiditong' })],
    ['of another issuer', () => signed({ actor: HOSPITAL }, { issuer: 'issuer.dev' })],
    ['about a service', () => signed({ actor: { role: 'service', region: '000000', subject: 'clearing' } })],
    ['about an actor that is two things', () => signed({ actor: { ...HOSPITAL, rank: 'supervisor' } })],
    ['about an actor with more to it', () => signed({ actor: { ...HOSPITAL, admin: true } })],
    ['about nobody', () => signed({})],
    ['that is no token', () => 'x.y.z'],
  ])('is worth nothing %s', async (_what, make) => {
    await expect(verifier.actorOf(await make())).rejects.toMatchObject(INVALID);
  });
});
