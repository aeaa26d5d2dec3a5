import { CandlestickSeries, createChart, CrosshairMode, HistogramSeries, LineSeries } from 'lightweight-charts';
import type { IChartApi, UTCTimestamp } from 'lightweight-charts';
import type { Candle, Gap, Range } from '../api/shapes.js';
import { pricePlaces } from '../format/decimal.js';
import { GapStripes } from './gap-stripes.js';

/** Candles of one period. Their decimals become floats here, for pixels alone: whatever is written beside the chart stays text. */
export interface DrawnPeriod extends Range {
  /** width of a candle, seconds */
  granularity: number;
  candles: readonly Candle[];
  gaps: readonly Gap[];
}

/** One line of ratios over days, e.g. the change against the price of 7 days before. */
export interface DrawnLine {
  name: string;
  dashed: boolean;
  points: readonly { day: string; ratio: string | null }[];
}

const VOLUME_SHARE = 0.2;
/** Room for the first label of the time axis, as a part of the period. */
const LEFT_MARGIN = 0.012;

/**
 * Draws into an element until it is told to stop.
 * @param pointAt is told which candle the pointer is on; null when on none
 */
export function drawCandles(host: HTMLElement, period: DrawnPeriod, pointAt: (startedAt: string | null) => void): () => void {
  const ink = inks(host);
  const chart = chartIn(host);
  const { candles, gaps, granularity, from, to } = period;
  const places = Math.max(2, ...candles.slice(0, 50).map(({ close }) => pricePlaces(close)));
  const price = chart.addSeries(CandlestickSeries, {
    upColor: ink('panel'),
    borderUpColor: ink('chart-up'),
    wickUpColor: ink('chart-up'),
    downColor: ink('chart-down'),
    borderDownColor: ink('chart-down'),
    wickDownColor: ink('chart-down'),
    priceLineColor: ink('text-2'),
    priceFormat: { type: 'price', precision: Math.min(10, places), minMove: 1 / 10 ** Math.min(10, places) },
  });
  const volume = chart.addSeries(HistogramSeries, {
    priceScaleId: 'volume',
    priceFormat: { type: 'volume' },
    lastValueVisible: false,
    priceLineVisible: false,
  });
  price.priceScale().applyOptions({ scaleMargins: { top: 0.06, bottom: VOLUME_SHARE + 0.04 } });
  volume.priceScale().applyOptions({ scaleMargins: { top: 1 - VOLUME_SHARE, bottom: 0 } });

  const byTime = new Map(candles.map((candle) => [Date.parse(candle.started_at) / 1_000, candle]));
  const times = timesOf({ from, to }, granularity);
  // a time without a candle keeps its place, so that the axis is even
  price.setData(
    times.map((time) => {
      const candle = byTime.get(time);
      if (candle === undefined) return { time };
      return { time, open: Number(candle.open), high: Number(candle.high), low: Number(candle.low), close: Number(candle.close) };
    }),
  );
  volume.setData(
    times.map((time) => {
      const candle = byTime.get(time);
      return candle === undefined ? { time } : { time, value: Number(candle.volume), color: ink('chart-volume') };
    }),
  );
  price.attachPrimitive(
    new GapStripes(gaps, granularity, { no_trade: ink('gap-no-trade'), unknown: ink('gap-unknown'), open: ink('gap-open') }),
  );
  chart.subscribeCrosshairMove(({ time }) => pointAt(typeof time === 'number' ? (byTime.get(time)?.started_at ?? null) : null));
  // the whole period, also its end without candles
  chart.timeScale().setVisibleLogicalRange({ from: -times.length * LEFT_MARGIN, to: times.length - 0.5 });
  return () => chart.remove();
}

/** Lines of ratios in per cent, with a line at none. */
export function drawLines(host: HTMLElement, lines: readonly DrawnLine[]): () => void {
  const ink = inks(host);
  const chart = chartIn(host);
  lines.forEach(({ dashed, points }, i) => {
    const series = chart.addSeries(LineSeries, {
      color: ink(i === 0 ? 'accent' : 'chart-second'),
      lineWidth: 2,
      lineStyle: dashed ? 2 : 0,
      priceLineVisible: false,
      priceFormat: { type: 'custom', minMove: 0.01, formatter: (value: number) => `${value.toFixed(1)} %` },
    });
    series.setData(points.map(({ day, ratio }) => (ratio === null ? { time: day } : { time: day, value: Number(ratio) * 100 })));
    if (i === 0)
      series.createPriceLine({ price: 0, color: ink('line-strong'), lineWidth: 1, lineStyle: 0, axisLabelVisible: false, title: '' });
  });
  chart.timeScale().fitContent();
  return () => chart.remove();
}

function chartIn(host: HTMLElement): IChartApi {
  const ink = inks(host);
  const line = { color: ink('line') };
  return createChart(host, {
    autoSize: true,
    layout: {
      background: { color: ink('panel') },
      textColor: ink('text-2'),
      fontFamily: getComputedStyle(host).fontFamily,
      fontSize: 11,
      attributionLogo: true,
    },
    grid: { vertLines: line, horzLines: line },
    rightPriceScale: { borderColor: ink('line') },
    timeScale: {
      borderColor: ink('line'),
      timeVisible: true,
      secondsVisible: false,
      rightOffset: 0,
      minBarSpacing: 0.1,
      lockVisibleTimeRangeOnResize: true,
    },
    crosshair: { mode: CrosshairMode.Magnet },
    // the page scrolls over a chart; pinching zooms it
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
    handleScale: { mouseWheel: false },
    localization: { locale: 'en-GB' },
  });
}

/** Colours of the style sheet as a canvas needs them: the one of the theme that is shown. */
function inks(host: HTMLElement): (name: string) => string {
  const probe = document.createElement('span');
  const known = new Map<string, string>();
  const ink = (name: string): string => {
    if (!known.has(name)) {
      host.append(probe);
      probe.style.color = `var(--${name})`;
      known.set(name, getComputedStyle(probe).color);
      probe.remove();
    }
    return known.get(name)!;
  };
  return ink;
}

function timesOf({ from, to }: Range, granularity: number): UTCTimestamp[] {
  const [first, end] = [Date.parse(from) / 1_000, Date.parse(to) / 1_000];
  return Array.from({ length: Math.ceil((end - first) / granularity) }, (_, i) => (first + i * granularity) as UTCTimestamp);
}
