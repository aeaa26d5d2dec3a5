import { PostgresDataError } from '@elias/postgres';
import { durableStep } from '@elias/telemetry';
import type { LoadOutcome } from './load-outcome.js';
import type { OfferedWindow } from './offered-window.js';
import type { WindowStore } from './window-store.js';

/** The store refused a window's rows though they passed the intake check; its words, for people. */
export interface RefusedRows {
  kind: 'refused';
  error: PostgresDataError;
}

export interface LoadAnswer {
  offered: OfferedWindow;
  outcome: LoadOutcome | RefusedRows;
}

/** Loads windows so that one that the store refuses takes no other with it. */
export class LoadWindows {
  constructor(private readonly store: WindowStore) {}

  /**
   * All in one transaction; where the store refuses a row, each window in one of its own, cleared first, since rows that nobody
   * accounted for may be what stands in its way.
   * @returns one answer per window, in order; all of it is durable
   * @throws PostgresUnavailableError some windows may be loaded; doing it again is right
   */
  async run(windows: readonly OfferedWindow[]): Promise<LoadAnswer[]> {
    try {
      const outcomes = await durableStep('rds-loader.load', () => this.store.load(windows));
      return windows.map((offered, i) => ({ offered, outcome: outcomes[i]! }));
    } catch (error) {
      if (!(error instanceof PostgresDataError)) throw error;
    }
    const answers: LoadAnswer[] = [];
    for (const offered of windows) answers.push({ offered, outcome: await this.loadAlone(offered) });
    return answers;
  }

  private async loadAlone(offered: OfferedWindow): Promise<LoadOutcome | RefusedRows> {
    try {
      const [outcome] = await this.store.load([offered], { clear: true });
      return outcome!;
    } catch (error) {
      if (error instanceof PostgresDataError) return { kind: 'refused', error };
      throw error;
    }
  }
}
