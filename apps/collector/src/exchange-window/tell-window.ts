import { Readable } from 'node:stream';
import { csvSha256 } from '@elias/archive';
import type { ExchangeTelling } from '@elias/contracts';
import { coverageToWire, revisionToWire, windowToWire } from '@elias/contracts';
import { describeError } from '@elias/errors';
import type { CandleWindow, TradeWindow } from '@elias/market-data';
import pLimit from 'p-limit';
import type { CollectedWindow } from '../collected-window.js';
import type { CollectWindow } from '../collect-window.js';
import { ExchangeWindowRefused } from './exchange-window-refused.js';

/** Windows that are told at once: their pages keep the allowance busy, and few of them are in memory. */
export const TOLD_AT_ONCE = 6;
/** Longest text of a refusal. */
const DETAIL_LENGTH_MAX = 4_000;

/**
 * What the exchange tells of a window now, for whoever audits what was sealed: collected as for a request, behind all requests, within the
 * same allowance, and published nowhere.
 */
export class TellWindow {
  private readonly limit = pLimit(TOLD_AT_ONCE);

  /** @param part of the allowance that this process has, 0 to 1 */
  constructor(
    private readonly collectWindow: Pick<CollectWindow, 'run'>,
    private readonly part: () => number,
  ) {}

  /**
   * @returns a line of JSON (`exchangeTellingSchema`), then the CSV
   * @throws ExchangeWindowRefused, and the signal's reason
   */
  async run(window: CandleWindow | TradeWindow, signal: AbortSignal): Promise<Readable> {
    if (this.part() === 0)
      throw new ExchangeWindowRefused('no_allowance', 'this collector owns no partition, and so no part of the allowance');
    const outcome = await this.limit(() => {
      signal.throwIfAborted();
      return this.collectWindow.run({ window, productIds: [] }, signal, 'audit');
    });
    if (outcome.kind === 'failed')
      throw new ExchangeWindowRefused(outcome.reason, describeError(outcome.cause).slice(0, DETAIL_LENGTH_MAX));
    const { csv } = outcome;
    const answer = Readable.from(answerOf(window, outcome));
    // what cannot be removed now goes with the process's folder
    if (!Buffer.isBuffer(csv)) answer.once('close', () => void csv.remove().catch(() => undefined));
    return answer;
  }
}

async function* answerOf(
  window: CandleWindow | TradeWindow,
  { csv, coverage, revision, rowCount }: CollectedWindow,
): AsyncGenerator<Buffer, void, undefined> {
  const telling: ExchangeTelling = {
    window: windowToWire(window),
    revision: revisionToWire(revision),
    row_count: rowCount,
    coverage: coverageToWire(coverage),
    csv_bytes: Buffer.isBuffer(csv) ? csv.length : csv.totalBytes,
    csv_sha256: Buffer.isBuffer(csv) ? csvSha256(csv) : csv.sha256,
  };
  yield Buffer.from(`${JSON.stringify(telling)}\n`);
  if (Buffer.isBuffer(csv)) yield csv;
  else yield* csv.read();
}
