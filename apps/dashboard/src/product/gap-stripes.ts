import type {
  IChartApiBase,
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesPrimitive,
  SeriesAttachedParameter,
  Time,
  UTCTimestamp,
} from 'lightweight-charts';
import type { Gap, GapClass } from '../api/shapes.js';

type Target = Parameters<IPrimitivePaneRenderer['draw']>[0];

/** Ink of each class; its pattern is drawn below. */
export type GapInks = Readonly<Record<GapClass, string>>;

/** How a class is told from the others without colour, in CSS pixels: distance of its lines, and their way. */
const PATTERNS: Readonly<Record<GapClass, { step: number; way: 'across' | 'up' | 'none' }>> = {
  no_trade: { step: 5, way: 'across' },
  unknown: { step: 6, way: 'up' },
  open: { step: 0, way: 'none' },
};
/** A gap of one minute is seen too. */
const WIDTH_MIN_PX = 2;

/** Periods without a candle as stripes behind the candles, by class. */
export class GapStripes implements ISeriesPrimitive<Time> {
  private chart: IChartApiBase<Time> | null = null;
  private readonly views: IPrimitivePaneView[];

  /** @param granularity width of a candle, seconds */
  constructor(
    private readonly gaps: readonly Gap[],
    private readonly granularity: number,
    private readonly inks: GapInks,
  ) {
    this.views = [{ zOrder: () => 'bottom', renderer: () => ({ draw: (target) => this.draw(target) }) }];
  }

  attached({ chart }: SeriesAttachedParameter<Time>): void {
    this.chart = chart;
  }

  detached(): void {
    this.chart = null;
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.views;
  }

  private draw(target: Target): void {
    const scale = this.chart?.timeScale();
    if (scale === undefined) return;
    const half = scale.options().barSpacing / 2;
    target.useBitmapCoordinateSpace(({ context, bitmapSize, horizontalPixelRatio: ratio }) => {
      for (const gap of this.gaps) {
        const first = scale.timeToCoordinate((Date.parse(gap.from) / 1_000) as UTCTimestamp);
        const last = scale.timeToCoordinate((Date.parse(gap.to) / 1_000 - this.granularity) as UTCTimestamp);
        if (first === null || last === null) continue;
        const left = (first - half) * ratio;
        const width = Math.max(WIDTH_MIN_PX * ratio, (last + half) * ratio - left);
        if (left + width < 0 || left > bitmapSize.width) continue;
        paint(context, gap.class, this.inks[gap.class], { left, width, height: bitmapSize.height, ratio });
      }
    });
  }
}

interface Stripe {
  left: number;
  width: number;
  height: number;
  /** bitmap pixels of a CSS pixel */
  ratio: number;
}

function paint(context: CanvasRenderingContext2D, gapClass: GapClass, ink: string, { left, width, height, ratio }: Stripe): void {
  context.save();
  context.beginPath();
  context.rect(left, 0, width, height);
  context.clip();
  context.fillStyle = ink;
  context.strokeStyle = ink;
  context.globalAlpha = 0.16;
  context.fillRect(left, 0, width, height);
  context.globalAlpha = 0.75;
  context.lineWidth = ratio;
  const { step, way } = PATTERNS[gapClass];
  context.beginPath();
  if (way === 'across') {
    for (let y = 0; y < height; y += step * ratio) {
      context.moveTo(left, y);
      context.lineTo(left + width, y);
    }
  }
  if (way === 'up') {
    for (let x = left - height; x < left + width; x += step * ratio) {
      context.moveTo(x, height);
      context.lineTo(x + height, 0);
    }
  }
  context.stroke();
  context.restore();
}
