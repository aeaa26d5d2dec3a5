import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { ensureTopics, placeRecord } from '@elias/kafka';
import { TOPICS } from '@elias/contracts';
import { GatewayScene, ownProduct } from '../support/gateway-scene.js';
import { itNeeding } from '../support/it-needing.js';
import { itWithPython, PYTHON } from '../support/it-with-python.js';
import { madeTrade } from '../support/made-live-events.js';
import { madeTelling } from '../support/made-telling.js';
import type { ServiceProcess } from '../support/service-process.js';
import { until } from '../support/service-process.js';
import { OwnBroker } from './kafka-own-broker.js';

jest.setTimeout(90_000);

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const product = ownProduct();
const TRADES = [1, 2].map((id) => `trade ${product} ${id} ${id % 2 === 0 ? 'buy' : 'sell'} ${40_000 + id}.5 0.${1 + id}`);
const candles = (day: string): string[] => {
  const [, ...rows] = telling(day).csv.toString().trimEnd().split('\n');
  return rows.map((row) => {
    const [name, width, startedAt, , , , close] = row.split(',');
    return `candle ${name} ${width} ${startedAt} ${close}`;
  });
};

/** The first day was asked for by the schedule, the second one is a backfill. */
const telling = (day: string) => madeTelling({ productId: product, telling: `${product} ${day}`, day, minutes: [0, 1] });
const [SCHEDULED, BACKFILL] = ['2023-12-01', '2022-06-01'] as const;

let broker: OwnBroker;
let scene: GatewayScene;
let gateway: ServiceProcess;
const examples: ChildProcess[] = [];

beforeAll(async () => {
  // an own broker: whoever reads the real topics from their beginning would meet what other tests wrote wrong on purpose
  broker = await OwnBroker.create();
  scene = new GatewayScene(broker.brokers);
  await scene.feed.open();
  await ensureTopics(scene.feed.client, [TOPICS.windowsCandles]);
  gateway = await scene.start();
  const { record } = telling(BACKFILL);
  const backfill = { ...placeRecord(record), headers: backfilled(record.headers) };
  await scene.feed.client.producer().send([backfill, placeRecord(telling(SCHEDULED).record)]);
  await scene.feed.publish([1, 2].map((id) => madeTrade(product, id)));
  await scene.feed.publish([madeTrade(ownProduct(), 1)]);
}, 120_000);
afterEach(() => {
  for (const child of examples.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  await scene.close();
  await broker.remove();
}, 60_000);

function backfilled(headers: Record<string, string>): Record<string, string> {
  const facts = JSON.parse(headers['elias_window']!) as object;
  return { ...headers, elias_window: JSON.stringify({ ...facts, origin: 'backfill' }) };
}

/** Lines that an example printed so far. */
async function run(program: string, ...args: string[]): Promise<{ lines: () => string[]; said: () => string }> {
  const env = {
    ...{ PATH: process.env['PATH'], PYTHONUNBUFFERED: '1', KAFKA_BROKERS: broker.brokers.join(','), GATEWAY_URL: await gateway.url() },
    GROUP_ID: `example-${examples.length}-${args.join('-').replaceAll(/[^A-Za-z0-9]/g, '')}`,
  };
  const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  examples.push(child);
  let [printed, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return { lines: () => printed.split('\n').filter((line) => /^(?:trade|candle) /.test(line)), said: () => `${printed}\n${errors}` };
}

/** The example prints the trades and the settled candles; the backfilled ones only if it was asked to. Order is each topic's own. */
async function expectSignals(program: string, ...args: string[]): Promise<void> {
  const [calm, asked] = [await run(program, ...args, product), await run(program, ...args, '--all', product)];
  const expected = [...TRADES, ...candles(SCHEDULED)];
  await until(
    () => calm.lines().length >= expected.length && asked.lines().length >= expected.length + 2,
    60_000,
    () => `${calm.said()}\n---\n${asked.said()}`,
  );
  expect([...calm.lines()].sort()).toEqual([...expected].sort());
  expect([...asked.lines()].sort()).toEqual([...expected, ...candles(BACKFILL)].sort());
}

it('kafka-signals.ts', () => expectSignals(process.execPath, 'examples/kafka-signals.ts'));

it('gateway-signals.ts', () => expectSignals(process.execPath, 'examples/gateway-signals.ts', '--from', 'earliest'));

it('gateway-signals.ts goes on where it was when the gateway is another one', async () => {
  const own = ownProduct();
  const example = await run(process.execPath, 'examples/gateway-signals.ts', '--from', 'earliest', own);
  await scene.publishTrades(own, { count: 20 });
  await until(() => example.lines().length === 20, 30_000, example.said);
  const port = new URL(await gateway.url()).port;
  gateway.kill('SIGKILL');
  await gateway.exited;
  await scene.publishTrades(own, { from: 21, count: 20 });
  gateway = await scene.start({ HTTP_PORT: port });
  await until(() => example.lines().length >= 40, 30_000, example.said);
  expect(example.lines().map((line) => Number(line.split(' ')[2]))).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
});

itWithPython('confluent_kafka')('kafka_signals.py', () => expectSignals(PYTHON, 'examples/kafka_signals.py'));

itWithPython('websockets')('gateway_signals.py', () => expectSignals(PYTHON, 'examples/gateway_signals.py', '--from', 'earliest'));

itNeeding('kcat', ['-V'])('kcat-trades.sh', async () => {
  const example = await run('sh', 'examples/kcat-trades.sh', broker.brokers.join(','), 'beginning');
  const trades = () =>
    example
      .said()
      .split('\n')
      .filter((line) => line.startsWith(`${product} `));
  await until(() => trades().length === 2, 30_000, example.said);
  const [key, partition, offset, ...json] = trades()[0]!.split(' ');
  expect([key, Number(partition) >= 0, offset]).toEqual([product, true, '0']);
  expect(JSON.parse(json.join(' '))).toMatchObject({ trade_id: 1, price: '40001.5' });
});
