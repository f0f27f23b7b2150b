import { InvalidArgumentError } from 'commander';

/** An option's whole number of at least `least`; anything else is refused with what it should be. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,9}$/.test(text) && value >= least) return value;
    throw new InvalidArgumentError(`应为不小于 ${least} 的整数 It must be a whole number of at least ${least}.`);
  };
}

/** Runs a command's work; what stops it is told in a sentence, not in a stack trace. */
export async function tellProblems(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}
