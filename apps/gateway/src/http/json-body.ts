import type { FastifyInstance } from 'fastify';
import { MalformedRequest } from './request-pipe.js';

/** A policy document has seven levels; nothing here has more. */
export const MAX_NESTING = 32;

const QUOTE = 34;
const BACKSLASH = 92;
const OPENING = new Set([91, 123]);
const CLOSING = new Set([93, 125]);

/**
 * Takes JSON and nothing else. How deep it is nested is counted before it is parsed, because parsing and validating go as deep
 * as the text does.
 */
export function readJsonOnly(instance: FastifyInstance): void {
  const parse = instance.getDefaultJsonParser('error', 'error');
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (isDeeperThan(MAX_NESTING, body))
      done(new MalformedRequest([{ path: 'body', message: `nested deeper than ${MAX_NESTING}` }]));
    else void parse(request, body, done);
  });
}

/** Whether lists and objects lie deeper in one another than that. Brackets inside texts don't count. */
export function isDeeperThan(limit: number, json: string): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (inText) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) inText = false;
    } else if (code === QUOTE) {
      inText = true;
    } else if (OPENING.has(code)) {
      depth += 1;
      if (depth > limit) return true;
    } else if (CLOSING.has(code)) {
      depth -= 1;
    }
  }
  return false;
}
