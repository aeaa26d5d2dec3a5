import type { VNode } from 'preact';
import type { DiscountRow, Discounts } from '../api/shapes.js';
import { useResource } from '../api/use-resource.js';
import { percentText, priceText } from '../format/decimal.js';
import { useLive } from '../live/live.js';
import { Empty, Loaded, Panel } from '../parts/panel.js';
import { productHash } from '../shell/route.js';

const REASONS: Readonly<Record<string, string>> = {
  fx_stablecoin: 'a currency in another dress',
  price_unknown: 'the price of the day is not known',
  price_not_listed: 'not listed on the day',
  price_no_trade: 'no trade on the day',
  reference_unknown: 'the price then is not known',
  reference_not_listed: 'not listed then',
  reference_no_trade: 'no trade then',
  reference_zero: 'the price then was 0',
};

/** The five products furthest below their price of so many days before. */
export function DiscountsPanel({ days }: { days: 7 | 30 }): VNode {
  const resource = useResource<Discounts>(`/discounts?days=${days}`, useLive().pulse);
  const day = resource.value?.as_of_date ?? null;
  return (
    <Panel title={`${days}-day discounts`} note={day ?? undefined} class="discounts">
      <Loaded resource={resource} what={`${days}-day discounts`} lines={6}>
        {({ as_of_date, discounts, left_out }) => {
          if (as_of_date === null)
            return <Empty>No day is computed yet: it takes the day’s minutes and daily candles of {days} days before.</Empty>;
          return (
            <>
              {discounts.length === 0 ? (
                <Empty>No product is below its price of {days} days before.</Empty>
              ) : (
                <DiscountTable days={days} day={as_of_date} rows={discounts} />
              )}
              {left_out.length > 0 && <LeftOut rows={left_out} />}
            </>
          );
        }}
      </Loaded>
    </Panel>
  );
}

function DiscountTable({ days, day, rows }: { days: number; day: string; rows: DiscountRow[] }): VNode {
  // bars compare with the furthest; their length is no figure, so a float will do
  const furthest = Math.max(...rows.map(({ discount }) => Number(discount)));
  return (
    <table class="table">
      <caption class="visually-hidden">
        Five products furthest below their price of {days} days before, {day}
      </caption>
      <thead>
        <tr>
          <th scope="col" class="narrow">
            <span class="visually-hidden">Rank</span>
          </th>
          <th scope="col">Product</th>
          <th scope="col" class="number">
            Price
          </th>
          <th scope="col" class="number wide-only">
            {days} days before
          </th>
          <th scope="col" class="number">
            Discount
          </th>
          <th scope="col" class="number wide-only">
            Below high
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ rank, product_id, price, reference_price, reference_date, discount, discount_to_high }) => (
          <tr key={rank}>
            <td class="narrow quiet">{rank}</td>
            <th scope="row">
              <a href={productHash(product_id, day)}>{product_id}</a>
            </th>
            <td class="number" title={price}>
              {priceText(price)}
            </td>
            <td class="number wide-only quiet" title={`${reference_price} on ${reference_date}`}>
              {priceText(reference_price)}
            </td>
            <td class="number bar-cell" title={discount}>
              <span class="bar-behind" style={{ width: `${Math.max(2, (Number(discount) / furthest) * 100)}%` }} aria-hidden="true" />
              <span class="bar-text">{percentText(discount)}</span>
            </td>
            <td class="number wide-only quiet" title={discount_to_high ?? undefined}>
              {discount_to_high === null ? '–' : percentText(discount_to_high)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function LeftOut({ rows }: { rows: Discounts['left_out'] }): VNode {
  return (
    <details class="left-out">
      <summary>
        {rows.length} {rows.length === 1 ? 'product' : 'products'} could not be compared
      </summary>
      <ul>
        {rows.map(({ product_id, reason }) => (
          <li key={product_id}>
            <a href={productHash(product_id)}>{product_id}</a> {REASONS[reason] ?? reason.replaceAll('_', ' ')}
          </li>
        ))}
      </ul>
    </details>
  );
}
