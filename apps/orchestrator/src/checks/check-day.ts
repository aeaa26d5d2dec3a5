import { formatInstant } from '@elias/market-data';
import { checkEquality } from './check-equality.js';
import type { WindowInStores } from './check-equality.js';
import { checkProduct } from './check-product.js';
import type { ProductDay } from './check-product.js';
import type { CheckResult, CheckRules } from './check.js';
import { findHalts } from './find-halts.js';
import type { Halt, MinutesTraded } from './find-halts.js';

/** Everything that a day's checks look at. */
export interface DayToCheck {
  /** first instant of the day, milliseconds since the epoch */
  readonly dayMs: number;
  readonly products: readonly (ProductDay & {
    readonly minutesTraded: MinutesTraded | null;
    readonly windows: readonly WindowInStores[];
  })[];
  /** windows of all products */
  readonly shared: readonly WindowInStores[];
}

/** Every check of a day, product by product, then of the whole day. */
export function checkDay({ dayMs, products, shared }: DayToCheck, rules: CheckRules): CheckResult[] {
  const ofProducts = products.flatMap((product) => [...checkProduct(product, rules), checkEquality(product.productId, product.windows)]);
  return [
    ...ofProducts,
    checkEquality(null, shared),
    haltCheck(
      dayMs,
      products.flatMap(({ minutesTraded }) => minutesTraded ?? []),
    ),
  ];
}

function haltCheck(dayMs: number, minutes: readonly MinutesTraded[]): CheckResult {
  const name = 'halt';
  if (minutes.length === 0) return { name, productId: null, outcome: 'skipped', text: 'no minutes are loaded' };
  const halts = findHalts(minutes);
  if (halts.length === 0) return { name, productId: null, outcome: 'passed', text: 'the exchange never stood still' };
  const ranges = halts.map((halt) => ({ ...rangeOf(dayMs, halt), silent: halt.silent, of: halt.of }));
  const text = ranges.map(({ from, to, silent, of }) => `${silent} of ${of} busy products were silent from ${from} to ${to}`).join('; ');
  return { name, productId: null, outcome: 'warned', text, figures: { ranges } };
}

function rangeOf(dayMs: number, { from, to }: Halt): { from: string; to: string } {
  return { from: formatInstant(dayMs + from * 60_000), to: formatInstant(dayMs + to * 60_000) };
}
