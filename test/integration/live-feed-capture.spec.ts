import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { LiveScene } from '../support/live-scene.js';
import { itRecorded, recordings } from '../support/recorded-day.js';
import { until } from '../support/service-process.js';

interface Told {
  readonly type: string;
  readonly product_id: string;
  readonly trade_id: number;
  readonly side: string;
  readonly price: string;
}

const CAPTURE = join(recordings ?? '', 'ws/capture-2021-04-17.jsonl.gz');

/** Trades that the capture holds, read by hand. */
function recorded(): Told[] {
  const lines = gunzipSync(readFileSync(CAPTURE)).toString().trim().split('\n');
  const messages = lines.map((line) => JSON.parse(line) as { dir: string; msg: Told });
  return messages.filter(({ dir, msg }) => dir === 'in' && (msg.type === 'match' || msg.type === 'last_match')).map(({ msg }) => msg);
}

const nameOf = (productId: string, tradeId: number): string => `${productId} ${tradeId}`;

let scene: LiveScene | undefined;
afterAll(() => scene?.close());

itRecorded(
  'a recorded capture goes through, and gives its trades once each',
  async () => {
    const trades = new Map(recorded().map((trade) => [nameOf(trade.product_id, trade.trade_id), trade]));
    const products = [...new Set(recorded().map(({ product_id }) => product_id))];
    scene = await LiveScene.open({ products, simulator: { SIMULATOR_FEED_CAPTURE: CAPTURE, SIMULATOR_FEED_CAPTURE_SPEED: '10' } });
    const collector = await scene.start();
    const told = (): string[] => scene!.events('live.trade').map(({ product_id, trade_id }) => nameOf(product_id, trade_id));
    await until(
      () => told().length >= trades.size,
      60_000,
      () => `${told().length} of ${trades.size} trades\n${collector.output.slice(-2_000)}`,
    );
    expect(told().sort()).toEqual([...trades.keys()].sort());
    for (const { product_id, trade_id, side, price } of scene.events('live.trade')) {
      const trade = trades.get(nameOf(product_id, trade_id))!;
      // the channel tells the maker's side
      expect([side, Number(price)]).toEqual([trade.side === 'buy' ? 'sell' : 'buy', Number(trade.price)]);
    }
    expect(scene.deadLetters).toEqual([]);
  },
  120_000,
);
