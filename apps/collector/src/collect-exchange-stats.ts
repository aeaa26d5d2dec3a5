import type { DayRow } from '@elias/archive';
import type { Call } from '@elias/coinbase';
import { UnknownProductError } from '@elias/coinbase';
import type { SnapshotWindow } from '@elias/market-data';
import { coverageOf, formatInstant } from '@elias/market-data';
import { askTogether } from './ask-together.js';
import type { CollectedWindow } from './collected-window.js';
import { NotOfTheDay } from './collection-errors.js';
import type { CollectParts } from './exchange.js';
import { checkMoment, momentOf, snapshotCsv, wholeSecond } from './snapshot-moment.js';

/** A product's figures and when they were so; `moment` is null where the exchange has no such product. */
interface ToldStats {
  readonly row: DayRow;
  readonly moment: number | null;
}

/** The exchange's own rolling stats of products, just after a day's end. */
export class CollectExchangeStats {
  constructor(private readonly parts: CollectParts) {}

  /**
   * A product that the exchange does not know has a row of nulls. Where it did not answer for some, the day is `unknown` and has the rows of
   * the others: they cannot be asked for later. Where it answered for none, the collection failed.
   * @param productIds each once
   * @throws WindowNotServable, NotOfTheDay, ExchangeUnavailableError, and what the exchange's answers throw
   */
  async run(window: SnapshotWindow, productIds: readonly string[], signal: AbortSignal): Promise<CollectedWindow> {
    const { exchange, deadlineMs, windowsAtOnce, newCollectionId } = this.parts;
    const deadlineAtMs = performance.now() + deadlineMs + exchange.paceMs(productIds.length * windowsAtOnce);
    const call: Call = { priority: 'request', signal, deadlineAtMs };
    await checkMoment(window, this.parts, call);
    let notOfTheDay: NotOfTheDay | undefined;
    const { answers, unavailable } = await askTogether(productIds, call, async (productId, one) => {
      try {
        return await this.ask(window, productId, one);
      } catch (error) {
        if (!(error instanceof NotOfTheDay)) throw error;
        notOfTheDay ??= error;
        return null;
      }
    });
    const told = answers.filter((answer) => answer !== null);
    const missing = unavailable ?? notOfTheDay;
    if (told.length === 0 && missing !== undefined) throw missing;
    const moments = told.flatMap(({ moment }) => (moment === null ? [] : [moment]));
    const collectedAtMs = moments.length === 0 ? wholeSecond(await exchange.now(call)) : Math.min(...moments);
    const coverage = coverageOf(window, [missing === undefined ? 'present' : 'unknown']);
    return {
      csv: snapshotCsv(
        window,
        told.map(({ row }) => row),
      ),
      rowCount: told.length,
      coverage,
      revision: { unknown: coverage.unknown, open: 0, collectedAtMs, collectionId: newCollectionId() },
      questions: productIds.length,
    };
  }

  private async ask(window: SnapshotWindow, productId: string, call: Call): Promise<ToldStats> {
    const key = { product_id: productId, as_of_date: formatInstant(window.fromMs).slice(0, 10) };
    try {
      const told = await this.parts.exchange.stats(productId, call);
      const moment = momentOf(window, told);
      return { row: { ...key, asked_at: formatInstant(moment), ...told.value }, moment };
    } catch (error) {
      if (error instanceof UnknownProductError) return { row: key, moment: null };
      throw error;
    }
  }
}
