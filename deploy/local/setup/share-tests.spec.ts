import { expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shareTests } from './share-tests.mjs';

const file = (number: number): string => `test/integration/subject-${number}.spec.ts`;

it('takes each file once, the longest first, and end-to-end tests alone', () => {
  const root = mkdtempSync(join(tmpdir(), 'elias-shares-'));
  try {
    for (const folder of ['test/integration', 'test/e2e/cases']) mkdirSync(join(root, folder), { recursive: true });
    for (const number of [1, 2, 3, 4, 5, 6]) writeFileSync(join(root, file(number)), 'x'.repeat(number));
    writeFileSync(join(root, 'test/e2e/week.spec.ts'), 'x');
    writeFileSync(join(root, 'test/e2e/stack.spec.ts'), 'xx');
    writeFileSync(join(root, 'test/e2e/cases/not-a-test.ts'), 'xxx');

    expect(shareTests(root)).toEqual([
      { name: 'e2e-1', files: ['test/e2e/stack.spec.ts'] },
      { name: 'e2e-2', files: ['test/e2e/week.spec.ts'] },
      { name: 'integration-1', files: [6, 5, 4, 3].map(file) },
      { name: 'integration-2', files: [2, 1].map(file) },
    ]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
