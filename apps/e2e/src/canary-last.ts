import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Lets the spec that looks for traces of people run after those that could have left some. */
export class CanaryLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isCanary = ({ moduleId }: TestSpecification): boolean => moduleId.endsWith('canary.e2e.spec.ts');
    const [others, last] = [sorted.filter((file) => !isCanary(file)), sorted.filter(isCanary)];
    const before = others.filter(({ moduleId }) => moduleId.endsWith('.e2e.spec.ts')).map(({ moduleId }) => moduleId);
    for (const { project } of last) project.provide('before', before);
    return [...others, ...last];
  }
}
