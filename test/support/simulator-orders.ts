import { setTimeout as sleep } from 'node:timers/promises';
import { candleRow } from './candle-row.js';
import type { CandleRow } from './candle-row.js';
import type { WatchedWindow } from './watched-window.js';

const HEADERS = { 'user-agent': 'elias-test/0.1', 'content-type': 'application/json' };
const PAGE_CANDLES = 300;
/** In so long the exchange allows some requests more. */
const REFILL_MS = 300;

/** The exchange simulator: orders to its own side, and what it tells as an exchange. */
export class SimulatorOrders {
  constructor(private readonly url: string) {}

  async nowMs(): Promise<number> {
    return Date.parse((JSON.parse(await this.get('/time')) as { iso: string }).iso);
  }

  async order(path: 'faults' | 'edits' | 'clock', body: object): Promise<void> {
    const response = await fetch(`${this.url}/_simulator/${path}`, { method: 'POST', headers: HEADERS, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`the simulator refused ${path}: ${await response.text()}`);
  }

  async clear(path: 'faults' | 'edits'): Promise<void> {
    await fetch(`${this.url}/_simulator/${path}`, { method: 'DELETE' });
  }

  /** How often the faults that are planned have hit. */
  async hits(): Promise<number> {
    return (JSON.parse(await this.get('/_simulator/faults')) as { hit: number }[]).reduce((sum, { hit }) => sum + hit, 0);
  }

  /** A window as the exchange tells it now, page by page, numbers by their own text. */
  async candles({ productId, granularity, fromMs, toMs }: WatchedWindow): Promise<CandleRow[]> {
    const pageMs = PAGE_CANDLES * granularity * 1_000;
    const rows: CandleRow[] = [];
    for (let startMs = fromMs; startMs < toMs; startMs += pageMs) {
      const lastMs = Math.min(startMs + pageMs, toMs) - granularity * 1_000;
      const [start, end] = [startMs, lastMs].map((ms) => new Date(ms).toISOString());
      const page = await this.get(`/products/${productId}/candles?granularity=${granularity}&start=${start}&end=${end}`);
      rows.push(...pageRows(page).reverse());
    }
    return rows;
  }

  /** A collector at the same address may have used up what is allowed; then it is asked a little later. */
  private async get(path: string): Promise<string> {
    const response = await fetch(`${this.url}${path}`, { headers: HEADERS });
    const text = await response.text();
    if (response.status === 429) return sleep(REFILL_MS).then(() => this.get(path));
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text}`);
    return text;
  }
}

/** Rows `[time, low, high, open, close, volume]`, newest first. */
function pageRows(page: string): CandleRow[] {
  return [...page.matchAll(/\[([^[\]]+)\]/g)].map(([, row = '']) => {
    const [seconds, low = '', high = '', open = '', close = '', volume = ''] = row.split(',');
    return candleRow({ at: new Date(Number(seconds) * 1_000).toISOString(), low, high, open, close, volume });
  });
}
