import type { Coverage, Range, Revision, Window } from '@elias/market-data';
import { coverageProblem, formatInstant, MISSING_RANGES_MAX, parseInstant, parseWindowId, windowId } from '@elias/market-data';
import { z } from 'zod';

/** Version of what a window's CSV, header and manifest hold. */
export const SCHEMA_VERSION = 1;

const count = z.int().min(0);
export const instantSchema = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/)
  .describe('UTC, whole seconds');
export const sha256Schema = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('hex');
export const idSchema = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
  .describe('UUID, lower case');

/** A window as somebody named it: right or wrong. `windowFromWire` decides. */
export const namedWindowSchema = z.object({
  id: z.string().max(200).describe('name of the window, e.g. candles/60/BTC-USD/2023-12-01'),
  dataset: z.string().max(64),
  product_id: z.string().max(64),
  granularity: z.int().describe('width of a candle, or of the window itself where it has none, seconds'),
  from: z.string().max(40).describe('first instant of the half-open period'),
  to: z.string().max(40).describe('first instant after the period'),
});
export type WireWindow = z.infer<typeof namedWindowSchema>;

export const windowSchema = namedWindowSchema.refine((wire) => windowProblem(wire) === null, 'the window does not exist');

export const revisionSchema = z.object({
  unknown: count.describe('periods that nobody knows; of trades, the trades that nobody knows'),
  open: count.describe('periods that were not over'),
  collected_at: instantSchema.describe("when the exchange gave it, by the exchange's clock"),
  collection_id: idSchema.describe('UUIDv7'),
});
export type WireRevision = z.infer<typeof revisionSchema>;

const rangeSchema = z.object({ from: instantSchema, to: instantSchema });
export const coverageSchema = z.object({
  present: count,
  no_trade: count,
  unknown: count,
  open: count,
  unknown_ranges: z.array(rangeSchema).describe('half-open, sorted, joined'),
  open_ranges: z.array(rangeSchema).describe('half-open, sorted, joined'),
  missing_ids: z
    .array(z.object({ first: count, last: count }))
    .max(MISSING_RANGES_MAX)
    .optional()
    .describe('of trades alone, which have no periods: ids of the trades that are unknown, both ends included, sorted, joined'),
});
export type WireCoverage = z.infer<typeof coverageSchema>;

export function windowToWire(window: Window): WireWindow {
  return {
    id: windowId(window),
    dataset: window.dataset,
    product_id: window.productId,
    granularity: window.granularity,
    from: formatInstant(window.fromMs),
    to: formatInstant(window.toMs),
  };
}

/** @throws RangeError when no such window exists, or its fields do not agree with its id */
export function windowFromWire(wire: WireWindow): Window {
  const window = parseWindowId(wire.id);
  const right = windowToWire(window);
  const wrong = (Object.keys(right) as (keyof WireWindow)[]).find((field) => right[field] !== wire[field]);
  if (wrong !== undefined) throw new RangeError(`window ${wire.id} has ${wrong} ${right[wrong]}, not ${wire[wrong]}`);
  return window;
}

export function revisionToWire(revision: Revision): WireRevision {
  const { unknown, open, collectedAtMs, collectionId } = revision;
  return { unknown, open, collected_at: formatInstant(collectedAtMs), collection_id: collectionId };
}

export function revisionFromWire(wire: WireRevision): Revision {
  return { unknown: wire.unknown, open: wire.open, collectedAtMs: parseInstant(wire.collected_at), collectionId: wire.collection_id };
}

export function coverageToWire(coverage: Coverage): WireCoverage {
  const toWire = (ranges: readonly Range[]): { from: string; to: string }[] =>
    ranges.map(({ fromMs, toMs }) => ({ from: formatInstant(fromMs), to: formatInstant(toMs) }));
  const { present, noTrade, unknown, open, unknownRanges, openRanges, missingIds } = coverage;
  const ranges = { unknown_ranges: toWire(unknownRanges), open_ranges: toWire(openRanges) };
  return { present, no_trade: noTrade, unknown, open, ...ranges, ...(missingIds === undefined ? {} : { missing_ids: [...missingIds] }) };
}

/** @throws RangeError when the coverage cannot be this window's */
export function coverageFromWire(window: Window, wire: WireCoverage): Coverage {
  const fromWire = (ranges: { from: string; to: string }[]): Range[] =>
    ranges.map(({ from, to }) => ({ fromMs: parseInstant(from), toMs: parseInstant(to) }));
  const { present, no_trade: noTrade, unknown, open } = wire;
  const coverage = {
    present,
    noTrade,
    unknown,
    open,
    unknownRanges: fromWire(wire.unknown_ranges),
    openRanges: fromWire(wire.open_ranges),
    ...(wire.missing_ids === undefined ? {} : { missingIds: wire.missing_ids }),
  };
  const problem = coverageProblem(window, coverage);
  if (problem !== null) throw new RangeError(`coverage of ${windowId(window)}: ${problem}`);
  return coverage;
}

/** What is unknown and open of a window as the ledgers keep it: `formatRanges`; of trades ids in place of periods. */
export function ledgerRanges(window: Window, { unknownRanges, openRanges, missingIds }: Coverage): { unknown: string; open: string } {
  const ids = missingIds?.map(({ first, last }) => `${first}+${last - first + 1}`).join(' ');
  return { unknown: ids ?? formatRanges(window, unknownRanges), open: formatRanges(window, openRanges) };
}

/**
 * Ranges as the ledgers keep them: `first+count` in periods of the window, separated by blanks, e.g. `1074+366 1441+1`. Short enough for
 * a VARCHAR even when every second period of a month is missing. Empty when there are none.
 */
export function formatRanges(window: Window, ranges: readonly Range[]): string {
  const widthMs = window.granularity * 1_000;
  return ranges.map(({ fromMs, toMs }) => `${(fromMs - window.fromMs) / widthMs}+${(toMs - fromMs) / widthMs}`).join(' ');
}

/**
 * The inverse of `formatRanges`.
 * @throws RangeError when the text is none that `formatRanges` gives
 */
export function parseRanges(window: Window, text: string): Range[] {
  const widthMs = window.granularity * 1_000;
  const ranges = (text === '' ? [] : text.split(' ')).map((part): Range => {
    const [, first, count] = /^(\d{1,7})\+(\d{1,7})$/.exec(part) ?? [];
    const fromMs = window.fromMs + Number(first) * widthMs;
    return { fromMs, toMs: fromMs + Number(count) * widthMs };
  });
  if (formatRanges(window, ranges) !== text) throw new RangeError(`not the ranges of ${windowId(window)}: ${text.slice(0, 100)}`);
  return ranges;
}

function windowProblem(wire: WireWindow): string | null {
  try {
    windowFromWire(wire);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
