import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** In this order behind all others: what looks at cycles that others closed, and what looks for traces of people that others left. */
const LAST = ['object-access.e2e.spec.ts', 'canary.e2e.spec.ts'];

/** Lets specs that look at what others left run after those that could have left it. */
export class CanaryLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const named = (name: string) => sorted.filter(({ moduleId }) => moduleId.endsWith(`/${name}`));
    const [objects = [], canary = []] = LAST.map(named);
    const others = [...sorted.filter((file) => !objects.includes(file) && !canary.includes(file)), ...objects];
    const before = others.filter(({ moduleId }) => moduleId.endsWith('.e2e.spec.ts')).map(({ moduleId }) => moduleId);
    for (const { project } of canary) project.provide('before', before);
    return [...others, ...canary];
  }
}
