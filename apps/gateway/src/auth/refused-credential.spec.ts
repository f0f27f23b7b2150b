import type { FastifyRequest } from 'fastify';
import { UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Reason } from '@yiditong/codes';
import type { AuthenticatedRequest } from './bearer.guard.js';
import { claimCredential, refusalOf } from './refused-credential.js';

const NOON = new Date('2026-11-22T04:00:00Z');
const ACTOR = { role: 'bureau', region: '110000', subject: 'bureau-1', rank: 'clerk' } as const;

function request(authorization?: string, further: object = {}): AuthenticatedRequest {
  return {
    headers: authorization === undefined ? {} : { authorization },
    ip: '192.0.2.7',
    method: 'GET',
    routeOptions: { url: '/v1/persons/:personId' },
    ...further,
  } as unknown as FastifyRequest;
}

/** A token as far as anybody can read it. */
function token(claims: Readonly<Record<string, unknown>>): string {
  return `Bearer ${new UnsecuredJWT(claims).encode()}x`;
}

const claimed = { sub: 'account-7', role: 'insured', region: '610000' };

describe('a refused credential', () => {
  it.each<[string, AuthenticatedRequest, Reason, boolean, string, string]>([
    ['that is not there', request(), 'CREDENTIAL_MISSING', false, '', ''],
    ['that nobody can read', request('Bearer a.b.c'), 'CREDENTIAL_INVALID', false, '', ''],
    ['that nobody signed', request(token(claimed)), 'CREDENTIAL_INVALID', false, 'account-7', '610000'],
    ['that ran out', request(token(claimed)), 'CREDENTIAL_EXPIRED', true, 'account-7', '610000'],
    ['for another system', request(token(claimed)), 'CREDENTIAL_WRONG_AUDIENCE', true, 'account-7', '610000'],
    ['that was revoked', request(token(claimed)), 'CREDENTIAL_REVOKED', true, 'account-7', '610000'],
    ['that is not for this', request(token(claimed), { actor: ACTOR }), 'NOT_PERMITTED', true, 'bureau-1', '110000'],
  ])('%s is recorded as far as it is known', (_, from, reason, genuine, claimedSubject, claimedRegion) => {
    expect(refusalOf(from, reason, NOON)).toMatchObject({
      refusedAt: NOON,
      reason,
      credentialKind: 'bearer',
      genuine,
      claimedSubject,
      claimedRegion,
      source: '192.0.2.7',
      route: 'GET /v1/persons/:personId',
    });
  });

  it('of another kind is what was said of it last', () => {
    const from = request();
    claimCredential(from, { kind: 'signature', genuine: false });
    claimCredential(from, { kind: 'signature', genuine: true, actor: ACTOR });
    expect(refusalOf(from, 'MESSAGE_STALE', NOON)).toMatchObject({
      credentialKind: 'signature',
      genuine: true,
      claimedSubject: 'bureau-1',
      claimedRole: 'bureau',
    });
  });

  it.each(['11010519491231002X', '张三', 'a b', 'x'.repeat(129), '13812341234512345'])(
    'by the name of %s is recorded without it: that may be anything, also of a person',
    (sub) => {
      expect(refusalOf(request(token({ ...claimed, sub })), 'CREDENTIAL_INVALID', NOON).claimedSubject).toBe('');
    },
  );

  it('of an insured person is recorded by the person id', () => {
    const sub = '01890a5d-ac96-774b-bcce-b302099a8057';
    expect(refusalOf(request(token({ ...claimed, sub })), 'CREDENTIAL_EXPIRED', NOON).claimedSubject).toBe(sub);
  });
});
