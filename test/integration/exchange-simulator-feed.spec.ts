import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { WebSocket } from 'ws';
import { itWithPython, PYTHON } from '../support/it-with-python.js';
import { itRecorded, recordings } from '../support/recorded-day.js';
import { ServiceProcess } from '../support/service-process.js';

const CAPTURE = join(recordings ?? '', 'ws/capture-2021-04-17.jsonl.gz');

let simulator: ServiceProcess;
afterEach(() => simulator.end());

async function started(settings: Record<string, string>): Promise<string> {
  simulator = new ServiceProcess('exchange-simulator', { SIMULATOR_RATE_LIMIT: 'off', ...settings });
  await simulator.ready();
  return `ws://127.0.0.1:${/"port":(\d+)/.exec(simulator.output)?.[1] ?? ''}/`;
}

interface Recorded {
  dir: string;
  msg: { type: string; product_id: string };
}

/** What the capture holds, read by hand. */
function recorded(...types: string[]): Recorded['msg'][] {
  return gunzipSync(readFileSync(CAPTURE))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded)
    .filter(({ dir, msg }) => dir === 'in' && types.includes(msg.type))
    .map(({ msg }) => msg);
}

itRecorded('tells a recorded capture as it was, each message once and in order', async () => {
  const url = await started({ SIMULATOR_FEED_CAPTURE: CAPTURE, SIMULATOR_FEED_CAPTURE_SPEED: '30' });
  const productIds = [...new Set(recorded('last_match').map((message) => message.product_id))];
  const socket = new WebSocket(url);
  const told: Recorded['msg'][] = [];
  const wanted = recorded('match').length;
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', product_ids: productIds, channels: ['ticker', 'matches'] })));
    socket.on('message', (data: Buffer) => {
      told.push(JSON.parse(data.toString()) as Recorded['msg']);
      if (told.filter(({ type }) => type === 'match').length === wanted) setTimeout(resolve, 200);
    });
  });
  socket.terminate();
  expect(wanted).toBe(97);
  expect(told.filter(({ type }) => type === 'match')).toEqual(recorded('match'));
  const byProduct = (messages: readonly Recorded['msg'][]): Recorded['msg'][] =>
    [...messages].sort((one, other) => (one.product_id < other.product_id ? -1 : one.product_id > other.product_id ? 1 : 0));
  expect(byProduct(told.filter(({ type }) => type === 'last_match'))).toEqual(byProduct(recorded('last_match')));
  expect(byProduct(told.filter(({ type }) => type === 'ticker'))).toEqual(byProduct(recorded('ticker')));
});

const SCRIPT = `
import asyncio, json, sys, websockets

async def main():
    out = []
    async with websockets.connect(sys.argv[1]) as feed:
        await feed.send(json.dumps({'type': 'subscribe', 'product_ids': ['BTC-USD'], 'channels': ['heartbeat', 'ticker', 'matches']}))
        seen = set()
        while not {'subscriptions', 'heartbeat', 'ticker', 'last_match', 'match'} <= seen:
            message = json.loads(await asyncio.wait_for(feed.recv(), 20))
            seen.add(message['type'])
            out.append(message)
        pong = await feed.ping()
        await asyncio.wait_for(pong, 5)
    print(json.dumps(out))

asyncio.run(main())
`;

itWithPython('websockets')('a client of other make connects, is answered, and closes', async () => {
  const url = await started({});
  const load = JSON.stringify({ product_id: 'BTC-USD', per_second: 5 });
  const headers = { 'content-type': 'application/json' };
  expect((await fetch(`${url.replace('ws', 'http')}_simulator/feed-load`, { method: 'POST', headers, body: load })).status).toBe(200);
  const { stdout } = await promisify(execFile)(PYTHON, ['-c', SCRIPT, url], { timeout: 30_000 });
  const told = JSON.parse(stdout) as { type: string; product_id?: string; trade_id?: number }[];
  const [last, first] = ['last_match', 'match'].map((type) => told.find((message) => message.type === type)?.trade_id ?? 0);
  expect(first).toBe((last ?? 0) + 1);
  expect(told.filter(({ type }) => type !== 'subscriptions').every(({ product_id: productId }) => productId === 'BTC-USD')).toBe(true);
});
