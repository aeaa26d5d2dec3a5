const HEADERS = { 'user-agent': 'elias-test/0.1' };

interface ToldTrade {
  time: string;
  trade_id: number;
  price: string;
  size: string;
  side: 'buy' | 'sell';
}

/**
 * The lines that a window's CSV is to have: every trade that the simulator tells of a period, page by page down from the newest, written by
 * rules of our own.
 */
export async function toldTrades(url: string, productId: string, { fromMs, toMs }: { fromMs: number; toMs: number }): Promise<string[]> {
  const lines: string[] = [];
  let after = '';
  for (;;) {
    const response = await fetch(`${url}/products/${productId}/trades?limit=1000${after}`, { headers: HEADERS });
    if (response.status !== 200) throw new Error(`trades of ${productId}: ${response.status}`);
    const page = (await response.json()) as ToldTrade[];
    for (const trade of page) {
      const atMs = Date.parse(trade.time);
      if (atMs >= fromMs && atMs < toMs) lines.push(lineOf(productId, trade));
    }
    const oldest = page.at(-1);
    if (oldest === undefined || Date.parse(oldest.time) < fromMs - 60_000) return lines.reverse();
    after = `&after=${oldest.trade_id}`;
  }
}

/** The exchange names the maker's side; times have no zeros at their end, and prices and sizes as many as fit. */
function lineOf(productId: string, { time, trade_id, price, size, side }: ToldTrade): string {
  const plain = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  return [productId, trade_id, new Date(time).toISOString(), side === 'buy' ? 'sell' : 'buy', plain(price), plain(size)].join();
}
