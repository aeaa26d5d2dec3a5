import type { VNode } from 'preact';
import type { DayCoverage, Product } from '../api/shapes.js';
import { useResource } from '../api/use-resource.js';
import { amountText, percentText, priceText, signOf } from '../format/decimal.js';
import { dayAfter } from '../format/instant.js';
import { useLive } from '../live/live.js';
import { Empty, Loaded, Panel } from '../parts/panel.js';
import { productHash } from '../shell/route.js';
import { CoverageLegend, CoverageStrip } from './coverage-strip.js';

const COVERAGE_DAYS = 14;

export function ProductsPage(): VNode {
  const { pulse } = useLive();
  const resource = useResource<{ products: Product[] }>('/products', pulse);
  const last =
    (resource.value?.products ?? [])
      .flatMap(({ last_day }) => last_day ?? [])
      .sort()
      .at(-1) ?? null;
  const from = last === null ? null : dayAfter(last, 1 - COVERAGE_DAYS);
  const coverage = useResource<{ coverage: DayCoverage[] }>(last === null ? null : `/coverage?from=${from}&to=${last}`, pulse);
  const days = last === null ? [] : Array.from({ length: COVERAGE_DAYS }, (_, i) => dayAfter(last, i + 1 - COVERAGE_DAYS));
  return (
    <>
      <h1>Products</h1>
      <Panel title="Settled in Postgres" note={last === null ? undefined : `coverage ${from} to ${last}`}>
        <Loaded resource={resource} what="products" lines={10}>
          {({ products }) =>
            products.length === 0 ? (
              <Empty>No day of minutes is loaded yet.</Empty>
            ) : (
              <>
                <ProductTable products={products} days={days} coverage={coverage.value?.coverage ?? null} />
                <CoverageLegend />
              </>
            )
          }
        </Loaded>
      </Panel>
    </>
  );
}

function ProductTable({ products, days, coverage }: { products: Product[]; days: string[]; coverage: DayCoverage[] | null }): VNode {
  return (
    <table class="table product-table">
      <caption class="visually-hidden">Products with their last day</caption>
      <thead>
        <tr>
          <th scope="col">Product</th>
          <th scope="col">Coverage</th>
          <th scope="col" class="number">
            Close
          </th>
          <th scope="col" class="number">
            24 h
          </th>
          <th scope="col" class="number wide-only">
            Volume
          </th>
          <th scope="col" class="number wide-only">
            Days
          </th>
          <th scope="col" class="number wide-only">
            First day
          </th>
          <th scope="col" class="number wide-only">
            Last day
          </th>
        </tr>
      </thead>
      <tbody>
        {products.map(({ product_id, first_day, last_day, day_windows, last_close, last_volume_24h, change_24h }) => {
          const turn = change_24h === null ? 0 : signOf(change_24h);
          return (
            <tr key={product_id}>
              <th scope="row">
                <a class="nowrap" href={productHash(product_id)}>
                  {product_id}
                </a>
              </th>
              <td class="coverage-cell">
                {coverage === null ? '–' : <CoverageStrip days={days} coverage={coverage.filter((row) => row.product_id === product_id)} />}
              </td>
              <td class="number" title={last_close ?? undefined}>
                {last_close === null ? '–' : priceText(last_close)}
              </td>
              <td class={`number ${turn < 0 ? 'falls' : turn > 0 ? 'rises' : ''}`} title={change_24h ?? undefined}>
                {change_24h === null ? '–' : percentText(change_24h, { signed: true })}
              </td>
              <td class="number wide-only quiet" title={last_volume_24h ?? undefined}>
                {last_volume_24h === null ? '–' : amountText(last_volume_24h)}
              </td>
              <td class="number wide-only quiet">{day_windows}</td>
              <td class="number wide-only quiet">{first_day ?? '–'}</td>
              <td class="number wide-only quiet">{last_day ?? '–'}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
