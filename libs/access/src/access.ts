import type { Reason } from '@yiditong/codes';
import { ownsRegion, type Actor } from './actor.js';

/**
 * Who may call an operation and for which tenant. Each role that may is named, with the request's field that must name the
 * caller's own person, institution or division, for a bureau also an institution in its division; or with `record`, where the
 * rows themselves say whose they are and row-level security shows only the caller's; with `own`, where the request names
 * none; or with `anyone`, where the object belongs to no tenant or to all.
 */
export type Access = {
  readonly insured?: string;
  readonly hospital?: string;
  readonly bureau?: string;
  readonly operator?: string;
  /** The services that may call it for themselves. */
  readonly services?: readonly string[];
  /** Of bureaus and the operator, supervisors only. */
  readonly supervisor?: boolean;
  /** Of bureaus, the province's own only: what it shows or changes is no pooling area's. */
  readonly provincial?: boolean;
};

export const RECORD = 'record';
export const ANYONE = 'anyone';
/** The request names no tenant: it is about the caller's own, as the credential says. */
export const OWN = 'own';

/** Why the actor may not do that, or null. Looks at the request only, never at what exists, so that a refusal reveals nothing. */
export function refusalOf(access: Access | undefined, actor: Actor, request: unknown): Reason | null {
  if (access === undefined) return 'NOT_PERMITTED';
  if (actor.role === 'service') return access.services?.includes(actor.subject) ? null : 'NOT_PERMITTED';
  const tenant = access[actor.role];
  if (tenant === undefined) return 'NOT_PERMITTED';
  if (access.supervisor === true && actor.rank !== undefined && actor.rank !== 'supervisor')
    return 'SUPERVISOR_REQUIRED';
  if (access.provincial === true && actor.area !== undefined) return 'NOT_PERMITTED';
  if (tenant === RECORD || tenant === ANYONE || tenant === OWN) return null;
  return namesOwn(actor, fieldOf(request, tenant)) ? null : 'NOT_PERMITTED';
}

function namesOwn(actor: Actor, named: unknown): boolean {
  if (typeof named !== 'string') return false;
  switch (actor.role) {
    case 'insured':
      return actor.person === named;
    case 'hospital':
      return actor.institution === named;
    case 'bureau':
    case 'operator':
      return ownsRegion(actor, divisionIn(named));
    case 'service':
      return false;
  }
}

/** An institution's code says whose it is by the division in it. */
function divisionIn(named: string): string {
  return /^[HP]\d{11}$/.test(named) ? named.slice(1, 7) : named;
}

/** Declarations spell fields as the contract does, requests as the code does. */
function fieldOf(request: unknown, field: string): unknown {
  if (typeof request !== 'object' || request === null) return undefined;
  const name = field.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return (request as Readonly<Record<string, unknown>>)[name];
}
