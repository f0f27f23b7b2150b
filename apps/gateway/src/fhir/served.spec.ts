import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Clock, TARGETS } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { FixedClock } from '@yiditong/testing';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { LoggerModule } from 'nestjs-pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { REVOCATIONS } from '../auth/authenticator.js';
import { trustedIssuers } from '../auth/issuers.js';
import { edgeProviders } from '../http/edge-providers.js';
import { requestLimitsText } from '../http/request-limits.js';
import { createServer } from '../http/server.js';
import { SettledBillService } from '../slip/settled-bill.service.js';
import { SlipPrinter } from '../slip/slip-printer.js';
import { SlipController } from '../slip/slip.controller.js';
import { LINES, SETTLEMENT } from '../slip/spec-bill.js';
import { slipPdf } from '../slip/slip-pdf.js';
import { SYSTEMS } from './code-systems.js';
import { FhirController } from './fhir.controller.js';
import { PAID_NOTICE } from './spec-notice.js';

const NOW = new Date('2026-11-20T10:00:00Z');
const ISSUER = { issuer: 'https://id.nhsa.example', audience: 'yiditong' };
const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
const ID = SETTLEMENT.settlementId;
const RESOURCES = ['Claim', 'ClaimResponse', 'ExplanationOfBenefit'] as const;

/** What was asked of settlement, which has one settlement and gives two lines a page at most. */
let asked: unknown[] = [];
const settlement = {
  call: async (method: string, request: { settlementId: string; after: number; limit: number }) => {
    asked.push([method, request]);
    if (request.settlementId !== ID) throw new Rejection('SETTLEMENT_NOT_FOUND');
    if (method === 'getSettlement') return { settlement: SETTLEMENT };
    const lines = LINES.filter(({ line }) => (line?.lineNumber ?? 0) > request.after).slice(0, 2);
    const last = lines.at(-1)?.line?.lineNumber ?? 0;
    return { lines, nextAfter: last < LINES.length ? last : 0 };
  },
};

/** Clearing, which has one notice. */
const clearing = {
  call: async (method: string, request: { clearingMonth: string; noticeId: string }) => {
    asked.push([method, request]);
    if (request.noticeId !== PAID_NOTICE.notice?.noticeId)
      throw new Rejection('NOTICE_NOT_FOUND', { id: request.noticeId });
    return PAID_NOTICE;
  },
};
const PAYMENT = `2026-11.${PAID_NOTICE.notice?.noticeId}`;

let app: NestFastifyApplication;
beforeAll(async () => {
  const issuers = trustedIssuers.parse(JSON.stringify([{ ...ISSUER, jwks: { keys: [await exportJWK(publicKey)] } }]));
  const limits = requestLimitsText.parse(JSON.stringify({ insured: 3, windowSeconds: 60 }));
  @Module({
    imports: [DiscoveryModule, LoggerModule.forRoot({ pinoHttp: { level: 'silent' } })],
    controllers: [FhirController, SlipController],
    providers: [
      SettledBillService,
      // In this thread; what the printer's own does its spec says.
      { provide: SlipPrinter, useValue: { print: slipPdf } },
      { provide: TARGETS.settlement.token, useValue: settlement },
      { provide: TARGETS.clearingMonth.token, useValue: clearing },
      { provide: Clock, useValue: new FixedClock(NOW) },
      { provide: REVOCATIONS, useValue: { isRevoked: () => Promise.resolve(false) } },
      ...edgeProviders({ issuers, limits }),
    ],
  })
  class FacadeModule {}
  app = await createServer(FacadeModule, {});
  app.useLogger(false);
  await app.listen(0, '127.0.0.1');
});
afterAll(() => app.close());
beforeEach(() => {
  asked = [];
});

const HOSPITAL = { role: 'hospital', region: '110000', institution: 'H11010500001' };
const INSURED = { role: 'insured', region: '130000', person: SETTLEMENT.personId };

