import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { declaredInputs, isRoute } from './declared-input.js';

const SOURCES = join(import.meta.dirname, '..');

/** Documents whose form the policy or the transaction decides, and totals by their names: each strictly and elsewhere. */
const OPEN_DOCUMENTS = [
  'PolicyController.propose body.document',
  'NationalController.exchange body.input',
  'EstimateController.estimate body.home.earlierThisYear',
];

type Controller = { readonly name: string; readonly prototype: Readonly<Record<string, unknown>> };

const routes = (await controllers()).flatMap((controller) =>
  Object.getOwnPropertyNames(controller.prototype)
    .filter((method) => method !== 'constructor' && isRoute(controller.prototype[method]))
    .map((method) => ({ route: `${controller.name}.${method}`, inputs: declaredInputs(controller, method) })),
);

describe('the routes', () => {
  it('are all there', () => expect(routes.length).toBeGreaterThan(18));

  it.each(routes)('$route takes nothing that no schema describes', ({ inputs }) => {
    expect(inputs.filter(({ schema }) => !(schema instanceof z.ZodType))).toEqual([]);
  });

  it.each(routes)('$route refuses fields that it doesn’t know', ({ route, inputs }) => {
    const loose = inputs.flatMap(({ source, schema }) => loosePlaces(schema, source));
    expect(loose.map((place) => `${route} ${place}`).filter((place) => !OPEN_DOCUMENTS.includes(place))).toEqual([]);
  });
});

describe('a schema', () => {
  const inner = z.strictObject({ a: z.string() });
  it.each<[string, z.ZodType, string[]]>([
    [
      'that is strict throughout',
      z.strictObject({ b: z.array(inner).optional(), c: z.union([inner, z.string()]) }),
      [],
    ],
    ['that drops what it doesn’t know', z.object({ a: z.string() }), ['body']],
    ['that keeps what it doesn’t know', z.looseObject({ a: z.string() }), ['body']],
    ['that is loose in a list', z.strictObject({ b: z.array(z.object({})) }), ['body.b[]']],
    ['that is loose where it may be absent', z.strictObject({ b: z.object({}).nullable().default(null) }), ['body.b']],
    ['that is loose in one of two forms', z.strictObject({ b: z.union([inner, z.object({})]) }), ['body.b']],
    ['that takes any names', z.strictObject({ b: z.record(z.string(), z.string()) }), ['body.b']],
    ['that takes anything', z.strictObject({ b: z.unknown() }), ['body.b']],
    ['that is loose before a change', z.object({}).transform(String), ['body']],
  ])('%s is known for it', (_, schema, places) => {
    expect(loosePlaces(schema, 'body')).toEqual(places);
  });
});

const LEAVES = [z.ZodString, z.ZodStringFormat, z.ZodNumber, z.ZodBoolean, z.ZodEnum, z.ZodLiteral, z.ZodNull];

/** Where a schema lets fields pass that it doesn't name. */
function loosePlaces(schema: unknown, at: string): string[] {
  if (schema instanceof z.ZodObject) {
    const inside = Object.entries(schema.def.shape).flatMap(([name, field]) => loosePlaces(field, `${at}.${name}`));
    return schema.def.catchall instanceof z.ZodNever ? inside : [at, ...inside];
  }
  if (schema instanceof z.ZodArray) return loosePlaces(schema.def.element, `${at}[]`);
  if (schema instanceof z.ZodUnion) return schema.def.options.flatMap((option) => loosePlaces(option, at));
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return loosePlaces(schema.def.innerType, at);
  if (schema instanceof z.ZodPipe) return loosePlaces(schema.def.in, at);
  return LEAVES.some((leaf) => schema instanceof leaf) ? [] : [at];
}

async function controllers(): Promise<Controller[]> {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.controller.ts'),
  );
  const modules = await Promise.all(
    files.map((file) => import(join(SOURCES, file)) as Promise<Readonly<Record<string, unknown>>>),
  );
  return modules.flatMap((module) =>
    Object.values(module).filter(
      (one): one is Controller & typeof one => typeof one === 'function' && one.prototype !== undefined,
    ),
  );
}
