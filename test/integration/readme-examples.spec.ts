import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { windowId } from '@elias/market-data';
import { itNeeding } from '../support/it-needing.js';
import { itWithPython, PYTHON } from '../support/it-with-python.js';
import { madeTelling } from '../support/made-telling.js';
import { readmeExample, readmeExamples } from '../support/readme-examples.js';
import { runExample } from '../support/run-example.js';
import { ReadmeScene } from './readme-scene.js';

const ARCHIVE = 'Read an archive';
const CONSUME = 'Consume candle windows';
const LIVE = 'Consume live events';
const QUERY = 'Query both stores';
const TRADES = 'Trades';

/** What the first example says that it prints, as the comments under it show it. */
const shown = readmeExample(ARCHIVE, 'sh')
  .split('\n')
  .filter((line) => line.startsWith('# '))
  .map((line) => line.slice(2));

/** README's day: its first candle is the one that README shows. */
const telling = madeTelling({
  telling: 'readme',
  minutes: [0, 1, 2, 60, 1_439],
  collectedAt: '2023-12-02T00:15:03Z',
  alter: (csv) => csv.replace(/^BTC-USD.*/m, shown[1]!),
});
const rows = telling.csv.toString().trimEnd().split('\n').slice(1);
const fields = rows.map((row) => row.split(','));
const told = `${windowId(telling.facts.window)} ${rows.length} ${rows.at(-1)!}\n`;

let scene: ReadmeScene;
beforeAll(async () => {
  scene = await ReadmeScene.of(telling);
}, 120_000);
afterAll(() => scene?.close(), 60_000);

it('runs every example; the commands at the top are what the end-to-end tests call', () => {
  const examples = readmeExamples().filter(({ heading, language }) => language !== 'text' && heading !== 'Two commands');
  expect(examples.map(({ heading, language }) => `${heading}: ${language}`)).toEqual([
    `${ARCHIVE}: sh`,
    `${ARCHIVE}: python`,
    `${CONSUME}: ts`,
    `${CONSUME}: python`,
    `${LIVE}: ts`,
    `${LIVE}: sh`,
    `${LIVE}: sql`,
    `${QUERY}: sql`,
    `${QUERY}: python`,
    `${TRADES}: sql`,
  ]);
});

itNeeding('unzip', ['-v'])('the archive’s first rows are printed as README shows them', async () => {
  const printed = await runExample(scene.folder, ['bash', '-euc', readmeExample(ARCHIVE, 'sh')]);
  expect(printed).toBe(`${shown.join('\n')}\n`);
});

itWithPython('boto3', 'pandas')('pandas reads the last day from S3, with values as they were told', async () => {
  const printed = await runPython(ARCHIVE);
  const lines = printed.trim().split('\n');
  const last = fields.slice(-3).map(([, , startedAt, open, , , close], i) => [String(rows.length - 3 + i), startedAt, open, close]);
  expect(lines.map((line) => line.trim().split(/\s+/))).toEqual([['started_at', 'open', 'close'], ...last]);
});

it('a consumer in TypeScript gets the window', async () => {
  writeFileSync(join(scene.folder, 'consume.ts'), readmeExample(CONSUME, 'ts'));
  expect(await runExample(scene.folder, [process.execPath, 'consume.ts'], { untilPrinted: told })).toContain(`\n${told}`);
});

itWithPython('confluent_kafka')('a consumer in Python gets the window', async () => {
  expect(await runPython(CONSUME, told)).toBe(told);
});

it('a client of the gateway gets a trade over WebSocket', async () => {
  const { data, position } = scene.trade;
  const line = `${data.trade_id} ${data.side} ${data.price} ${position.offset}\n`;
  writeFileSync(join(scene.folder, 'live.ts'), readmeExample(LIVE, 'ts'));
  expect(await runExample(scene.folder, [process.execPath, 'live.ts'], { untilPrinted: line })).toBe(line);
});

itNeeding('curl', ['--version'])('curl gets the trade as an event of a stream', async () => {
  const data = JSON.stringify(scene.trade.data);
  const command: [string, ...string[]] = ['bash', '-euc', readmeExample(LIVE, 'sh')];
  expect(await runExample(scene.folder, command, { untilPrinted: data })).toMatch(/^event: live\.trade\ndata: \{/m);
});

it('the view has settled candles and live ones', async () => {
  const shownRows = await scene.postgres.sql(readmeExample(LIVE, 'sql'));
  expect(shownRows.map(({ started_at, settled }) => [(started_at as Date).toISOString().slice(0, 10), settled])).toEqual([
    ['2023-12-02', false],
    ...rows.map(() => ['2023-12-01', true]),
  ]);
});

it('the query gives the same rows in Postgres and in Redshift', async () => {
  const sql = readmeExample(QUERY, 'sql');
  const instant = (value: unknown): string => (value instanceof Date ? value : new Date(`${String(value)}Z`)).toISOString();
  const plain = (row: Record<string, unknown>): unknown[] => [
    instant(row['started_at']),
    ...['open', 'close', 'volume'].map((name) => Number(row[name])),
  ];
  const newest = fields
    .map(([, , startedAt, open, , , close, volume]) => [instant(new Date(startedAt!)), Number(open), Number(close), Number(volume)])
    .reverse();
  expect((await scene.postgres.sql(sql)).map(plain)).toEqual(newest);
  expect((await scene.warehouse.rows(sql)).map(plain)).toEqual(newest);
});

itWithPython('boto3')('boto3 counts the candles over the Redshift Data API', async () => {
  expect(await runPython(QUERY)).toBe(`[[{'longValue': ${rows.length}}]]\n`);
});

function runPython(heading: string, untilPrinted?: string): Promise<string> {
  return runExample(scene.folder, [PYTHON, '-c', readmeExample(heading, 'python')], untilPrinted === undefined ? {} : { untilPrinted });
}

it('SQL tells how good the live plane was, and which candles their trades do not make', async () => {
  const [quality, differences] = readmeExample(TRADES, 'sql').trim().split('\n');
  expect(await scene.postgres.sql(quality!)).toEqual([]);
  const add = (table: string, columns: string, values: string): Promise<unknown> =>
    scene.postgres.sql(`INSERT INTO market.${table} (${columns}) VALUES (${values})`);
  const window = `'trades/BTC-USD/2023-12-01T13', 'BTC-USD', '2023-12-01T13:00Z', '2023-12-01T14:00Z', 'c'`;
  await add(
    'feed_quality',
    'window_id, product_id, from_at, to_at, collection_id, settled, missed, doubled, altered, unsettled, missed_ids',
    `${window}, 9, 2, 1, 0, 0, '{[4,6)}'`,
  );
  await add('candle_differences', 'product_id, started_at, rebuilt_close, close', `'BTC-USD', '2023-12-01T13:05Z', 1.5, 2`);
  expect(await scene.postgres.sql(quality!)).toMatchObject([{ settled: 9, missed: 2, late: 0, doubled: 1 }]);
  expect(await scene.postgres.sql(differences!)).toHaveLength(1);
});
