import { formatYuan, type Fen } from '@yiditong/money';
import { decimalText } from '../slip/written.js';

export const FHIR_TYPE = 'application/fhir+json; charset=utf-8';

/** A number that is written as it is, digit by digit: FHIR's decimals have a precision, and a double has another. */
export class ExactNumber {
  private constructor(readonly text: string) {}

  /** An integer of 10^-scale. */
  static ofScale(scaled: bigint, scale: number): ExactNumber {
    return new ExactNumber(decimalText(scaled, scale));
  }

  /** In yuan, with two decimals. */
  static ofFen(amount: Fen): ExactNumber {
    return new ExactNumber(formatYuan(amount));
  }
}

export type FhirValue = string | number | boolean | ExactNumber | FhirElement | readonly FhirValue[];
export type FhirElement = { readonly [name: string]: FhirValue | undefined };
export type FhirResource = FhirElement & { readonly resourceType: string };

/** A resource as JSON. What is undefined or an empty list is left out, for FHIR knows neither. */
export function fhirJson(resource: FhirResource): string {
  return written(resource);
}

function written(value: FhirValue): string {
  if (value instanceof ExactNumber) return value.text;
  if (typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(written).join(',')}]`;
  const members = Object.entries(value).flatMap(([name, member]) =>
    member === undefined || (isList(member) && member.length === 0)
      ? []
      : [`${JSON.stringify(name)}:${written(member)}`],
  );
  return `{${members.join(',')}}`;
}

function isList(value: FhirValue): value is readonly FhirValue[] {
  return Array.isArray(value);
}
