import type { WatchedWindow } from '../../support/watched-window.js';
import type { E2eScene } from '../e2e-scene.js';

/** Months and years take the same road as days; what is not over yet is open. */
export function coarseWindows(scene: E2eScene, windows: readonly WatchedWindow[]): void {
  it.each(windows)(
    '$id: each candle that is over, in the archive, the twin and both stores',
    async (window) => {
      const run = await scene.runs.collect(window);
      expect(run).toMatchObject({ state: 'succeeded', windows: [{ window: { id: window.id } }] });
      const nowMs = await scene.simulator.nowMs();
      const widthMs = window.granularity * 1_000;
      const over = (await scene.simulator.candles(window)).filter(([at]) => Date.parse(at) + widthMs + 60_000 <= nowMs);
      expect(over.length).toBeGreaterThan(20);
      const found = await scene.everywhere(window, run.windows[0]!.best_sealed!.archive.key);
      for (const rows of [found.archive, found.twin, found.postgres.rows, found.redshift.rows]) expect(rows).toEqual(over);
      const firstOpen = Math.floor((nowMs - window.fromMs) / widthMs);
      const periods = (window.toMs - window.fromMs) / widthMs;
      const open_ranges = firstOpen < periods ? `${firstOpen}+${periods - firstOpen}` : '';
      for (const { ledger } of [found.postgres, found.redshift]) expect(ledger).toMatchObject({ unknown_ranges: '', open_ranges });
      expect(await scene.elias('compare', window.id)).toMatchObject({ code: 0 });
    },
    300_000,
  );
}
