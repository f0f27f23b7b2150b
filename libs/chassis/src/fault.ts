import { QueryFailedError } from 'typeorm';

/** What of an error may stand in a log. */
export type Fault = {
  readonly msg: string;
  readonly type: string;
  readonly stack?: string | undefined;
  readonly sqlState?: string | undefined;
  readonly constraint?: string | undefined;
};

/**
 * Describes a fault for the log. Not the error itself: a failed query carries its parameters, and PostgreSQL's detail quotes
 * the row, which are people's data.
 */
export function describeFault(error: unknown): Fault {
  if (!(error instanceof Error)) return { msg: String(error), type: typeof error };
  const driver = error instanceof QueryFailedError ? (error.driverError as { code?: string; constraint?: string }) : {};
  const isQuery = error instanceof QueryFailedError;
  return {
    // PostgreSQL's own words quote the value that it could not read.
    msg: isQuery ? 'a query failed' : error.message,
    type: error.name,
    stack: isQuery ? placesOf(error.stack) : error.stack,
    sqlState: driver.code,
    constraint: driver.constraint,
  };
}

/** A stack without the message that it begins with. */
function placesOf(stack: string | undefined): string | undefined {
  return stack
    ?.split('\n')
    .filter((line) => line.startsWith('    at '))
    .join('\n');
}
