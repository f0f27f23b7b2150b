import { randomBytes } from 'node:crypto';
import { NATION, PROVINCES, provinceOf, type Rank, type Role } from '@yiditong/codes';

/** What an account signs in with. */
export type Account = { readonly id: string; readonly secret: string };

/** Whom a token makes its bearer: the claims that the gateway reads. */
export type Claims = {
  readonly role: Role;
  readonly region: string;
  readonly rank?: Rank | undefined;
  readonly area?: string | undefined;
  readonly institution?: string | undefined;
  readonly person?: string | undefined;
};

export type SeededAccount = Account & { readonly claims: Claims };

/** Something for each account, found by what it may act as. Bureaus and the operator act as supervisors unless a clerk is asked for. */
export type ByAccount<T> = {
  readonly operator: T;
  readonly bureau: Readonly<Record<string, T>>;
  readonly hospital: Readonly<Record<string, T>>;
  readonly insured: Readonly<Record<string, T>>;
  /** Bureaus of pooling areas, by division code. */
  readonly area: Readonly<Record<string, T>>;
  readonly clerk: {
    readonly operator: T;
    readonly bureau: Readonly<Record<string, T>>;
    readonly area: Readonly<Record<string, T>>;
  };
  /** A second operator of each hospital. */
  readonly colleague: Readonly<Record<string, T>>;
};

export type Sample = {
  readonly institutions: readonly { readonly institutionCode: string; readonly region: string }[];
  readonly persons: readonly { readonly personId: string; readonly insuredRegion: string }[];
};

/** 廊坊, where the published case's patient is insured. */
const POOLING_AREAS = ['131000'];

/** Development accounts with secrets made now: both ranks of the operator and of every bureau, two at each hospital, each person. */
export function seedAccounts(sample: Sample): ByAccount<SeededAccount> {
  const { institutions, persons } = sample;
  const bureau = (rank: Rank): Record<string, SeededAccount> =>
    byKey(PROVINCES, ({ code }) => [code, seed(`bureau-${code}-${rank}`, { role: 'bureau', region: code, rank })]);
  const area = (rank: Rank): Record<string, SeededAccount> =>
    byKey(POOLING_AREAS, (code) => {
      const claims: Claims = { role: 'bureau', region: provinceOf(code), area: code, rank };
      return [code, seed(`bureau-${code}-${rank}`, claims)];
    });
  const operator = (rank: Rank): SeededAccount => seed(`operator-${rank}`, { role: 'operator', region: NATION, rank });
  const hospital = (place: number): Record<string, SeededAccount> =>
    byKey(institutions, ({ institutionCode, region }) => {
      const claims: Claims = { role: 'hospital', region: provinceOf(region), institution: institutionCode };
      return [institutionCode, seed(`${institutionCode}-0${place}`, claims)];
    });
  return {
    operator: operator('supervisor'),
    bureau: bureau('supervisor'),
    hospital: hospital(1),
    insured: byKey(persons, ({ personId, insuredRegion }) => [
      personId,
      seed(personId, { role: 'insured', region: provinceOf(insuredRegion), person: personId }),
    ]),
    area: area('supervisor'),
    clerk: { operator: operator('clerk'), bureau: bureau('clerk'), area: area('clerk') },
    colleague: hospital(2),
  };
}

/** The same for each account, in the same places. */
export function mapAccounts<T, U>(accounts: ByAccount<T>, of: (one: T) => U): ByAccount<U> {
  const each = (group: Readonly<Record<string, T>>): Record<string, U> =>
    byKey(Object.entries(group), ([key, one]) => [key, of(one)]);
  return {
    operator: of(accounts.operator),
    bureau: each(accounts.bureau),
    hospital: each(accounts.hospital),
    insured: each(accounts.insured),
    area: each(accounts.area),
    clerk: {
      operator: of(accounts.clerk.operator),
      bureau: each(accounts.clerk.bureau),
      area: each(accounts.clerk.area),
    },
    colleague: each(accounts.colleague),
  };
}

export function listAccounts<T>(accounts: ByAccount<T>): T[] {
  const list: T[] = [];
  mapAccounts(accounts, (one) => void list.push(one));
  return list;
}

function seed(id: string, claims: Claims): SeededAccount {
  return { id, secret: randomBytes(24).toString('base64url'), claims };
}

function byKey<T, U>(items: readonly T[], entryOf: (item: T) => readonly [string, U]): Record<string, U> {
  return Object.fromEntries(items.map(entryOf));
}
