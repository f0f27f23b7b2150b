import { Metadata } from '@grpc/grpc-js';
import { FixedClock } from '@yiditong/testing';
import { exportJWK, generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import { nationalActor, serviceActor, type Actor } from './actor.js';
import { actorOf, identifyCaller, OutgoingIdentity } from './caller.js';
import { IdentityMint, IdentityVerifier } from './identity.js';

const BUREAU: Actor = { role: 'bureau', region: '130000', subject: 'b-1', rank: 'supervisor' };
const clock = new FixedClock(new Date('2026-11-22T04:00:00Z'));
const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
const mint = await IdentityMint.of(JSON.stringify({ ...(await exportJWK(privateKey)), kid: 'k' }), clock);
const verifier = new IdentityVerifier(JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k' }] }), clock);

const ofGateway = new OutgoingIdentity('gateway', mint);
const ofSettlement = new OutgoingIdentity('settlement');

function claiming(actor: unknown): Metadata {
  const metadata = new Metadata();
  metadata.set('actor-bin', Buffer.from(typeof actor === 'string' ? actor : JSON.stringify(actor)));
  return metadata;
}

describe('a caller', () => {
  it('from outside is whom the gateway vouches for', async () => {
    const metadata = await ofGateway.metadataFor(BUREAU);
    expect(await identifyCaller(metadata, 'gateway', verifier)).toMatchObject({
      actor: BUREAU,
      origin: null,
      via: 'gateway',
    });
    expect(actorOf(metadata)).toEqual(BUREAU);
  });

  it('that is a service is the one in its certificate, whatever it calls itself', async () => {
    const metadata = await ofSettlement.metadataFor(serviceActor('in-doubt', '130000'));
    const { actor } = await identifyCaller(metadata, 'settlement', verifier);
    expect(actor).toEqual(serviceActor('settlement', '130000'));
  });

  it('that is a service opens nothing to another that says the same, however often it was heard', async () => {
    const claim = () => claiming(serviceActor('settlement', '310000'));
    for (const _ of [1, 2])
      expect((await identifyCaller(claim(), 'settlement', verifier)).actor).toEqual(
        serviceActor('settlement', '310000'),
      );
    await expect(identifyCaller(claim(), 'filing', verifier)).rejects.toMatchObject({ reason: 'CREDENTIAL_INVALID' });
  });

  it('is a service at the request of somebody where it brings the gateway’s word for him', async () => {
    const metadata = claiming(serviceActor('settlement', '130000'));
    metadata.set('identity-bin', Buffer.from(await mint.assertionFor(BUREAU)));
    expect(await identifyCaller(metadata, 'settlement', verifier)).toMatchObject({
      actor: { role: 'service', subject: 'settlement' },
      origin: BUREAU,
    });
  });

  it('is nobody before the guard has looked', async () => {
    expect(() => actorOf(claiming(nationalActor('clearing')))).toThrow();
  });

  it.each<[string, () => Promise<Metadata> | Metadata, string | null, string]>([
    ['without a certificate', () => ofGateway.metadataFor(BUREAU), null, 'CREDENTIAL_MISSING'],
    ['that says nothing', () => new Metadata(), 'gateway', 'CREDENTIAL_MISSING'],
    [
      'under another service’s name',
      () => claiming(serviceActor('settlement', '130000')),
      'filing',
      'CREDENTIAL_INVALID',
    ],
    ['that claims to be a bureau by itself', () => claiming(BUREAU), 'gateway', 'CREDENTIAL_INVALID'],
    ['that lets a service speak for somebody', () => ofGateway.metadataFor(BUREAU), 'settlement', 'CREDENTIAL_INVALID'],
    ['whose claim is no JSON', () => claiming('{'), 'settlement', 'CREDENTIAL_INVALID'],
    [
      'with more to it',
      () => claiming({ ...nationalActor('clearing'), admin: true }),
      'clearing',
      'CREDENTIAL_INVALID',
    ],
  ])('%s is refused', async (_what, make, peer, reason) => {
    await expect(identifyCaller(await make(), peer, verifier)).rejects.toMatchObject({ reason });
  });

  it('who is no service is spoken for by the gateway alone', async () => {
    await expect(ofSettlement.metadataFor(BUREAU)).rejects.toThrow('only the gateway');
  });
});
