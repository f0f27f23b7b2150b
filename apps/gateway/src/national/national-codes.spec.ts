import { randomUUID } from 'node:crypto';
import { Rejection } from '@yiditong/codes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerOf, nationalAnswer, refusalAnswer } from './national-answer.js';
import { genderCode, idOfNational, nationalIdOf } from './national-codes.js';

const RECEIVED = new Date('2026-11-22T16:00:01.002Z');
const ANSWERED = new Date('2026-11-22T16:00:01.030Z');

describe('a national id', () => {
  it('is the id again, in 25 characters', () => {
    fc.assert(
      fc.property(
        fc.uuid().filter((id) => /^.{14}[1-8].{4}[89ab]/.test(id)),
        (id) => {
          const number = nationalIdOf(id);
          expect(number).toMatch(/^[0-9A-Z]{25}$/);
          expect(idOfNational(number)).toBe(id);
        },
      ),
    );
  });

  it.each(['', randomUUID(), '0'.repeat(24), 'Z'.repeat(25), 'F5LXX1ZZ5PNORYNQGLHZMSP3a'])('%s is none', (text) => {
    expect(idOfNational(text)).toBeNull();
  });
});

describe('an ID number’s seventeenth digit', () => {
  it.each([
    ['11010519491231002X', '2'],
    ['440524188001010014', '1'],
  ])('of %s says %s', (idNumber, code) => expect(genderCode(idNumber)).toBe(code));
});

describe('an answer', () => {
  it('has the platform’s form, and times of Shanghai', () => {
    const answer = answerOf({ output: { a: 1 } }, RECEIVED, ANSWERED);
    expect(nationalAnswer.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({
      infcode: 0,
      refmsg_time: '20261123000001002',
      respond_time: '20261123000001030',
      err_msg: '',
      output: { a: 1 },
    });
    expect(answer.inf_refmsgid).toMatch(/^00000020261123000001\d{10}$/);
  });

  it.each([
    ['SERVICE_UNAVAILABLE', -1],
    ['OUTCOME_UNKNOWN', -1],
    ['INTERNAL_FAULT', -1],
    ['SERVICE_BUSY', -2],
    ['HOME_PROVINCE_DOWN', -2],
    ['PERSON_UNKNOWN', -2],
    ['IDEMPOTENCY_KEY_REUSED', -2],
    ['REQUEST_MALFORMED', -2],
  ] as const)('of %s says %d: whether something may have been done', (reason, infcode) => {
    const answer = refusalAnswer(new Rejection(reason), RECEIVED, ANSWERED);
    expect(nationalAnswer.parse(answer)).toMatchObject({ infcode, output: {} });
    expect(answer.err_msg).toMatch(new RegExp(`^${reason} \\[[一-龥]{2}\\] .*[一-龥]`));
  });

  it('cuts an endless message off', () => {
    const answer = refusalAnswer(new Rejection('REQUEST_MALFORMED', { problem: 'x'.repeat(500) }), RECEIVED, ANSWERED);
    expect(answer.err_msg).toHaveLength(200);
  });
});
