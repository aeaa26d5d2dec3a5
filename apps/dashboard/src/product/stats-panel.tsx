import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import type { DayStats } from '../api/shapes.js';
import type { Resource } from '../api/use-resource.js';
import { amountText, percentText, priceText, signOf } from '../format/decimal.js';
import { Icon } from '../parts/icon.js';
import { Empty, Loaded, Panel } from '../parts/panel.js';
import { LineChart } from './chart.js';

/** So many days are listed; the chart shows all. */
const ROWS = 14;

/** Change against earlier prices over time, and the days' figures. */
export function StatsPanel({ resource }: { resource: Resource<{ stats: DayStats[] }> }): VNode {
  return (
    <Panel title="Discounts and stats" note="each day’s price against that of 7 and 30 days before">
      <Loaded resource={resource} what="stats" lines={6}>
        {({ stats }) =>
          stats.length === 0 ? (
            <Empty>No day is computed yet: it takes a day’s minutes and its daily candle.</Empty>
          ) : (
            <Stats stats={stats} />
          )
        }
      </Loaded>
    </Panel>
  );
}

function Stats({ stats }: { stats: DayStats[] }): VNode {
  const lines = useMemo(
    () => [
      { name: '7 days', dashed: false, points: stats.map(({ as_of_date, return_7d }) => ({ day: as_of_date, ratio: return_7d })) },
      { name: '30 days', dashed: true, points: stats.map(({ as_of_date, return_30d }) => ({ day: as_of_date, ratio: return_30d })) },
    ],
    [stats],
  );
  const told = stats.some(({ return_7d, return_30d }) => return_7d !== null || return_30d !== null);
  return (
    <>
      {told && stats.length > 1 && (
        <>
          <LineChart lines={lines} caption="Change against the price of 7 and of 30 days before, by day; the table says the same" />
          <ul class="legend" aria-label="Legend of the lines">
            <li>
              <span class="swatch swatch-line" aria-hidden="true" />
              against 7 days before
            </li>
            <li>
              <span class="swatch swatch-line swatch-dashed" aria-hidden="true" />
              against 30 days before
            </li>
          </ul>
        </>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label="Stats by day">
        <StatsTable rows={stats.slice(-ROWS).reverse()} />
      </div>
    </>
  );
}

function StatsTable({ rows }: { rows: DayStats[] }): VNode {
  return (
    <table class="table stats-table">
      <caption class="visually-hidden">Stats by UTC day, the newest first</caption>
      <thead>
        <tr>
          <th scope="col">Day</th>
          {['Close', '1 day', '7 days', '30 days', 'VWAP', 'Volume', 'High', 'Low', '30-day vol.'].map((name) => (
            <th key={name} scope="col" class="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((day) => (
          <tr key={day.as_of_date}>
            <th scope="row">
              {day.as_of_date}
              {day.partial && (
                <span class="tag tone-warn" title="some minute is unknown or open">
                  <Icon name="half" />
                  partial
                </span>
              )}
              {day.mismatch === true && (
                <span class="tag tone-bad" title="the minutes do not give the day’s own candle">
                  <Icon name="warning" />
                  mismatch
                </span>
              )}
            </th>
            <Price value={day.close} />
            <Change value={day.return_1d} />
            <Change value={day.return_7d} />
            <Change value={day.return_30d} />
            <Price value={day.vwap} />
            <td class="number" title={day.volume ?? undefined}>
              {day.volume === null ? '–' : amountText(day.volume)}
            </td>
            <Price value={day.high} />
            <Price value={day.low} />
            <td class="number" title={day.vol_30d ?? undefined}>
              {day.vol_30d === null ? '–' : percentText(day.vol_30d, { places: 1 })}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Price({ value }: { value: string | null }): VNode {
  return (
    <td class="number" title={value ?? undefined}>
      {value === null ? '–' : priceText(value)}
    </td>
  );
}

function Change({ value }: { value: string | null }): VNode {
  const tone = value === null ? '' : signOf(value) < 0 ? 'falls' : signOf(value) > 0 ? 'rises' : '';
  return (
    <td class={`number ${tone}`} title={value ?? undefined}>
      {value === null ? '–' : percentText(value, { signed: true })}
    </td>
  );
}
