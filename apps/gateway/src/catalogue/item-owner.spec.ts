import type { Actor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { describe, expect, it } from 'vitest';
import { ownerOf } from './item-owner.js';

const HOSPITAL: Actor = { role: 'hospital', region: '110000', subject: 'h', institution: 'H11010500001' };
const BUREAU: Actor = { role: 'bureau', region: '110000', subject: 'c', rank: 'clerk' };

describe('whose items', () => {
  it.each<[string, Actor, string | undefined, string]>([
    ['a hospital’s are its own', HOSPITAL, undefined, 'H11010500001'],
    ['a hospital may say so', HOSPITAL, 'H11010500001', 'H11010500001'],
    ['a bureau’s are the province’s', BUREAU, undefined, ''],
    ['or those of an institution of the province', BUREAU, 'H11010500002', 'H11010500002'],
  ])('%s', (_, actor, named, institutionCode) => {
    expect(ownerOf(actor, named)).toEqual({ province: '110000', institutionCode });
  });

  it.each<[string, Actor, string]>([
    ['another hospital’s are not a hospital’s', HOSPITAL, 'H11010500002'],
    ['those of another province are not a bureau’s', BUREAU, 'H31010100001'],
  ])('%s', (_, actor, named) => expect(() => ownerOf(actor, named)).toThrow(new Rejection('NOT_PERMITTED')));
});
