import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { appendAudit, Clock, Database, serviceActor, sha256, type Actor, type Tx } from '@yiditong/chassis';
import { Rejection, type Insurance, type PersonType, type Reason } from '@yiditong/codes';
import { v7 as uuidv7 } from 'uuid';
import type { SealedPerson } from '../person/person.entity.js';
import { PersonService } from '../person/person.service.js';
import { findSealedPerson, lockPerson } from '../person/person.store.js';
import {
  ISSUES_PER_MINUTE,
  judgePresentation,
  keptUntil,
  minuteBefore,
  secondsToWait,
  sessionEnd,
  type Presentation,
} from './credential-rules.js';
import { composeToken, homeProvinceOf } from './credential-token.js';
import type { Credential, CredentialUse } from './credential.entity.js';
import {
  findByTokenHash,
  insertCredential,
  latestIssues,
  lockCredential,
  recordUse,
  withdrawUnused,
} from './credential.store.js';
import { RefusedDecodings } from './refused-decodings.service.js';

export const CREDENTIAL_LIFE_MS = Symbol('CREDENTIAL_LIFE_MS');

const SECRET_BYTES = 32;

export type IssuedCredential = { readonly token: string; readonly issuedAt: Date; readonly expiresAt: Date };

/** What a hospital needs to begin. */
export type Decoding = {
  readonly personId: string;
  readonly insuredRegion: string;
  readonly insurance: Insurance;
  readonly personType: PersonType;
  readonly maskedName: string;
  readonly maskedIdNumber: string;
  readonly decodedAt: Date;
  readonly standsUntil: Date;
};

type Outcome =
  | { readonly kind: 'decoded'; readonly decoding: Decoding }
  | { readonly kind: 'refused'; readonly reason: Reason };

/**
 * Every text that isn't one of our tokens gets this: the malformed, the unknown, and what was removed long ago. That a malformed
 * one is refused sooner says nothing that its sender couldn't work out: the check is public, the secret is not.
 */
const UNKNOWN: Outcome = { kind: 'refused', reason: 'E_CREDENTIAL_INVALID' };

