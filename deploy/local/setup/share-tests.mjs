import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Starting Jest costs about two seconds, so small files go together. */
const FILES_PER_SHARE = 4;

/**
 * Cuts the tests that use servers into shares, each one run of Jest: the longest files first and alone, so that lanes that take one share
 * after the other end at nearly the same time. A file's length stands for its duration, which nobody knows before.
 * @param root top of the clone
 * @returns `{ name, files }`, `files` relative to `root`
 */
export function shareTests(root) {
  const endToEnd = specsIn(root, 'test/e2e').map((file, i) => ({ name: `e2e-${i + 1}`, files: [file] }));
  const integration = groupsOf(specsIn(root, 'test/integration'), FILES_PER_SHARE);
  return [...endToEnd, ...integration.map((files, i) => ({ name: `integration-${i + 1}`, files }))];
}

function specsIn(root, folder) {
  const specs = readdirSync(join(root, folder), { recursive: true }).filter((name) => name.endsWith('.spec.ts'));
  const sized = specs.map((name) => ({ file: relative(root, join(root, folder, name)), bytes: statSync(join(root, folder, name)).size }));
  return sized.sort((a, b) => b.bytes - a.bytes || (a.file < b.file ? -1 : 1)).map(({ file }) => file);
}

function groupsOf(files, size) {
  return Array.from({ length: Math.ceil(files.length / size) }, (_, i) => files.slice(i * size, (i + 1) * size));
}
