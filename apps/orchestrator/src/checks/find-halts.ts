/** Minutes of one product's day. */
export interface MinutesTraded {
  /** minutes of the day that had a trade, 0 to 1,439, rising */
  readonly traded: readonly number[];
  /** minutes of which nothing is known, `[from, to)` each; they tell neither way */
  readonly unknown: readonly (readonly [from: number, to: number])[];
}

/** Minutes `[from, to)` of the day in which most products that trade every minute had no trade. */
export interface Halt {
  readonly from: number;
  readonly to: number;
  /** of so many products that were looked at, this many were silent in its worst minute */
  readonly silent: number;
  readonly of: number;
}

const MINUTES_OF_DAY = 1_440;
/** A product trades every minute when it does so in this share of the minutes in which anybody traded. */
const BUSY_SHARE = 0.95;
/** Fewer busy products say nothing about the exchange. */
const BUSY_PRODUCTS_MIN = 3;
/** Shorter silences happen by chance. */
const HALT_MINUTES_MIN = 2;

/**
 * Where the exchange seems to have stood still (design §3). An annotation: what the exchange answered stays what it is.
 * @param products every product of which the day is loaded
 */
export function findHalts(products: readonly MinutesTraded[]): Halt[] {
  const anybody = new Uint8Array(MINUTES_OF_DAY);
  for (const { traded } of products) for (const minute of traded) anybody[minute] = 1;
  const live = anybody.reduce((sum, one) => sum + one, 0);
  const busy = products.filter(({ traded }) => live > 0 && traded.length >= BUSY_SHARE * live);
  if (busy.length < BUSY_PRODUCTS_MIN) return [];

  const silent = new Int32Array(MINUTES_OF_DAY).fill(busy.length);
  const known = new Int32Array(MINUTES_OF_DAY).fill(busy.length);
  for (const { traded, unknown } of busy) {
    for (const minute of traded) silent[minute]! -= 1;
    for (const [from, to] of unknown) {
      for (let minute = from; minute < to; minute += 1) {
        silent[minute]! -= 1;
        known[minute]! -= 1;
      }
    }
  }
  const halts: Halt[] = [];
  for (let minute = 0; minute < MINUTES_OF_DAY; minute += 1) {
    if (!isStill(silent[minute]!, known[minute]!)) continue;
    const from = minute;
    while (minute < MINUTES_OF_DAY && isStill(silent[minute]!, known[minute]!)) minute += 1;
    if (minute - from >= HALT_MINUTES_MIN)
      halts.push({ from, to: minute, silent: Math.max(...silent.slice(from, minute)), of: busy.length });
  }
  return halts;
}

function isStill(silent: number, known: number): boolean {
  return known >= BUSY_PRODUCTS_MIN && silent > known / 2;
}
