import { createHash } from 'node:crypto';
import type { Outcome, WindowFacts } from '@elias/contracts';
import { deadLetter, ok } from '@elias/contracts';
import type { Window } from '@elias/market-data';
import { checkCandleRows } from './check-candle-rows.js';
import { CheckTradeRows } from './check-trade-rows.js';
import { checkDayRows } from './day-rows-csv.js';

/** Hex SHA-256 of a window's CSV. */
export function csvSha256(csv: Uint8Array): string {
  return createHash('sha256').update(csv).digest('hex');
}

/**
 * Whether the bytes are the window that their facts tell of: hash, header, columns of each row, canonical values that fit the
 * stores, keys strictly rising, on the grid and inside the window, as many rows as told. Redshift enforces no keys, so this does.
 * @returns never throws; a wrong CSV is an outcome with the first wrong line in its cause
 */
export function checkWindowCsv(csv: Uint8Array, facts: Pick<WindowFacts, 'window' | 'rowCount' | 'csvSha256'>): Outcome<{ rows: number }> {
  const sha256 = csvSha256(csv);
  if (sha256 !== facts.csvSha256) return deadLetter('wrong-hash', new RangeError(`sha256 of the CSV is ${sha256}, not ${facts.csvSha256}`));
  const { window } = facts;
  const checked = checkRows(csv, window);
  if (typeof checked === 'string') return deadLetter('wrong-rows', new RangeError(checked));
  if (checked !== facts.rowCount) return deadLetter('wrong-rows', new RangeError(`${checked} rows, not ${facts.rowCount}`));
  return ok({ rows: checked });
}

function checkRows(csv: Uint8Array, window: Window): number | string {
  if (window.dataset === 'candles') return checkCandleRows(csv, window);
  if (window.dataset !== 'trades') return checkDayRows(csv, window);
  const trades = new CheckTradeRows(window);
  trades.push(csv);
  return trades.end();
}
