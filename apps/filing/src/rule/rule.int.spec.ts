import type { Actor } from '@yiditong/chassis';
import { NATION } from '@yiditong/codes';
import { FOUNDING_RULES, type RuleContent } from '@yiditong/eligibility';
import {
  atOnce,
  auditFaults,
  auditTrail,
  createTestDatabase,
  endOf,
  FixedClock,
  rowCounts,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { RuleService, type NewRule } from './rule.service.js';

const OPERATOR: Actor = { role: 'operator', region: NATION, subject: 'operator', rank: 'supervisor' };
const HEBEI: Actor = { role: 'bureau', region: '130000', subject: 'hebei', rank: 'supervisor' };

let db: TestDatabase;
let clock: FixedClock;
let rules: RuleService;
let requests = 0;

beforeAll(async () => {
  db = await createTestDatabase('filing', migrations);
  // 10:00 in Shanghai.
  clock = new FixedClock(new Date('2026-03-02T02:00:00Z'));
  rules = new RuleService(db.database, clock);
});
afterAll(() => db.drop());

const key = (): string => `request-${++requests}`;
const rule = (content: RuleContent, change: Partial<NewRule> = {}): NewRule => ({
  content,
  source: '省级统筹通知',
  validFrom: '2026-03-03',
  validTo: null,
  ...change,
});
const whole = (region: string): RuleContent => ({ kind: 'WHOLE_PROVINCE', region });

describe('the rules of filing', () => {
  it('begin with what the regulations say', async () => {
    const all = await rules.all();
    const said = all.map(({ ruleId: _ruleId, recordedAt: _recordedAt, ...founding }) => founding);
    expect(said).toHaveLength(FOUNDING_RULES.length);
    expect(said).toEqual(expect.arrayContaining([...FOUNDING_RULES]));
  });

  it('take one more from the next day on, which is there at once and in the trail', async () => {
    const published = await rules.publish(OPERATOR, key(), NATION, rule(whole('630000')));
    expect(await rules.all()).toContainEqual(published);
    expect(await auditTrail(db, published.ruleId)).toEqual([
      expect.objectContaining({ action: 'PUBLISH_RULE', province: NATION, actor: OPERATOR }),
    ]);
  });

  it.each([
    ['for today', '2026-03-02T02:00:00Z', '2026-03-02'],
    [
      'for tomorrow in the last minute of a day, of which not all replicas would hear',
      '2026-03-02T15:59:30Z',
      '2026-03-03',
    ],
  ])('take none %s', async (_, now, validFrom) => {
    clock.moveTo(new Date(now));
    const refused = rules.publish(OPERATOR, key(), NATION, rule(whole('640000'), { validFrom }));
    await expect(refused).rejects.toMatchObject({ reason: 'FILING_RULE_INVALID' });
    clock.moveTo(new Date('2026-03-02T02:00:00Z'));
  });

  it('take one of two about the same at once', async () => {
    const ends = await atOnce(5, () =>
      endOf(
        rules.publish(HEBEI, key(), '130000', rule({ kind: 'PROVINCE_POLICY', lockInMonths: 3, temporaryMonths: 6 })),
        'published',
      ),
    );
    expect(ends.toSorted()).toEqual([...Array<string>(4).fill('FILING_RULE_OVERLAPS'), 'published']);
  });

  it('are ended after a day that is not over, never one that is', async () => {
    const { ruleId } = await rules.publish(
      OPERATOR,
      key(),
      NATION,
      rule({ kind: 'OPENED_DISEASE', class: 'M099', nameZh: '试点病种' }),
    );
    clock.moveTo(new Date('2026-03-05T02:00:00Z'));
    await expect(rules.end(OPERATOR, key(), NATION, ruleId, '2026-03-04')).rejects.toMatchObject({
      reason: 'FILING_RULE_INVALID',
    });
    const ended = await rules.end(OPERATOR, key(), NATION, ruleId, '2026-03-05');
    expect(ended).toMatchObject({ validTo: '2026-03-05' });
    await expect(rules.end(OPERATOR, key(), NATION, ruleId, '2026-03-09')).rejects.toMatchObject({
      reason: 'FILING_RULE_INVALID',
    });
    expect(await rules.all()).toContainEqual(ended);
    expect((await auditTrail(db, ruleId)).map(({ action }) => action)).toEqual(['PUBLISH_RULE', 'END_RULE']);
    clock.moveTo(new Date('2026-03-02T02:00:00Z'));
  });

  it('of the nation are not there to a province that would end them', async () => {
    const [national] = (await rules.all()).filter(({ owner }) => owner === NATION);
    const before = await rowCounts(db);
    const refused = rules.end(HEBEI, key(), '130000', national?.ruleId ?? '', '2026-12-31');
    await expect(refused).rejects.toMatchObject({ reason: 'FILING_RULE_NOT_FOUND' });
    expect(await rowCounts(db)).toEqual(before);
  });

  it('that another replica entered are known here within seconds', async () => {
    const other = new RuleService(db.database, clock);
    await rules.all();
    const entered = await other.publish(OPERATOR, key(), NATION, rule(whole('530000')));
    expect(await rules.all()).not.toContainEqual(entered);
    clock.moveTo(new Date('2026-03-02T02:00:10Z'));
    expect(await rules.all()).toContainEqual(entered);
  });

  it('leave a sound trail', async () => expect(await auditFaults(db)).toEqual([]));
});