async function tokenOf(claims: object): Promise<string> {
  const iat = NOW.getTime() / 1_000;
  const who = { sub: 'somebody', jti: 'token-1', iat, exp: iat + 900 };
  return new SignJWT({ iss: ISSUER.issuer, aud: ISSUER.audience, ...who, ...claims })
    .setProtectedHeader({ alg: 'EdDSA' })
    .sign(privateKey);
}

async function get(url: string, claims: object | null, headers: Readonly<Record<string, string>> = {}) {
  const authorization = claims === null ? {} : { authorization: `Bearer ${await tokenOf(claims)}` };
  const answer = await app.inject({ method: 'GET', url, headers: { ...authorization, ...headers } });
  const isJson = String(answer.headers['content-type']).includes('json');
  return {
    status: answer.statusCode,
    type: answer.headers['content-type'],
    headers: answer.headers,
    bytes: answer.rawPayload,
    body: (isJson ? JSON.parse(answer.body) : {}) as Readonly<Record<string, unknown>>,
  };
}

/** The first issue says why; others may say where. */
const outcome = (code: string, reason: string): object => ({
  resourceType: 'OperationOutcome',
  issue: expect.arrayContaining([
    expect.objectContaining({
      code,
      details: expect.objectContaining({ coding: [{ system: SYSTEMS.reason, code: reason }] }),
    }),
  ]),
});

describe('the façade', () => {
  it.each(RESOURCES)('gives a %s with all of its lines', async (type) => {
    const answer = await get(`/fhir/${type}/${ID}`, HOSPITAL);
    expect([answer.status, answer.type]).toEqual([200, 'application/fhir+json; charset=utf-8']);
    expect(answer.body).toMatchObject({ resourceType: type, id: ID });
    expect(answer.body['item']).toHaveLength(LINES.length);
    expect(asked).toEqual([
      ['getSettlement', { settlementId: ID }],
      ['listSettledLines', { settlementId: ID, after: 0, limit: 1_000 }],
      ['listSettledLines', { settlementId: ID, after: 2, limit: 1_000 }],
    ]);
  });

  it.each<[string, object]>([
    ['bureau', { role: 'bureau', region: '610000', rank: 'clerk' }],
    ['operator', { role: 'operator', region: '000000', rank: 'clerk' }],
  ])('gives the %s a PaymentReconciliation of a notice', async (_, claims) => {
    const answer = await get(`/fhir/PaymentReconciliation/${PAYMENT}`, claims);
    expect([answer.status, answer.type]).toEqual([200, 'application/fhir+json; charset=utf-8']);
    expect(answer.body).toMatchObject({ resourceType: 'PaymentReconciliation', id: PAYMENT });
    expect(asked).toEqual([['getNotice', { clearingMonth: '2026-11', noticeId: PAID_NOTICE.notice?.noticeId }]]);
  });

  it('says what it can do to anybody', async () => {
    expect(await get('/fhir/metadata', null)).toMatchObject({
      status: 200,
      type: 'application/fhir+json; charset=utf-8',
      body: { resourceType: 'CapabilityStatement', fhirVersion: '4.0.1' },
    });
  });

  const operator = { role: 'operator', region: '000000', rank: 'clerk' };
  it.each<[string, string, object | null, number, string, string]>([
    ['what there isn’t', `/fhir/Claim/${SETTLEMENT.personId}`, HOSPITAL, 404, 'not-found', 'SETTLEMENT_NOT_FOUND'],
    ['an id that is none', '/fhir/Claim/42', HOSPITAL, 400, 'invalid', 'REQUEST_MALFORMED'],
    ['a resource that it doesn’t have', `/fhir/Patient/${ID}`, HOSPITAL, 404, 'not-found', 'ROUTE_NOT_FOUND'],
    ['without a credential', `/fhir/Claim/${ID}`, null, 401, 'login', 'CREDENTIAL_MISSING'],
    ['the operator', `/fhir/Claim/${ID}`, operator, 403, 'forbidden', 'NOT_PERMITTED'],
    ['as XML', `/fhir/Claim/${ID}?_format=xml`, HOSPITAL, 406, 'not-supported', 'FORMAT_NOT_OFFERED'],
    ['by a search', `/fhir/Claim/${ID}?patient=1`, HOSPITAL, 400, 'invalid', 'REQUEST_MALFORMED'],
    [
      'a payment that there isn’t',
      `/fhir/PaymentReconciliation/2026-11.${ID}`,
      operator,
      404,
      'not-found',
      'NOTICE_NOT_FOUND',
    ],
    ['a payment of no month', `/fhir/PaymentReconciliation/${ID}`, operator, 400, 'invalid', 'REQUEST_MALFORMED'],
    ['a payment, by a hospital', `/fhir/PaymentReconciliation/${PAYMENT}`, HOSPITAL, 403, 'forbidden', 'NOT_PERMITTED'],
    ['at no end', `/fhir/${'x'.repeat(3_000)}`, HOSPITAL, 414, 'too-long', 'ADDRESS_TOO_LONG'],
  ])('answers with an OperationOutcome when asked for %s', async (_, url, claims, status, code, reason) => {
    const answer = await get(url, claims);
    expect([answer.status, answer.type]).toEqual([status, 'application/fhir+json; charset=utf-8']);
    expect(answer.body).toMatchObject(outcome(code, reason));
  });

  it('takes an Accept header at its word', async () => {
    const xml = await get(`/fhir/Claim/${ID}`, HOSPITAL, { accept: 'application/fhir+xml', 'accept-language': 'en' });
    expect([xml.status, JSON.stringify(xml.body)]).toEqual([
      406,
      expect.stringContaining('offers FHIR R4 as JSON only'),
    ]);
    expect((await get(`/fhir/Claim/${ID}?_format=application/fhir%2Bjson`, HOSPITAL)).status).toBe(200);
  });

  it('counts a caller’s requests together with those under /v1', async () => {
    const statuses: number[] = [];
    for (const path of [`/fhir/Claim/${ID}`, `/v1/settlements/${ID}/slip`, `/fhir/Claim/${ID}`])
      statuses.push((await get(path, INSURED)).status);
    expect(statuses).toEqual([200, 200, 200]);
    const refused = await get(`/fhir/Claim/${ID}`, INSURED);
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '60']);
    expect(refused.body).toMatchObject(outcome('throttled', 'TOO_MANY_REQUESTS'));
  });
});

