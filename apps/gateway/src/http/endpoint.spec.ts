import { OWN } from '@yiditong/access';
import { describe, expect, it } from 'vitest';
import { Endpoint, PUBLIC } from './endpoint.js';

const ROUTE = { method: 'GET', path: 'things', summary: 's' } as const;

/*
 * The types of these calls are the test: each expected error that the compiler doesn't find is an error of its own, and the
 * build reads specs. What a route without it does at the start is in server.spec.ts.
 */
describe('a route', () => {
  it('does not compile without saying who may call it', () => {
    const unsaid = [
      // @ts-expect-error: no access.
      () => Endpoint(ROUTE),
      // @ts-expect-error: access of nobody.
      () => Endpoint({ ...ROUTE, access: {} }),
      // @ts-expect-error: a rank alone lets nobody in.
      () => Endpoint({ ...ROUTE, access: { supervisor: true } }),
      // @ts-expect-error: no service calls the gateway.
      () => Endpoint({ ...ROUTE, access: { services: ['filing'] } }),
      // @ts-expect-error: no such role.
      () => Endpoint({ ...ROUTE, access: { anybody: OWN } }),
    ];
    expect(unsaid).toHaveLength(5);
  });

  it('compiles with one who may, or open to all', () => {
    for (const access of [{ bureau: OWN, supervisor: true }, { hospital: OWN, insured: OWN }, PUBLIC] as const)
      expect(Endpoint({ ...ROUTE, access })).toBeTypeOf('function');
  });
});
