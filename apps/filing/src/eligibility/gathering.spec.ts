import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Gathering } from './gathering.js';

describe('what is asked at the same time', () => {
  it('is answered at once where nothing is under way, and together where something is, each with its own answers', async () => {
    const pieces: number[][] = [];
    const gathering = new Gathering<number, string>(
      async (questions) => {
        pieces.push([...questions]);
        await sleep(5);
        return questions.map((question) => `answer ${question}`);
      },
      { most: 4, atOnce: 1 },
    );
    const answers = await Promise.all(
      [[1], [2], [3, 4], [5], [6, 7, 8, 9, 10], [11]].map((asked) => gathering.ask(asked)),
    );
    expect(answers).toEqual(
      [[1], [2], [3, 4], [5], [6, 7, 8, 9, 10], [11]].map((asked) => asked.map((n) => `answer ${n}`)),
    );
    expect(pieces).toEqual([[1], [2, 3, 4, 5], [6, 7, 8, 9, 10], [11]]);
  });

  it('goes wrong together, and the next is answered again', async () => {
    let broken = true;
    const gathering = new Gathering<number, number>(
      async (questions) => {
        await sleep(1);
        if (broken) throw new Error('no database');
        return questions;
      },
      { most: 10, atOnce: 1 },
    );
    const ends = await Promise.allSettled([gathering.ask([1]), gathering.ask([2])]);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    broken = false;
    expect(await gathering.ask([3])).toEqual([3]);
  });
});
