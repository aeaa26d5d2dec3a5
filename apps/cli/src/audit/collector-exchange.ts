import { csvSha256 } from '@elias/archive';
import { coverageFromWire, EXCHANGE_WINDOW_PATH, exchangeRefusalSchema, exchangeTellingSchema } from '@elias/contracts';
import { describeError, EliasError } from '@elias/errors';
import { isSnapshotWindow, windowId } from '@elias/market-data';
import type { Window } from '@elias/market-data';
import { z } from 'zod';
import { getBytes } from '../terminal/get-bytes.js';
import type { BytesAnswer } from '../terminal/get-bytes.js';
import type { ExchangeSource, ExchangeTold } from './exchange-source.js';

/** Settings of commands that ask the exchange, which collectors do for them. */
export const collectorSettings = {
  COLLECTOR_URLS: z
    .string()
    .transform((list) => list.split(',').filter((url) => url !== ''))
    .pipe(z.array(z.url({ protocol: /^https?$/ })).min(1))
    .describe('http(s) addresses of collectors, comma separated'),
  COLLECTOR_TOKEN: z.string().min(1).optional().describe('bearer token of theirs, where they want one'),
};

/** A window waits behind all requests, and then for its pages, milliseconds. */
const ANSWER_MS_MAX = 900_000;

/** No collector told what the exchange has. */
export class CollectorRefusedError extends EliasError {
  override readonly name = 'CollectorRefusedError';
  readonly code = 'ELIAS_COLLECTOR_REFUSED';
  constructor(
    what: string,
    readonly disposition: 'retry' | 'stop',
    cause?: unknown,
  ) {
    super(`the collector: ${what}`, { cause });
  }
}

/** The exchange, asked by running collectors within their allowance, in turn. */
export class CollectorExchange implements ExchangeSource {
  private turn = 0;

  /** @param urls one at least */
  constructor(
    private readonly urls: readonly string[],
    private readonly token: string | undefined,
  ) {}

  /** @throws CollectorRefusedError */
  async tell(window: Window): Promise<ExchangeTold> {
    if (window.dataset !== 'candles' && window.dataset !== 'trades') {
      const why = isSnapshotWindow(window) ? 'the exchange tells it of its present alone' : 'it is computed, not asked for';
      return { kind: 'not-asked', detail: why };
    }
    this.turn += 1;
    let refused = new CollectorRefusedError('none is known', 'stop');
    for (let other = 0; other < this.urls.length; other += 1) {
      const answer = await this.ask(this.urls[(this.turn + other) % this.urls.length]!, window);
      if (!(answer instanceof CollectorRefusedError)) return answer;
      refused = answer;
    }
    throw refused;
  }

  /** @returns why not, when another one may know more */
  private async ask(url: string, window: Window): Promise<ExchangeTold | CollectorRefusedError> {
    const address = new URL(EXCHANGE_WINDOW_PATH, url);
    address.searchParams.set('window', windowId(window));
    let answer: BytesAnswer;
    try {
      answer = await getBytes(address, this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }, ANSWER_MS_MAX);
    } catch (cause) {
      return new CollectorRefusedError(`${address.origin} does not answer: ${describeError(cause)}`, 'retry', cause);
    }
    if (answer.status === 200) return readTelling(window, answer.body);
    const { reason, detail } = readRefusal(answer);
    if (reason === 'unknown_product') return { kind: 'not-asked', detail: 'the exchange has no such product now' };
    if (reason === 'bad_request') return { kind: 'not-asked', detail };
    const later = reason === 'no_allowance';
    return new CollectorRefusedError(`${address.origin}: ${detail}`, later ? 'retry' : 'stop');
  }
}

/** @throws CollectorRefusedError when the bytes are not what their first line tells */
function readTelling(window: Window, body: Buffer): ExchangeTold {
  const end = body.indexOf('\n');
  const csv = body.subarray(end + 1);
  try {
    const telling = exchangeTellingSchema.parse(JSON.parse(body.toString('utf8', 0, end)));
    if (csv.length !== telling.csv_bytes || csvSha256(csv) !== telling.csv_sha256) throw new RangeError('its answer was cut off');
    return { kind: 'told', window, coverage: coverageFromWire(window, telling.coverage), csv };
  } catch (cause) {
    throw new CollectorRefusedError('its answer cannot be read', 'retry', cause);
  }
}

function readRefusal({ status, body }: BytesAnswer): { reason: string; detail: string } {
  try {
    const { reason = 'unknown', detail } = exchangeRefusalSchema.parse(JSON.parse(body.toString('utf8')));
    return { reason, detail };
  } catch {
    return { reason: 'unknown', detail: `HTTP status ${status}` };
  }
}
