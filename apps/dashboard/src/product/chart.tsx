import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Candle } from '../api/shapes.js';
import { amountText, priceText } from '../format/decimal.js';
import { instantText } from '../format/instant.js';
import { useTheme } from '../shell/theme-toggle.js';
import type { DrawnLine, DrawnPeriod } from './draw-candles.js';

type Draw = (host: HTMLElement, drawing: typeof import('./draw-candles.js')) => () => void;

/** A box that is drawn into, anew when the theme changes. The library is fetched when the first one is shown. */
function Drawing({ draw, tall }: { draw: Draw; tall: boolean }): VNode {
  const host = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let stop: (() => void) | null = null;
    let left = false;
    import('./draw-candles.js').then(
      (drawing) => {
        if (!left && host.current !== null) stop = draw(host.current, drawing);
      },
      () => setFailed(true),
    );
    return () => {
      left = true;
      stop?.();
    };
  }, [draw, theme]);
  if (failed) return <p class="empty">The chart could not be fetched; the tables below say the same.</p>;
  return <div ref={host} class={tall ? 'chart' : 'chart chart-low'} />;
}

/** Candles with volume and gaps; what the pointer is on is written above, exactly. */
export function CandleChart({ period, caption }: { period: DrawnPeriod; caption: string }): VNode {
  const [at, setAt] = useState<string | null>(null);
  const draw = useMemo<Draw>(
    () =>
      (host, { drawCandles }) =>
        drawCandles(host, period, setAt),
    [period],
  );
  const candle = period.candles.find(({ started_at }) => started_at === at) ?? period.candles.at(-1);
  return (
    <figure class="figure">
      <figcaption class="visually-hidden">{caption}</figcaption>
      {candle !== undefined && <Reading candle={candle} daily={period.granularity >= 86_400} />}
      <Drawing draw={draw} tall />
    </figure>
  );
}

function Reading({ candle, daily }: { candle: Candle; daily: boolean }): VNode {
  const values = [
    ['open', candle.open],
    ['high', candle.high],
    ['low', candle.low],
    ['close', candle.close],
  ] as const;
  return (
    <dl class="reading">
      <div>
        <dt class="visually-hidden">start</dt>
        <dd>{daily ? candle.started_at.slice(0, 10) : `${instantText(candle.started_at).slice(0, 16)} UTC`}</dd>
      </div>
      {values.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd title={value}>{priceText(value)}</dd>
        </div>
      ))}
      <div>
        <dt>volume</dt>
        <dd title={candle.volume}>{amountText(candle.volume)}</dd>
      </div>
    </dl>
  );
}

export function LineChart({ lines, caption }: { lines: readonly DrawnLine[]; caption: string }): VNode {
  const draw = useMemo<Draw>(
    () =>
      (host, { drawLines }) =>
        drawLines(host, lines),
    [lines],
  );
  return (
    <figure class="figure">
      <figcaption class="visually-hidden">{caption}</figcaption>
      <Drawing draw={draw} tall={false} />
    </figure>
  );
}
