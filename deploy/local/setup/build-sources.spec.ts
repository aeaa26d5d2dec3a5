import { staleOutput } from './build-sources.mjs';

it('finds compiled files without a source, and leaves others alone', () => {
  const output = [
    'dist/apps/a/src/main.js',
    'dist/apps/a/src/main.js.map',
    'dist/apps/a/src/gone.js',
    'dist/apps/a/src/gone.js.map',
    'dist/apps/a/data.json',
  ];
  expect(staleOutput(output, ['apps/a/src/main.ts'])).toEqual(['dist/apps/a/src/gone.js', 'dist/apps/a/src/gone.js.map']);
});
