import { archiveRoots, dateFolderOf, listedArchives } from './listed-archives.js';

const folder = 'm/candles/granularity=60/product=BTC-USD/dt=2023-12-01/';
const zip = (tail: string): string => `${folder}BTC-USD_60_2023-12-01_r20231202T001503Z_${tail}_9f2c41d07ab3.zip`;
const objects = (...keys: string[]): { key: string }[] => keys.map((key) => ({ key }));

it('tells archives that stand, are withdrawn, and what is no archive', () => {
  const [first, second] = [zip('00000001'), zip('00000002')];
  const marker = second.replace('.zip', '.revoked.json');
  const listed = listedArchives(
    'm',
    objects(`${folder}SHA256SUMS`, first, marker, second, `${folder}notes.txt`, zip('00000003').replace('.zip', '.revoked.json')),
  );
  expect([...listed.standing]).toEqual([['candles/60/BTC-USD/2023-12-01', [{ key: first }]]]);
  expect([...listed.withdrawn]).toEqual([second]);
  expect(listed.foreign.map(({ key }) => key)).toEqual([`${folder}notes.txt`, zip('00000003').replace('.zip', '.revoked.json')]);
});

it('names the folders as S3 sorts them', () => {
  const roots = archiveRoots('/m/');
  expect(roots).toContain('m/candles/');
  expect([...roots].sort()).toEqual(roots);
  expect(archiveRoots('')).toContain('trades/');
});

it.each([
  [zip('00000001'), folder],
  ['tables/trades/product=BTC-USD/dt=2023-12-01/hour=13/data.csv.gz', 'tables/trades/product=BTC-USD/dt=2023-12-01/'],
  ['candles/odd.txt', 'candles/'],
])('finds the folder of %s', (key, expected) => {
  expect(dateFolderOf(key)).toBe(expected);
});
