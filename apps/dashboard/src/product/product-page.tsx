import type { ComponentChildren, VNode } from 'preact';
import { useCallback } from 'preact/hooks';
import type { DayStats, Product } from '../api/shapes.js';
import { useLoaded, useResource } from '../api/use-resource.js';
import { amountText, percentText, priceText, signOf } from '../format/decimal.js';
import { dayAfter, instantText, isDay } from '../format/instant.js';
import { useLive } from '../live/live.js';
import { Icon } from '../parts/icon.js';
import { Empty, Loaded, Panel } from '../parts/panel.js';
import { hashOf } from '../shell/route.js';
import type { ChartWidth } from '../shell/route.js';
import { CandleChart } from './chart.js';
import type { DrawnPeriod } from './draw-candles.js';
import { GapLegend, GapTable } from './gaps.js';
import { loadDay, loadYear } from './load-period.js';
import { RevisionsPanel } from './revisions-panel.js';
import { StatsPanel } from './stats-panel.js';

interface ProductPageProps {
  productId: string;
  /** null for the last day that is there */
  day: string | null;
  width: ChartWidth;
}

export function ProductPage({ productId, day, width }: ProductPageProps): VNode {
  const { pulse } = useLive();
  const products = useResource<{ products: Product[] }>('/products', pulse);
  const product = products.value?.products.find(({ product_id }) => product_id === productId) ?? null;
  // rows are asked for again when some were loaded, not whenever a run moves
  const loadedAt = product?.last_loaded_at ?? null;
  const stats = useResource<{ stats: DayStats[] }>(`/stats?product=${encodeURIComponent(productId)}&from=2000-01-01`, loadedAt);
  const lastStats = stats.value?.stats.at(-1)?.as_of_date ?? null;
  const settled = products.value !== null || products.error !== null;
  const shown = day ?? product?.last_day ?? (settled ? lastStats : null);
  return (
    <>
      <p class="crumb">
        <a href={hashOf({ page: 'products' })}>Products</a>
      </p>
      <div class="page-head">
        <h1>{productId}</h1>
        {product !== null && <ProductFigures product={product} />}
      </div>
      {shown === null ? (
        <Panel title="Candles">
          {settled && stats.value !== null ? (
            <Empty>There is nothing of {productId} in Postgres.</Empty>
          ) : (
            <Loaded resource={products} what="the product" lines={8}>
              {() => null}
            </Loaded>
          )}
        </Panel>
      ) : (
        <Period productId={productId} day={shown} width={width} product={product}>
          <StatsPanel resource={stats} />
        </Period>
      )}
    </>
  );
}

function ProductFigures({ product }: { product: Product }): VNode {
  const { last_close, change_24h, last_volume_24h, last_day, last_loaded_at, status } = product;
  const turn = change_24h === null ? 0 : signOf(change_24h);
  return (
    <dl class="figures">
      <div>
        <dt>Close</dt>
        <dd title={last_close ?? undefined}>{last_close === null ? '–' : priceText(last_close)}</dd>
      </div>
      <div>
        <dt>24 h</dt>
        <dd class={turn < 0 ? 'falls' : turn > 0 ? 'rises' : ''} title={change_24h ?? undefined}>
          {change_24h === null ? '–' : percentText(change_24h, { signed: true })}
        </dd>
      </div>
      <div>
        <dt>Volume</dt>
        <dd title={last_volume_24h ?? undefined}>{last_volume_24h === null ? '–' : amountText(last_volume_24h)}</dd>
      </div>
      <div>
        <dt>Last day</dt>
        <dd>{last_day ?? '–'}</dd>
      </div>
      {last_loaded_at !== null && (
        <div class="wide-only">
          <dt>Loaded (UTC)</dt>
          <dd>{instantText(last_loaded_at)}</dd>
        </div>
      )}
      {status !== undefined && status !== null && (
        <div>
          <dt>Status</dt>
          <dd>{status}</dd>
        </div>
      )}
    </dl>
  );
}

interface PeriodProps {
  productId: string;
  day: string;
  width: ChartWidth;
  product: Product | null;
  /** below the chart */
  children: ComponentChildren;
}

/** The chart of a day or a year, with what is missing in it, and the revisions of the day. */
function Period({ productId, day, width, product, children }: PeriodProps): VNode {
  const load = useCallback(
    (signal: AbortSignal): Promise<DrawnPeriod> => (width === 'minutes' ? loadDay : loadYear)(productId, day, signal),
    [productId, day, width],
  );
  const resource = useLoaded(load, product?.last_loaded_at ?? null);
  const words = width === 'minutes' ? `1-minute candles of ${day}, UTC` : `daily candles of the year to ${day}`;
  return (
    <div class="period">
      <div class="stack">
        <Panel
          title="Candles"
          note={words}
          class="period-chart"
          actions={<Choices productId={productId} day={day} width={width} product={product} />}
        >
          <Loaded resource={resource} what="candles" lines={12}>
            {(period) =>
              period.candles.length === 0 ? (
                <Empty>No candle is there for {width === 'minutes' ? day : `the year to ${day}`}.</Empty>
              ) : (
                <>
                  <CandleChart period={period} caption={`${productId}, ${words}; gaps are in the table`} />
                  <GapLegend gaps={period.gaps} granularity={period.granularity} />
                </>
              )
            }
          </Loaded>
        </Panel>
        {children}
      </div>
      <div class="stack">
        <Panel title="Gaps" note={width === 'minutes' ? `${day}, UTC` : undefined}>
          <Loaded resource={resource} what="gaps" lines={3}>
            {({ gaps, granularity }) =>
              gaps.length === 0 ? (
                <Empty>No candle is missing.</Empty>
              ) : (
                <GapTable key={day + width} gaps={gaps} granularity={granularity} />
              )
            }
          </Loaded>
        </Panel>
        <RevisionsPanel windowId={`candles/60/${productId}/${day}`} note={`minutes of ${day}`} />
      </div>
    </div>
  );
}

function Choices({
  productId,
  day,
  width,
  product,
}: {
  productId: string;
  day: string;
  width: ChartWidth;
  product: Product | null;
}): VNode {
  const go = (to: { day?: string; width?: ChartWidth }): string =>
    hashOf({ page: 'product', productId, day: to.day ?? day, width: to.width ?? width });
  return (
    <div class="choices">
      <div class="segments" role="group" aria-label="Width of the candles">
        <a href={go({ width: 'minutes' })} aria-current={width === 'minutes' ? 'true' : undefined}>
          Day
        </a>
        <a href={go({ width: 'days' })} aria-current={width === 'days' ? 'true' : undefined}>
          Year
        </a>
      </div>
      <div class="day-choice">
        <a class="icon-button" href={go({ day: dayAfter(day, -1) })} aria-label="The day before" title="The day before">
          <Icon name="left" />
        </a>
        <label>
          <span class="visually-hidden">Day, UTC</span>
          <input
            type="date"
            value={day}
            min={product?.first_day ?? undefined}
            max={product?.last_day ?? undefined}
            onChange={(event) => {
              if (isDay(event.currentTarget.value)) location.hash = go({ day: event.currentTarget.value });
            }}
          />
        </label>
        <a class="icon-button" href={go({ day: dayAfter(day, 1) })} aria-label="The day after" title="The day after">
          <Icon name="right" />
        </a>
      </div>
    </div>
  );
}
