import { generateKeyPairSync } from 'node:crypto';

/** Fresh private Ed25519 keys as a service is given them: a JSON list of JWKs, one for each name. */
export function privateJwks(...kids: readonly string[]): string {
  return JSON.stringify(
    kids.map((kid) => ({ ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }), kid })),
  );
}
