import { ConfigError } from '@elias/config';
import type { RecordedCandles } from './recordings/recorded-candles.js';

/**
 * Where the exchange's clock starts: with recordings 60 s after the end of the latest recorded minute, so that all of
 * them can be asked for as settled; otherwise at the machine's time. A setting moves it.
 * @throws ConfigError when the setting lies before the recordings' end: they would tell the future
 */
export function startOfClock(recordings: Iterable<RecordedCandles>, settingMs: number | undefined, machineMs: number): number {
  const recordedMs = Math.max(Number.NEGATIVE_INFINITY, ...[...recordings].map((recording) => recording.knownUntilMs));
  if (settingMs !== undefined && settingMs < recordedMs) {
    throw new ConfigError([{ name: 'SIMULATOR_NOW', problem: 'lies before the end of the recordings' }]);
  }
  return settingMs ?? (recordedMs === Number.NEGATIVE_INFINITY ? machineMs : recordedMs);
}
