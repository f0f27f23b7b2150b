import { NATION } from '@yiditong/codes';
import { FOUNDING_RULES } from '@yiditong/eligibility';
import { describe, expect, it } from 'vitest';
import { readRuleContent } from './rule-content.js';

describe('a rule’s content', () => {
  it.each(FOUNDING_RULES.map(({ content }) => [content.kind, content] as const))(
    'of the founding rules is taken as it is: %s',
    (kind, content) => {
      const { kind: _kind, ...said } = content;
      expect(readRuleContent(NATION, kind, JSON.stringify(said))).toEqual(content);
    },
  );

  it.each([
    ['WHOLE_PROVINCE', NATION, '{"region":"320100"}', 'no province'],
    ['WHOLE_PROVINCE', NATION, '{"region":"320000","note":1}', 'note'],
    ['WHOLE_PROVINCE', '320000', '{"region":"320000"}', 'rule of the nation'],
    ['WHOLE_PROVINCE', NATION, '[]', 'object'],
    ['WHOLE_PROVINCE', NATION, '{', 'no JSON'],
    ['LINKED_PLACES', NATION, '{"regions":["139900","140100"]}', 'one province'],
    ['LINKED_PLACES', NATION, '{"regions":["130100","130100"]}', 'two places'],
    ['LINKED_PLACES', NATION, '{"regions":["130100","137700"]}', 'no place'],
    [
      'AGREEMENT',
      NATION,
      '{"name":"合作","parties":["130100","130200"],"effect":"EXEMPT","benefitLevel":"LOCAL"}',
      'two provinces',
    ],
    [
      'AGREEMENT',
      NATION,
      '{"name":"合作","parties":["130100","140100"],"effect":"NONE","benefitLevel":"LOCAL"}',
      'effect',
    ],
    ['OPENED_DISEASE', NATION, '{"class":"M03900","nameZh":"高血压"}', 'class'],
    ['PROVINCE_POLICY', '130000', '{"lockInMonths":7,"temporaryMonths":6}', 'lockInMonths'],
    ['PROVINCE_POLICY', '130000', '{"lockInMonths":3,"temporaryMonths":5}', 'temporaryMonths'],
    ['PROVINCE_POLICY', NATION, '{"lockInMonths":3,"temporaryMonths":6}', 'rule of a province'],
  ] as const)('is refused where it makes no sense: %s of %s %s', (kind, owner, json, problem) => {
    expect(() => readRuleContent(owner, kind, json)).toThrow(problem);
  });

  it('may be a province’s own lock-in, at most six months', () => {
    expect(readRuleContent('130000', 'PROVINCE_POLICY', '{"lockInMonths":6,"temporaryMonths":12}')).toEqual({
      kind: 'PROVINCE_POLICY',
      lockInMonths: 6,
      temporaryMonths: 12,
    });
  });
});
