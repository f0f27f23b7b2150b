import type { Reason } from '@yiditong/codes';
import { ownsRegion, type Actor } from './actor.js';

/** Why somebody reads a person's detail in clear: 查本人信息、案件复核、就医核对身份. Stands in the audit with every reading. */
export const PURPOSES = ['OWN_RECORD', 'CASE_REVIEW', 'POINT_OF_CARE'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** How each part of a person's detail is shown: masked, unless a purpose needs it. */
export type Shown = Readonly<Record<'name' | 'idNumber' | 'phone', 'clear' | 'masked'>>;

/** Whose detail it is. */
export type Subject = { readonly personId: string; readonly insuredRegion: string };

const NOTHING: Shown = { name: 'masked', idNumber: 'masked', phone: 'masked' };
const EVERYTHING: Shown = { name: 'clear', idNumber: 'clear', phone: 'clear' };

/** What each purpose needs, and no more: at the counter the person is there, with the card in hand. */
const NEEDED: Readonly<Record<Purpose, Shown>> = {
  OWN_RECORD: EVERYTHING,
  CASE_REVIEW: EVERYTHING,
  POINT_OF_CARE: { ...NOTHING, name: 'clear' },
};

export function isPurpose(text: string): text is Purpose {
  return PURPOSES.some((purpose) => purpose === text);
}

/** Why the actor may not claim the purpose, or null. Looks at the actor only, so that a refusal says nothing of the person. */
export function refusalOfPurpose(purpose: Purpose, actor: Actor): Reason | null {
  switch (purpose) {
    case 'OWN_RECORD':
      return actor.role === 'insured' ? null : 'PURPOSE_NOT_PERMITTED';
    case 'CASE_REVIEW':
      if (actor.role !== 'bureau') return 'PURPOSE_NOT_PERMITTED';
      return actor.rank === 'supervisor' ? null : 'SUPERVISOR_REQUIRED';
    case 'POINT_OF_CARE':
      return actor.role === 'hospital' ? null : 'PURPOSE_NOT_PERMITTED';
  }
}

/** What of the person is shown in clear. Everything is masked without a purpose, and where the purpose isn't the actor's to claim. */
export function shownFor(purpose: Purpose | null, actor: Actor, subject: Subject): Shown {
  if (purpose === null || refusalOfPurpose(purpose, actor) !== null) return NOTHING;
  return isFor(purpose, actor, subject) ? NEEDED[purpose] : NOTHING;
}

function isFor(purpose: Purpose, actor: Actor, { personId, insuredRegion }: Subject): boolean {
  switch (purpose) {
    case 'OWN_RECORD':
      return actor.person?.toLowerCase() === personId.toLowerCase();
    case 'CASE_REVIEW':
      return ownsRegion(actor, insuredRegion);
    case 'POINT_OF_CARE':
      return true;
  }
}
