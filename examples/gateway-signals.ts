/**
 * Market events from the gateway over WebSocket: trades as they happen, and settled candles when their window is complete.
 *   node examples/gateway-signals.ts [--all] [--from FROM] PRODUCT...
 * FROM is latest, earliest or an instant. When the connection is lost it goes on behind the last event that it had. Candles of origin
 * backfill or replay tell of the past and are no signal now: they are passed over unless `--all` asks for them.
 * GATEWAY_URL says where the gateway is, else `.elias/stack.json` of `npm start`; GATEWAY_TOKEN is sent where it is set.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';

const options = { all: { type: 'boolean' }, from: { type: 'string', default: 'latest' } } as const;
const { values, positionals: products } = parseArgs({ options, allowPositionals: true });
const url = process.env.GATEWAY_URL ?? JSON.parse(readFileSync('.elias/stack.json', 'utf8')).gateway.url;
const token = process.env.GATEWAY_TOKEN;

/** The last position of each partition, to go on after. */
const positions = new Map<string, { topic: string; partition: number }>();

function connect(): void {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  socket.on('open', () => {
    const from = positions.size === 0 ? values.from : { after: [...positions.values()] };
    socket.send(JSON.stringify({ type: 'subscribe', products, types: ['live.trade', 'market.candle'], from }));
  });
  socket.on('message', (bytes) => {
    const message = JSON.parse(bytes.toString());
    for (const one of message.positions ?? [message.position ?? []].flat()) positions.set(`${one.topic}/${one.partition}`, one);
    if (message.type === 'error') console.error(message.code, message.message);
    if (message.type === 'live.trade') {
      const { product_id, trade_id, side, price, size } = message.data;
      console.log('trade', product_id, trade_id, side, price, size);
    }
    if (message.type === 'market.candle' && (message.data.origin === 'scheduled' || values.all)) {
      const { product_id, granularity, started_at, close } = message.data;
      console.log('candle', product_id, granularity, started_at, close);
    }
  });
  socket.on('error', (error) => console.error(error.message));
  socket.on('close', () => setTimeout(connect, 500));
}

connect();
