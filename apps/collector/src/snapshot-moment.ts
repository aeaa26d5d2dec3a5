import { encodeDayCsv } from '@elias/archive';
import type { DayRow } from '@elias/archive';
import type { Call, Told } from '@elias/coinbase';
import type { SnapshotWindow } from '@elias/market-data';
import { formatInstant, windowId } from '@elias/market-data';
import { NotOfTheDay, WindowNotServable } from './collection-errors.js';
import type { CollectParts } from './exchange.js';

/**
 * Whether it is time to ask for a day of what the exchange tells of its present alone: the day is over, and not for too long.
 * @throws WindowNotServable
 */
export async function checkMoment(window: SnapshotWindow, { exchange, snapshotLateMsMax }: CollectParts, call: Call): Promise<void> {
  const knownMs = await exchange.now(call);
  // the clock that is known runs a little late
  const nowMs = knownMs < window.toMs ? await exchange.time(call) : knownMs;
  const now = formatInstant(wholeSecond(nowMs));
  if (nowMs < window.toMs)
    throw new WindowNotServable('bad_request', `the day of ${windowId(window)} is not over: the exchange has ${now}`);
  if (nowMs <= window.toMs + snapshotLateMsMax) return;
  const hours = snapshotLateMsMax / 3_600_000;
  throw new WindowNotServable(
    'too_late',
    `the exchange tells ${window.dataset} of its present alone: ${windowId(window)} could be asked for until ${hours} h after its day, and it is ${now}`,
  );
}

/**
 * When an answer was so, milliseconds since the epoch, a whole second.
 * @throws NotOfTheDay it was before the day's end, or nobody says when
 */
export function momentOf(window: SnapshotWindow, { answeredAtMs }: Told<unknown>): number {
  if (answeredAtMs === null || answeredAtMs < window.toMs) throw new NotOfTheDay(window, answeredAtMs);
  return wholeSecond(answeredAtMs);
}

/** @throws WindowNotServable a row that the stores cannot take, or too long a text */
export function snapshotCsv(window: SnapshotWindow, rows: readonly DayRow[]): Buffer {
  try {
    return encodeDayCsv(window, rows);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new WindowNotServable('does_not_fit', `what the exchange told for ${windowId(window)} cannot be stored: ${error.message}`);
  }
}

export function wholeSecond(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}
