import { createHash } from 'node:crypto';
import type { CandleColumns } from './candle-columns.js';
import { NO_TRADE, PERIOD_STATES, PRESENT } from './covered-candles.js';

export type HashedField = string | number | boolean | null | readonly HashedField[];

/**
 * What a row of stats rests on, as one hash: equal inputs under an equal definition give an equal row. Inputs are canonical values and
 * coverage, never revisions, so that a window collected again without news changes nothing.
 * @param inputs hashed as their JSON, which no two different lists share
 * @returns SHA-256, hex
 */
export function inputsHash(inputs: readonly HashedField[]): string {
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex');
}

/** Hash of every candle of a span, as `period,open,high,low,close,volume` for each, closed by a semicolon; a field of `inputsHash`. */
export function candlesHash({ candles, period }: CandleColumns): string {
  let text = '';
  for (let i = 0; i < candles.length; i += 1) {
    const { open, high, low, close, volume } = candles[i]!;
    text += `${period[i]},${open},${high},${low},${close},${volume};`;
  }
  // one byte per character, which spares a pass over half a gigabyte for 18 products and 400 days
  return createHash('sha256').update(text, 'latin1').digest('hex');
}

/** Periods of a span that are unknown or open, as one text: `unknown:0+720;open:1430+10;`, however the ranges were cut. */
export function coverageText({ states }: CandleColumns): string {
  let text = '';
  for (let first = 0, next = 0; first < states.length; first = next) {
    next = first + 1;
    while (next < states.length && states[next] === states[first]) next += 1;
    if (states[first] !== PRESENT && states[first] !== NO_TRADE) text += `${PERIOD_STATES[states[first]!]}:${first}+${next - first};`;
  }
  return text;
}
