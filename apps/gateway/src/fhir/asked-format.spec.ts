import { Rejection } from '@yiditong/codes';
import { describe, expect, it } from 'vitest';
import { checkFormat } from './asked-format.js';
import { isFacade } from './operation-outcome.js';

function refusalOf(format: string | undefined, accept: string | undefined): string | null {
  try {
    checkFormat(format, accept);
    return null;
  } catch (error) {
    return error instanceof Rejection ? error.reason : 'a fault';
  }
}

describe('the format that is asked for', () => {
  it.each<[string | undefined, string | undefined, boolean]>([
    [undefined, undefined, true],
    [undefined, '*/*', true],
    [undefined, 'application/fhir+json', true],
    [undefined, 'application/fhir+json; fhirVersion=4.0', true],
    [undefined, 'application/json;charset=utf-8', true],
    [undefined, 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
    ['json', 'application/fhir+xml', true],
    ['application/fhir json', undefined, true],
    ['application/fhir+json', undefined, true],
    [undefined, 'application/fhir+xml', false],
    [undefined, 'application/fhir+json; fhirVersion=5.0', false],
    [undefined, 'application/fhir+xml, application/json;q=0', false],
    [undefined, 'text/html', false],
    ['xml', '*/*', false],
    ['ttl', undefined, false],
    ['', undefined, false],
  ])('_format %s and Accept %s: offered %s', (format, accept, offered) => {
    expect(refusalOf(format, accept)).toBe(offered ? null : 'FORMAT_NOT_OFFERED');
  });
});

describe('an address of the façade', () => {
  it.each<[string, boolean]>([
    ['/fhir/Claim/1', true],
    ['/fhir', true],
    ['/fhir?x', true],
    ['/fhirs', false],
    ['/v1/fhir/Claim', false],
    ['/', false],
  ])('%s: %s', (url, is) => expect(isFacade(url)).toBe(is));
});
