import { Rejection } from '@yiditong/codes';
import { z } from 'zod';

/** `_format` counts before the Accept header (FHIR R4, 3.1.0.1.11). */
export const formatQuery = z.strictObject({
  _format: z.string().max(100).optional().describe('json 或 application/fhir+json'),
});
export type FormatQuery = z.infer<typeof formatQuery>;

const OFFERED: ReadonlySet<string> = new Set(['json', 'text/json', 'application/json', 'application/fhir+json']);
const ANY: ReadonlySet<string> = new Set(['*/*', 'application/*']);
const FHIR_VERSION = '4.0';

/** Rejects with FORMAT_NOT_OFFERED where the caller takes nothing that the façade gives: JSON of FHIR R4. */
export function checkFormat(format: string | undefined, accept: string | undefined): void {
  // A plus sign that isn't escaped arrives as a blank.
  const asked = format === undefined ? (accept ?? '*/*') : format.replace(' ', '+');
  if (!asked.split(',').some(isOffered)) throw new Rejection('FORMAT_NOT_OFFERED');
}

function isOffered(range: string): boolean {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const valueOf = (name: string): string | undefined =>
    parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1);
  const wanted = !/^0(\.0*)?$/.test(valueOf('q') ?? '1');
  const version = valueOf('fhirversion') ?? FHIR_VERSION;
  return wanted && version === FHIR_VERSION && (OFFERED.has(type) || ANY.has(type));
}
