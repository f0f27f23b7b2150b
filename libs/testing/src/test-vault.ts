import { PersonalDataVault, type CipherSuiteName } from '@yiditong/chassis';

export type VaultOptions = {
  /** The master keys that it knows; each version is another key, the same in every vault. */
  readonly versions?: readonly number[];
  /** The highest, unless said otherwise. */
  readonly current?: number;
  readonly suite?: CipherSuiteName;
  /** A key of another blind index. */
  readonly otherIndex?: boolean;
};

/** A vault with keys that are no secret. */
export function testVault({ versions = [1], current, suite, otherIndex }: VaultOptions = {}): PersonalDataVault {
  return PersonalDataVault.of({
    MASTER_KEYS: new Map(versions.map((version) => [version, Buffer.alloc(32, version)])),
    MASTER_KEY_CURRENT: current,
    PERSONAL_DATA_CIPHER: suite ?? 'aes-256-gcm',
    BLIND_INDEX_KEY: (otherIndex === true ? 'cd' : 'ab').repeat(32),
  });
}