@Injectable()
export class CredentialService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly persons: PersonService,
    private readonly refusals: RefusedDecodings,
    @Inject(CREDENTIAL_LIFE_MS) private readonly lifeMs: number,
  ) {}

  /**
   * Issues a token and ends the one before. Lock order: person, credentials, audit. Rejects with PERSON_UNKNOWN,
   * INSURANCE_INACTIVE or E_CREDENTIAL_TOO_FREQUENT.
   */
  async issue(actor: Actor, personId: string, issuedFor: string | null): Promise<IssuedCredential> {
    const province = actor.region;
    const token = composeToken(province, randomBytes(SECRET_BYTES));
    return this.database.transaction(actor, async (tx) => {
      const person = await lockPerson(tx, personId);
      if (!person) throw new Rejection('PERSON_UNKNOWN');
      if (!person.active) throw new Rejection('INSURANCE_INACTIVE');
      const issuedAt = this.clock.now();
      await checkPace(tx, personId, province, issuedAt);
      await withdrawUnused(tx, personId, province, issuedAt);
      const expiresAt = new Date(issuedAt.getTime() + this.lifeMs);
      const credential = {
        credentialId: uuidv7(),
        personId: person.personId,
        province,
        issuedFor,
        issuedAt,
        expiresAt,
      };
      await insertCredential(tx, { ...credential, tokenHash: hashOf(token), keptUntil: keptUntil(expiresAt) });
      await appendAudit(tx, actor, {
        province,
        action: 'ISSUE_E_CREDENTIAL',
        objectType: 'person',
        objectId: person.personId,
        after: { credentialId: credential.credentialId, issuedFor, expiresAt },
      });
      return { token, issuedAt, expiresAt };
    });
  }

  /**
   * Binds a token to who presents it, once, and says whose it is. A refusal is committed too, for the audit. Rejects with
   * E_CREDENTIAL_INVALID, E_CREDENTIAL_USED, E_CREDENTIAL_ELSEWHERE, E_CREDENTIAL_EXPIRED or INSURANCE_INACTIVE.
   */
  async decode(actor: Actor, institutionCode: string, visitNumber: string, token: string): Promise<Decoding> {
    const province = homeProvinceOf(token);
    const outcome =
      province === null
        ? UNKNOWN
        : await this.present(actor, province, hashOf(token), { institutionCode, visitNumber });
    if (outcome.kind === 'decoded') return outcome.decoding;
    this.refusals.count(institutionCode, outcome.reason);
    throw new Rejection(outcome.reason);
  }

  /** Whose token an institution has decoded, as long as that stands. Rejects with E_CREDENTIAL_INVALID for every other. */
  async bearer(institutionCode: string, token: string): Promise<Pick<Credential, 'personId' | 'province'>> {
    const province = homeProvinceOf(token);
    const credential = province === null ? null : await this.presented(province, hashOf(token));
    const use = credential?.use;
    const stands = use?.answer.kind === 'person' && use.standsUntil > this.clock.now();
    if (!credential || !stands || use.institutionCode !== institutionCode) {
      this.refusals.count(institutionCode, 'E_CREDENTIAL_INVALID');
      throw new Rejection('E_CREDENTIAL_INVALID');
    }
    return credential;
  }

  private async presented(province: string, tokenHash: Buffer): Promise<Credential | null> {
    return this.database.transaction(serviceActor('benefit', province), async (tx) => {
      const found = await findByTokenHash(tx, province, tokenHash);
      return found && lockCredential(tx, found);
    });
  }

  /** The home province decides about its own, wherever the hospital is. Lock order: credential, audit. */
  private async present(
    actor: Actor,
    province: string,
    tokenHash: Buffer,
    counter: Omit<Presentation, 'at'>,
  ): Promise<Outcome> {
    return this.database.transaction(serviceActor('benefit', province), async (tx) => {
      // Found by its hash, so no comparison takes longer the more of a token was guessed.
      const found = await findByTokenHash(tx, province, tokenHash);
      const credential = found && (await lockCredential(tx, found));
      if (!credential) return UNKNOWN;
      // Asked under the lock: a presentation that waited for it may have come too late meanwhile.
      const outcome = await this.decide(tx, credential, { ...counter, at: this.clock.now() });
      await appendAudit(tx, actor, {
        province,
        action: outcome.kind === 'decoded' ? 'DECODE_E_CREDENTIAL' : 'REFUSE_E_CREDENTIAL',
        objectType: 'person',
        objectId: credential.personId,
        after: {
          credentialId: credential.credentialId,
          ...counter,
          ...(outcome.kind === 'decoded' ? { standsUntil: outcome.decoding.standsUntil } : { reason: outcome.reason }),
        },
      });
      return outcome;
    });
  }

  private async decide(tx: Tx, credential: Credential, presentation: Presentation): Promise<Outcome> {
    const verdict = judgePresentation(credential, presentation);
    if (verdict.kind === 'refused') return verdict;
    const person = await findSealedPerson(tx, credential.personId);
    if (!person) throw new Error('a credential has no person');
    return this.told(person, credential.use ?? (await bind(tx, credential, person, presentation)));
  }

  private told(person: SealedPerson, { answer, usedAt, standsUntil }: CredentialUse): Outcome {
    if (answer.kind === 'inactive') return { kind: 'refused', reason: 'INSURANCE_INACTIVE' };
    const { insuredRegion, insurance, personType } = answer;
    return {
      kind: 'decoded',
      decoding: {
        personId: person.personId,
        insuredRegion,
        insurance,
        personType,
        ...this.persons.masked(person),
        decodedAt: usedAt,
        standsUntil,
      },
    };
  }
}

async function checkPace(tx: Tx, personId: string, province: string, now: Date): Promise<void> {
  const latest = await latestIssues(tx, personId, province, minuteBefore(now), ISSUES_PER_MINUTE);
  const seconds = secondsToWait(latest, now);
  if (seconds !== null) throw new Rejection('E_CREDENTIAL_TOO_FREQUENT', { seconds: String(seconds) });
}

/** Also where the insurance is inactive: saying so tells something of the person, and a token tells once. */
async function bind(
  tx: Tx,
  credential: Credential,
  { insuredRegion, insurance, personType, active }: SealedPerson,
  { at, ...counter }: Presentation,
): Promise<CredentialUse> {
  const use: CredentialUse = {
    ...counter,
    usedAt: at,
    standsUntil: sessionEnd(at),
    answer: active ? { kind: 'person', insuredRegion, insurance, personType } : { kind: 'inactive' },
  };
  await recordUse(tx, credential, use, keptUntil(use.standsUntil));
  return use;
}

/** Without a key: nobody tries out 256 random bits. */
function hashOf(token: string): Buffer {
  return sha256(Buffer.from(token));
}
