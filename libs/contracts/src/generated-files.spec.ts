import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Parser } from '@asyncapi/parser';
import { asyncApi } from './async-api.js';
import { generatedFiles } from './generated-files.js';
import { TOPICS } from './topics.js';

const FOLDER = 'libs/contracts/generated';

it('has every generated file as the models give it (npm run generate)', () => {
  const files = generatedFiles();
  expect(globSync('**/*.*', { cwd: FOLDER }).sort()).toEqual(Object.keys(files).sort());
  for (const [path, text] of Object.entries(files)) {
    const file = join(FOLDER, path);
    expect({ path, text: existsSync(file) ? readFileSync(file, 'utf8') : 'missing' }).toEqual({ path, text });
  }
});

it('gives an AsyncAPI document that the official parser takes without an error', async () => {
  const { document, diagnostics } = await new Parser().parse(JSON.stringify(asyncApi()));
  expect(diagnostics.filter(({ severity }) => severity === 0).map(({ message, path }) => ({ message, path }))).toEqual([]);
  expect(
    document
      ?.channels()
      .all()
      .map((channel) => channel.address())
      .sort(),
  ).toEqual(
    Object.values(TOPICS)
      .map(({ name }) => name)
      .sort(),
  );
});
