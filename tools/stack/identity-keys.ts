import { exportJWK, generateKeyPair } from 'jose';

/** The pair with which the gateway vouches for callers and the services check it. Each stack has its own, in memory only. */
export type IdentityKeys = {
  /** A private Ed25519 JWK with a `kid`, for the gateway alone. */
  readonly privateJwk: string;
  /** A JWKS, for every service. */
  readonly publicJwks: string;
};

/** What a service signs with what it gives out: a list of one private Ed25519 JWK. */
export async function createSigningKeys(service: string): Promise<string> {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  return JSON.stringify([{ ...(await exportJWK(privateKey)), kid: `${service}-1` }]);
}

export async function createIdentityKeys(): Promise<IdentityKeys> {
  const kid = 'identity-1';
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' };
  return {
    privateJwk: JSON.stringify({ ...(await exportJWK(privateKey)), kid, alg: 'EdDSA' }),
    publicJwks: JSON.stringify({ keys: [publicJwk] }),
  };
}