describe('the slip', () => {
  it('is given as JSON, without its lines unless they are asked for', async () => {
    const plain = await get(`/v1/settlements/${ID}/slip`, HOSPITAL);
    expect([plain.status, plain.body['title'], plain.body['lines']]).toEqual([200, '跨省异地就医住院费用结算单', null]);
    const whole = await get(`/v1/settlements/${ID}/slip?lang=en&lines=true`, HOSPITAL);
    expect([whole.body['title'], (whole.body['lines'] as unknown[]).length]).toEqual([
      'Settlement Slip: Inpatient',
      LINES.length,
    ]);
  });

  it('is given as PDF, to be kept in a file whose name says nothing of the person', async () => {
    const { status, type, headers, bytes } = await get(`/v1/settlements/${ID}/slip.pdf`, HOSPITAL);
    expect([status, type, bytes.subarray(0, 5).toString()]).toEqual([200, 'application/pdf', '%PDF-']);
    expect(headers).toMatchObject({
      'content-length': String(bytes.length),
      'content-disposition': `attachment; filename="settlement-slip-${ID}.pdf"`,
      'cache-control': 'no-store',
    });
  });

  it.each(['slip', 'slip.pdf'])('that there isn’t is a problem document: %s', async (name) => {
    const answer = await get(`/v1/settlements/${SETTLEMENT.personId}/${name}`, HOSPITAL);
    expect([answer.status, answer.type]).toEqual([404, 'application/problem+json; charset=utf-8']);
    expect(answer.body).toMatchObject({ reason: 'SETTLEMENT_NOT_FOUND' });
  });
});
