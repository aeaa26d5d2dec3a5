import { createHash } from 'node:crypto';
import type { Outcome, WindowFacts } from '@elias/contracts';
import { deadLetter, ok } from '@elias/contracts';
import type { TradeWindow } from '@elias/market-data';
import { CheckTradeRows } from './check-trade-rows.js';

/** A window's CSV that is too large to be held: each call reads it from its beginning. */
export interface CsvStream {
  readonly bytes: number;
  chunks(): AsyncIterable<Uint8Array>;
}

/** What travels with a window of trades. */
export type TradeFacts = Pick<WindowFacts, 'rowCount' | 'csvSha256'> & { readonly window: TradeWindow };

export function isTradeFacts<T extends Pick<WindowFacts, 'window'>>(facts: T): facts is T & { readonly window: TradeWindow } {
  return facts.window.dataset === 'trades';
}

/** What `checkWindowCsv` does, for a window of trades that goes by in chunks. */
export class CheckWindowStream {
  private readonly hash = createHash('sha256');
  private readonly rows: CheckTradeRows;

  constructor(private readonly facts: TradeFacts) {
    this.rows = new CheckTradeRows(facts.window);
  }

  push(chunk: Uint8Array): void {
    this.hash.update(chunk);
    this.rows.push(chunk);
  }

  end(): Outcome<{ rows: number }> {
    const sha256 = this.hash.digest('hex');
    const { csvSha256, rowCount } = this.facts;
    if (sha256 !== csvSha256) return deadLetter('wrong-hash', new RangeError(`sha256 of the CSV is ${sha256}, not ${csvSha256}`));
    const checked = this.rows.end();
    if (typeof checked === 'string') return deadLetter('wrong-rows', new RangeError(checked));
    return checked === rowCount ? ok({ rows: checked }) : deadLetter('wrong-rows', new RangeError(`${checked} rows, not ${rowCount}`));
  }
}

/** @throws whatever the stream throws; a wrong CSV is an outcome */
export async function checkWindowStream(csv: CsvStream, facts: TradeFacts): Promise<Outcome<{ rows: number }>> {
  const check = new CheckWindowStream(facts);
  for await (const chunk of csv.chunks()) check.push(chunk);
  return check.end();
}
