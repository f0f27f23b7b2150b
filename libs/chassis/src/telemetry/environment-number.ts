/** A variable of the OpenTelemetry specification that its SDK doesn't read by itself; undefined where it isn't a whole number above 0. */
export function positiveNumber(variable: string): number | undefined {
  const value = Number(process.env[variable]);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}
