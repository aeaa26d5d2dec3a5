import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedFiles } from './generated-files.js';

/** Writes `libs/contracts/generated`; run from the root of the checkout (`npm run generate`). */
for (const [path, text] of Object.entries(generatedFiles())) {
  const file = join('libs/contracts/generated', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
