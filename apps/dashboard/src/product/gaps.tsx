import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Gap, GapClass } from '../api/shapes.js';
import { countText } from '../format/decimal.js';
import { endMinuteText, instantText, minuteText } from '../format/instant.js';
import { periodsByClass } from './join-gaps.js';

const CLASSES: readonly { name: GapClass; text: string; means: string }[] = [
  { name: 'no_trade', text: 'no trade', means: 'the exchange answered late enough, and had none' },
  { name: 'unknown', text: 'unknown', means: 'nobody could tell' },
  { name: 'open', text: 'open', means: 'was not over when it was collected' },
];
const ROWS = 10;

/** What each pattern of the chart means, and how many candles it stands for. */
export function GapLegend({ gaps, granularity }: { gaps: readonly Gap[]; granularity: number }): VNode {
  const periods = periodsByClass(gaps, granularity);
  return (
    <ul class="legend" aria-label="Legend of the chart">
      <li>
        <span class="swatch swatch-up" aria-hidden="true" />
        rose
      </li>
      <li>
        <span class="swatch swatch-down" aria-hidden="true" />
        fell
      </li>
      {CLASSES.map(({ name, text, means }) => (
        <li key={name} title={means}>
          <span class={`swatch swatch-${name}`} aria-hidden="true" />
          {text}
          <span class="quiet">{countText(periods[name])}</span>
        </li>
      ))}
    </ul>
  );
}

/** The gaps of the chart as text. */
export function GapTable({ gaps, granularity }: { gaps: readonly Gap[]; granularity: number }): VNode {
  const [all, setAll] = useState(false);
  const daily = granularity >= 86_400;
  const shown = all ? gaps : worstFirst(gaps).slice(0, ROWS);
  return (
    <>
      <table class="table">
        <caption class="visually-hidden">Periods without a candle, in UTC</caption>
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col" class="number">
              From
            </th>
            <th scope="col" class="number">
              To
            </th>
            <th scope="col" class="number">
              {daily ? 'Days' : 'Minutes'}
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((gap) => (
            <tr key={gap.from}>
              <th scope="row" class="nowrap">
                <span class={`swatch swatch-${gap.class}`} aria-hidden="true" />{' '}
                {CLASSES.find(({ name }) => name === gap.class)?.text ?? gap.class}
              </th>
              <td class="number" title={instantText(gap.from)}>
                {daily ? gap.from.slice(0, 10) : minuteText(gap.from)}
              </td>
              <td class="number" title={instantText(gap.to)}>
                {daily ? gap.to.slice(0, 10) : endMinuteText(gap.to)}
              </td>
              <td class="number">{countText((Date.parse(gap.to) - Date.parse(gap.from)) / (granularity * 1_000))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {!all && gaps.length > ROWS && (
        <button type="button" class="button more" onClick={() => setAll(true)}>
          Show all {gaps.length} gaps
        </button>
      )}
    </>
  );
}

/** What is lacking before what is explained; each in time order. */
function worstFirst(gaps: readonly Gap[]): Gap[] {
  return [...gaps.filter((gap) => gap.class !== 'no_trade'), ...gaps.filter((gap) => gap.class === 'no_trade')];
}
