import { openArchive } from '@elias/archive';
import type { Logger } from '@elias/telemetry';
import { CandleBlock } from '../candles/candle-block.js';
import { JSON_NUMBER, rowText } from '../candles/candle-row.js';
import type { ArchiveObjects } from './archive-windows.js';

/** What one sealed window tells. Ranges are half-open, seconds. */
export interface ArchivedWindow {
  rows: CandleBlock;
  collectedAtS: number;
  unknown: readonly { fromS: number; toS: number }[];
  open: readonly { fromS: number; toS: number }[];
}

/** What orders the revisions of a window. */
export interface Telling {
  missing: number;
  collectedAtMs: number;
  collectionId: string;
}

/**
 * The best of a window's revisions: fewest unknown and open periods, then collected last, then the greatest collection
 * id. One that cannot be read is left out with a warning; null when none can.
 */
export async function readWindow(objects: ArchiveObjects, keys: readonly string[], logger: Logger): Promise<ArchivedWindow | null> {
  let best: { telling: Telling; window: ArchivedWindow } | null = null;
  for (const key of keys) {
    const zip = await objects.get(key);
    try {
      const opened = openArchive(zip);
      const { revision, coverage } = opened.manifest;
      const telling = { missing: revision.unknown + revision.open, ...revision };
      if (best !== null && !isBetter(telling, best.telling)) continue;
      const window = {
        rows: rowsOfCsv(opened.csv),
        collectedAtS: Math.floor(revision.collectedAtMs / 1_000),
        unknown: coverage.unknownRanges.map(inSeconds),
        open: coverage.openRanges.map(inSeconds),
      };
      best = { telling, window };
    } catch (error) {
      logger.warn({ key, error }, 'archive left out, it cannot be read');
    }
  }
  return best?.window ?? null;
}

/** Whether a revision is better than another, by the order that every store of Elias keeps. */
export function isBetter(one: Telling, other: Telling): boolean {
  if (one.missing !== other.missing) return one.missing < other.missing;
  if (one.collectedAtMs !== other.collectedAtMs) return one.collectedAtMs > other.collectedAtMs;
  return one.collectionId > other.collectionId;
}

function inSeconds({ fromMs, toMs }: { fromMs: number; toMs: number }): { fromS: number; toS: number } {
  return { fromS: fromMs / 1_000, toS: toMs / 1_000 };
}

/** The CSV is by rising time; its header names the columns. */
function rowsOfCsv(csv: Buffer): CandleBlock {
  const [header = '', ...lines] = csv.toString('utf8').trimEnd().split('\n');
  const columns = header.split(',');
  const rows = lines.reverse().map((line) => {
    const cells = line.split(',');
    const cell = (column: string): string => cells[columns.indexOf(column)] ?? '';
    const number = (column: string): string => {
      if (!JSON_NUMBER.test(cell(column))) throw new RangeError(`no number in column "${column}" of "${line}"`);
      return cell(column);
    };
    const time = Date.parse(cell('started_at')) / 1_000;
    const [low, high, open, close, volume] = [number('low'), number('high'), number('open'), number('close'), number('volume')];
    return { time, low, high, open, close, volume };
  });
  return CandleBlock.of(
    rows.map((row) => row.time),
    rows.map(rowText),
  );
}
