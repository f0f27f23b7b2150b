import { describe, expect, it } from 'vitest';
import { DeliveryTurns } from './delivery-turns.js';

const webhook = (webhookId: string) => ({ province: '610000', webhookId });
const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map(webhook) as [Hook, Hook, Hook, Hook, Hook];
type Hook = ReturnType<typeof webhook>;

/** Begins what was chosen, as the worker does, and answers it as text. */
function serve(turns: DeliveryTurns, ...due: Hook[]): string {
  const chosen = turns.choose(due);
  for (const { places, ...name } of chosen) for (let n = 0; n < places; n++) turns.begin(name);
  return chosen.map(({ webhookId, places }) => `${webhookId}${places}`).join(' ');
}

describe('the turns of webhooks', () => {
  it('give one receiver two places at most', () => {
    const turns = new DeliveryTurns();
    expect(serve(turns, a)).toBe('a2');
    expect(serve(turns, a)).toBe('');
    turns.end(a);
    expect(serve(turns, a)).toBe('a1');
  });

  it('give all receivers eight places at most', () => {
    const turns = new DeliveryTurns();
    expect(serve(turns, a, b, c, d, e)).toBe('a2 b2 c2 d2');
    turns.end(a);
    expect(serve(turns, e)).toBe('e1');
    expect(serve(turns, e)).toBe('');
  });

  it('let in who waits before who is being served, however much the latter has left', () => {
    const turns = new DeliveryTurns();
    serve(turns, a, b, c, d);
    turns.end(a);
    expect(serve(turns, a, b, c, d, e)).toBe('e1');
  });

  it('let in who was served longest ago', () => {
    const turns = new DeliveryTurns();
    serve(turns, a, b, c, d);
    for (const name of [d, d, a, a]) turns.end(name);
    serve(turns, d);
    for (const name of [d, d]) turns.end(name);
    expect(serve(turns, d, a, e)).toBe('e2 a2');
  });
});
