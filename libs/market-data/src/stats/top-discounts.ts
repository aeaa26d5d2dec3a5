import type { AssetDiscountRow, Missing } from './asset-discounts.js';
import { inputsHash } from './inputs-hash.js';

/** Counts up with every change of a definition, so that rows of different ones are told apart. */
export const TOP_DISCOUNTS_DEFINITION_VERSION = 1;

/** Rows of `discounts_7d` and `discounts_30d` per day, unless others are asked for. */
export const TOP_DISCOUNTS_COUNT = 5;

/** Products that are no candidates, by id: the exchange calls them stablecoins, or somebody chose to leave them out. */
export type Exclusions = ReadonlyMap<string, 'fx_stablecoin' | 'excluded'>;

export interface TopDiscountsOptions {
  /** rows of other spans are passed over */
  readonly span: number;
  /** most rows in the table */
  readonly count: number;
  readonly excluded: Exclusions;
}

/** A row of `discounts_7d` or `discounts_30d`, by column. */
export interface TopDiscountRow {
  readonly as_of_date: string;
  /** 1 is the furthest below */
  readonly rank: number;
  readonly product_id: string;
  readonly price: string;
  readonly reference_price: string;
  readonly reference_date: string;
  readonly change: string;
  readonly discount: string;
  readonly high_n: string | null;
  readonly discount_to_high: string | null;
  readonly present_days: number;
  readonly no_trade_days: number;
  readonly unknown_days: number;
  readonly definition_version: number;
  /** of the row's own inputs; not of the products that it outranks */
  readonly inputs_hash: string;
}

export interface LeftOut {
  readonly product_id: string;
  readonly reason: 'fx_stablecoin' | 'excluded' | Missing;
}

export interface TopDiscounts {
  readonly rows: readonly TopDiscountRow[];
  /** by product id */
  readonly leftOut: readonly LeftOut[];
}

/**
 * The products furthest below their price of `span` days before, by the discounts as the table has them, so that a query over
 * `asset_discounts_daily` ranks alike: by discount, falling, then by product id. One that is not below is not in it.
 * @param rows of one day, in any order
 * @throws RangeError when the rows are of different days, or a product is there twice
 */
export function topDiscounts(rows: readonly AssetDiscountRow[], { span, count, excluded }: TopDiscountsOptions): TopDiscounts {
  const ofSpan = rows.filter((row) => row.span_days === span).sort((a, b) => byText(a.product_id, b.product_id));
  ofSpan.forEach((row, i) => {
    if (row.as_of_date !== ofSpan[0]!.as_of_date) throw new RangeError(`rows of ${ofSpan[0]!.as_of_date} and ${row.as_of_date}`);
    if (row.product_id === ofSpan[i + 1]?.product_id) throw new RangeError(`${row.product_id} is there twice`);
  });
  const leftOut: LeftOut[] = [];
  const ranked: Priced[] = [];
  for (const row of ofSpan) {
    const exclusion = excluded.get(row.product_id);
    if (exclusion !== undefined) leftOut.push({ product_id: row.product_id, reason: exclusion });
    else if (row.missing !== null) leftOut.push({ product_id: row.product_id, reason: row.missing });
    else if (isPriced(row) && Number(row.discount) > 0) ranked.push(row);
  }
  // the sort is stable: equal discounts stay in the order of their product ids
  ranked.sort((a, b) => Number(b.discount) - Number(a.discount));
  return { rows: ranked.slice(0, count).map((row, i) => topRow(row, i + 1)), leftOut };
}

type Priced = AssetDiscountRow & Record<'close' | 'reference_price' | 'reference_date' | 'change' | 'discount', string>;

function isPriced(row: AssetDiscountRow): row is Priced {
  return row.missing === null;
}

function topRow(row: Priced, rank: number): TopDiscountRow {
  return {
    as_of_date: row.as_of_date,
    rank,
    product_id: row.product_id,
    price: row.close,
    reference_price: row.reference_price,
    reference_date: row.reference_date,
    change: row.change,
    discount: row.discount,
    high_n: row.high_n,
    discount_to_high: row.discount_to_high,
    present_days: row.present_days,
    no_trade_days: row.no_trade_days,
    unknown_days: row.unknown_days,
    definition_version: TOP_DISCOUNTS_DEFINITION_VERSION,
    inputs_hash: inputsHash(['top_discounts', TOP_DISCOUNTS_DEFINITION_VERSION, rank, row.inputs_hash]),
  };
}

/** By bytes: product ids are ASCII. */
function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
