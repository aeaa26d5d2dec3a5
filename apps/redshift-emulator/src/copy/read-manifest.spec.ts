import { readManifest } from './read-manifest.js';

it('gives files with their sizes; doubles stay', () => {
  const entry = { url: 's3://bucket/a/b c.csv.gz', mandatory: true, meta: { content_length: 12 } };
  expect(readManifest(JSON.stringify({ entries: [entry, { url: 's3://bucket/x' }, entry] }))).toEqual([
    { bucket: 'bucket', key: 'a/b c.csv.gz', mandatory: true, bytes: 12 },
    { bucket: 'bucket', key: 'x', mandatory: false, bytes: null },
    { bucket: 'bucket', key: 'a/b c.csv.gz', mandatory: true, bytes: 12 },
  ]);
});

it.each([
  '',
  '[]',
  '{"entries":{}}',
  '{"entries":[]}',
  '{"entries":[{"mandatory":true}]}',
  '{"entries":[{"url":"s3://bucket"}]}',
  '{"entries":[{"url":"https://x/y"}]}',
])('refuses %j', (text) => {
  expect(() => readManifest(text)).toThrow(/^Problem reading manifest file - /);
});
