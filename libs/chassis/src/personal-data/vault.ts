import { blindIndex, keyedBodyHash, normalisedIdNumber } from './blind-index.js';
import { keyVersionOf, open, seal, type SealContext } from './envelope.js';
import { keyRingOf, type KeyRing, type PersonalDataEnvironment } from './key-ring.js';

/** A sealed value as its two columns hold it. */
export type SealedColumns = { readonly sealed: Buffer; readonly keyVersion: number };

/** A length says which of two diagnoses it is; in blocks of this many bytes it says at most how many there are. */
const BLOCK_BYTES = 128;

/** Seals and opens a service's personal data, and makes what it is found and compared by. Holds the keys; nothing else does. */
export class PersonalDataVault {
  constructor(
    readonly ring: KeyRing,
    private readonly indexKey: Buffer,
  ) {}

  static of(environment: PersonalDataEnvironment): PersonalDataVault {
    return new PersonalDataVault(keyRingOf(environment), Buffer.from(environment.BLIND_INDEX_KEY, 'hex'));
  }

  /** Under the current key, whose version is kept beside the value so that rotation finds what is left. */
  seal(context: SealContext, value: object): SealedColumns {
    const sealed = seal(this.ring, context, padded(JSON.stringify(value)));
    return { sealed, keyVersion: keyVersionOf(sealed) };
  }

  /** Throws SealBroken or MasterKeyMissing. The caller says what it sealed there; what opens is what was sealed. */
  open<T extends object>(context: SealContext, sealed: Uint8Array): T {
    return JSON.parse(open(this.ring, context, sealed).toString('utf8')) as T;
  }

  /** By which a person is found; the same for every way to write the number. */
  idNumberIndex(idNumber: string): Buffer {
    return blindIndex(this.indexKey, 'id-number', normalisedIdNumber(idNumber));
  }

  /** The body hash of a message that holds personal data. */
  bodyHash(body: unknown): Buffer {
    return keyedBodyHash(this.indexKey, body);
  }
}

/** JSON doesn't mind blanks behind it. */
function padded(json: string): Buffer {
  const bytes = Buffer.from(json);
  const blocks = Math.ceil(bytes.length / BLOCK_BYTES);
  return Buffer.concat([bytes, Buffer.alloc(blocks * BLOCK_BYTES - bytes.length, ' ')]);
}
