import type { SnapshotWindow } from '@elias/market-data';
import { coverageOf, formatInstant } from '@elias/market-data';
import type { CollectedWindow } from './collected-window.js';
import type { CollectParts } from './exchange.js';
import { checkMoment, momentOf, snapshotCsv } from './snapshot-moment.js';

/** The exchange's products at the end of a day: all that it lists, with what it says of each. */
export class CollectProducts {
  constructor(private readonly parts: CollectParts) {}

  /** @throws WindowNotServable, NotOfTheDay, ExchangeUnavailableError, and what the exchange's answers throw */
  async run(window: SnapshotWindow, signal: AbortSignal): Promise<CollectedWindow> {
    const { exchange, deadlineMs, windowsAtOnce, newCollectionId } = this.parts;
    const deadlineAtMs = performance.now() + deadlineMs + exchange.paceMs(windowsAtOnce);
    const call = { priority: 'request', signal, deadlineAtMs } as const;
    await checkMoment(window, this.parts, call);
    const told = await exchange.listing(call);
    const collectedAtMs = momentOf(window, told);
    const as_of_date = formatInstant(window.fromMs).slice(0, 10);
    const rows = told.value.map((product) => ({ ...product, as_of_date }));
    return {
      csv: snapshotCsv(window, rows),
      rowCount: rows.length,
      coverage: coverageOf(window, ['present']),
      revision: { unknown: 0, open: 0, collectedAtMs, collectionId: newCollectionId() },
      questions: 1,
    };
  }
}
