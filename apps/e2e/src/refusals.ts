import { expect } from 'vitest';
import type { Problem } from './hospital-desk.js';

export type Answer = { readonly status: number; readonly headers: Record<string, unknown>; readonly text: string };

/** What goes on inside, and is nobody's business outside. */
const INSIDE = /SELECT|INSERT|UPDATE|\.[tj]s\b|node_modules|\\n\s+at |postgres|ECONN/gi;

/** An answer with what can be told of it only by looking at the whole. */
export function judged({ status, headers, text }: Answer): unknown {
  const problem = JSON.parse(text) as Problem;
  const { zh, en } = problem.messages ?? {};
  const detailIn = problem.detail === zh ? 'zh' : problem.detail === en ? 'en' : problem.detail;
  return { status, contentType: headers['content-type'], problem, detailIn, inside: text.match(INSIDE) };
}

/** RFC 9457 with a stable reason and a sentence in both languages. */
export function refusal(status: number, reason: string, language: 'zh' | 'en'): unknown {
  return {
    status,
    contentType: expect.stringMatching(/^application\/problem\+json\b/),
    problem: expect.objectContaining({
      type: `urn:yiditong:reason:${reason.toLowerCase().replaceAll('_', '-')}`,
      title: expect.stringMatching(/./),
      status,
      reason,
      messages: {
        zh: expect.stringMatching(/\p{Script=Han}.*。$/u),
        en: expect.stringMatching(/^[A-Z]\P{Script=Han}+\.$/u),
      },
    }),
    detailIn: language,
    inside: null,
  };
}
