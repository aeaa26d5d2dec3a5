import { text } from 'node:stream/consumers';
import { csvSha256 } from '@elias/archive';
import { exchangeTellingSchema } from '@elias/contracts';
import { candleWindowAt } from '@elias/market-data';
import { CollectWindow } from '../collect-window.js';
import { InMemoryExchange } from '../test-exchange.js';
import { TellWindow } from './tell-window.js';

const day = candleWindowAt('BTC-USD', 60, Date.UTC(2023, 11, 1));
const exchange = new InMemoryExchange(Date.UTC(2023, 11, 2, 0, 15));
const parts = { deadlineMs: 1_000, windowsAtOnce: 2, newCollectionId: () => '018c0000-0000-7000-8000-00000000000a', spoolFolder: '' };
const collectWindow = new CollectWindow({ ...parts, snapshotLateMsMax: 21_600_000, exchange });
const alive = new AbortController().signal;

it('tells a window as it would be published, behind every request', async () => {
  const answer = await text(await new TellWindow(collectWindow, () => 0.5).run(day, alive));
  const [head = '', ...lines] = answer.split('\n');
  const telling = exchangeTellingSchema.parse(JSON.parse(head));
  const csv = lines.join('\n');
  expect(telling).toMatchObject({
    window: { id: 'candles/60/BTC-USD/2023-12-01' },
    row_count: 1_440,
    coverage: { present: 1_440, unknown: 0, open: 0 },
    csv_sha256: csvSha256(Buffer.from(csv)),
    csv_bytes: csv.length,
  });
  expect(exchange.calls.map(({ priority }) => priority)).toEqual(Array.from({ length: 5 }, () => 'audit'));
});

it('asks for nothing without a part of the allowance', async () => {
  const asked = exchange.asked.length;
  await expect(new TellWindow(collectWindow, () => 0).run(day, alive)).rejects.toMatchObject({ reason: 'no_allowance', status: 503 });
  expect(exchange.asked).toHaveLength(asked);
});

it('says why the exchange tells nothing', async () => {
  const other = candleWindowAt('GONE-USD', 60, day.fromMs);
  await expect(new TellWindow(collectWindow, () => 1).run(other, alive)).rejects.toMatchObject({ reason: 'unknown_product', status: 404 });
});

it('does not begin when whoever asked is gone', async () => {
  const gone = AbortSignal.abort(new Error('gone'));
  await expect(new TellWindow(collectWindow, () => 1).run(day, gone)).rejects.toThrow('gone');
});
