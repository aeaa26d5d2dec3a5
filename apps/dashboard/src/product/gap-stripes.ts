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

interface Pattern {
  /** distance of its lines, CSS pixels */
  step: number;
  way: 'across' | 'up' | 'none';
  /** how much of the ink the ground and the lines take, 0 to 1 */
  fill: number;
  lines: number;
}

/** How a class is told from the others without colour. What is explained is faint, what is lacking stands out. */
const PATTERNS: Readonly<Record<GapClass, Pattern>> = {
  no_trade: { step: 4, way: 'across', fill: 0.06, lines: 0.34 },
  unknown: { step: 6, way: 'up', fill: 0.16, lines: 0.8 },
  open: { step: 0, way: 'none', fill: 0.18, lines: 0 },
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
  const { step, way, fill, lines } = PATTERNS[gapClass];
  context.globalAlpha = fill;
  context.fillRect(left, 0, width, height);
  context.globalAlpha = lines;
  context.lineWidth = ratio;
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
