import { WebSocket } from 'ws';
import { percentile } from './bench-live-feed.js';

/** Clients of the gateway in a process of their own: URL, clients, messages that each is to get, products. Prints what they got. */
const [url = '', clients = '0', messages = '0', ...products] = process.argv.slice(2);
const expected = Number(messages);
const latenciesMs: number[] = [];
let wrong = 0;

await Promise.all(
  Array.from({ length: Number(clients) }, (_, i) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
    socket.on('open', () =>
      socket.send(JSON.stringify({ type: 'subscribe', products: [products[i % products.length]], types: ['live.trade'] })),
    );
    let last = 0;
    return new Promise<void>((resolve) => {
      socket.on('close', () => resolve());
      socket.on('message', (bytes: Buffer) => {
        const { type, data } = JSON.parse(bytes.toString()) as { type: string; data: { trade_id: number; received_at: string } };
        if (type !== 'live.trade') return;
        latenciesMs.push(Date.now() - Date.parse(data.received_at));
        if (data.trade_id !== last + 1) wrong += 1;
        last = data.trade_id;
        if (last === expected) socket.close();
      });
    });
  }),
);

const p = (share: number): number => percentile(latenciesMs, share);
process.stdout.write(`${JSON.stringify({ received: latenciesMs.length, wrong, p50Ms: p(0.5), p99Ms: p(0.99), maxMs: p(1) })}\n`);
