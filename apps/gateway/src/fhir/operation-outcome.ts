import { currentTraceId } from '@yiditong/chassis';
import { REASONS, sentence, type Rejection } from '@yiditong/codes';
import { MalformedRequest } from '../http/request-pipe.js';
import { SYSTEMS } from './code-systems.js';
import type { FhirElement, FhirResource } from './fhir-json.js';

const FACADE = /^\/fhir(\/|\?|$)/;

/** FHIR's own word for what went wrong, by the status that the reason has. */
const ISSUE_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid',
  401: 'login',
  403: 'forbidden',
  404: 'not-found',
  406: 'not-supported',
  408: 'timeout',
  409: 'conflict',
  413: 'too-long',
  414: 'too-long',
  415: 'not-supported',
  422: 'business-rule',
  429: 'throttled',
  431: 'too-long',
  500: 'exception',
  503: 'transient',
};

/** Whether whoever asked for this address expects a resource, also where something went wrong. */
export function isFacade(url: string): boolean {
  return FACADE.test(url);
}

/** A refusal as FHIR says it: the stable reason as a code, its sentence as text. */
export function operationOutcome(rejection: Rejection, english: boolean): FhirResource {
  const { http } = REASONS[rejection.reason];
  const issue: FhirElement = {
    severity: http >= 500 ? 'fatal' : 'error',
    code: ISSUE_TYPES[http] ?? 'processing',
    details: {
      coding: [{ system: SYSTEMS.reason, code: rejection.reason }],
      text: sentence(rejection.reason, english ? 'en' : 'zh', rejection.params),
    },
    diagnostics: http >= 500 ? traceOf() : undefined,
  };
  return { resourceType: 'OperationOutcome', issue: [issue, ...placesOf(rejection)] };
}

/** Whoever reports a fault says which. What is told of refusals must not tell two of them apart. */
function traceOf(): string | undefined {
  const traceId = currentTraceId();
  return traceId ? `urn:trace:${traceId}` : undefined;
}

function placesOf(rejection: Rejection): FhirElement[] {
  if (!(rejection instanceof MalformedRequest)) return [];
  return rejection.errors.map(({ path, message }) => ({
    severity: 'error',
    code: 'value',
    diagnostics: `${path}: ${message}`,
  }));
}
