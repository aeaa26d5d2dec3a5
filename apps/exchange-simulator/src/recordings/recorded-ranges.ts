import type { RecordedCandles } from './recorded-candles.js';

const DAY_S = 86_400;

export interface RecordedRange {
  /** first recorded minute's start, ISO 8601 */
  from: string;
  /** last recorded minute's end */
  to: string;
  minutes: number;
  /** `Date - Age` of its answers */
  known_until: string;
}

/** The last UTC day that every recording holds from its first to its last minute, as `2023-12-28`; null when there is none. */
export function lastWholeDay(recordings: readonly Pick<RecordedCandles, 'firstS' | 'lastS'>[]): string | null {
  if (recordings.length === 0) return null;
  const firstDay = Math.ceil(Math.max(...recordings.map((recording) => recording.firstS)) / DAY_S);
  const lastDay = Math.floor((Math.min(...recordings.map((recording) => recording.lastS)) + 60) / DAY_S) - 1;
  return lastDay < firstDay ? null : new Date(lastDay * DAY_S * 1_000).toISOString().slice(0, 10);
}

export function recordedRange(recording: RecordedCandles): RecordedRange {
  const instant = (seconds: number): string => new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z');
  return {
    from: instant(recording.firstS),
    to: instant(recording.lastS + 60),
    minutes: recording.minutes.rowCount,
    known_until: instant(recording.knownUntilMs / 1_000),
  };
}
