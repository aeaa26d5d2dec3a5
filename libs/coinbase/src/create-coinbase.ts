import { allowanceOf } from './allowance.js';
import type { ExchangeParts } from './ask-exchange.js';
import { CoinbaseClient } from './coinbase-client.js';
import type { ExchangeLimit } from './allowance.js';
import { HttpTransport } from './http-transport.js';
import { RequestPacer } from './request-pacer.js';

/** The settings of `coinbaseSettings`, read. */
export interface CoinbaseConfig {
  EXCHANGE_URL: string;
  EXCHANGE_REQUESTS_PER_SECOND: number;
  EXCHANGE_BURST: number;
  EXCHANGE_ALLOWANCE_SHARE: number;
  EXCHANGE_TIMEOUT_MS: number;
  EXCHANGE_USER_AGENT: string;
}

export interface CoinbaseOptions {
  config: CoinbaseConfig;
  /** requests under way at once */
  underWayMax: number;
  /** part of the allowance to begin with, 0 to 1 */
  part: number;
  onAttempt?: ExchangeParts['onAttempt'];
  backoffMs?: ExchangeParts['backoffMs'];
}

/** A client, and what it shares with the rest of its process. */
export interface Coinbase {
  readonly client: CoinbaseClient;
  readonly pacer: RequestPacer;
  /** From now on this part of the allowance, 0 to 1; counts on no token that is there, since others may have used them. */
  takePart(part: number): void;
  /** The present part, 0 to 1. */
  readonly part: number;
  /** How long so many requests take at the present part of the allowance, milliseconds; 0 without a limit, or without a part. */
  paceMs(requests: number): number;
  close(): Promise<void>;
}

export function createCoinbase({ config, underWayMax, part, ...hooks }: CoinbaseOptions): Coinbase {
  const limit: ExchangeLimit = { perSecond: config.EXCHANGE_REQUESTS_PER_SECOND, burst: config.EXCHANGE_BURST };
  const allowance = (ofWhole: number): ReturnType<typeof allowanceOf> => allowanceOf(limit, config.EXCHANGE_ALLOWANCE_SHARE, ofWhole);
  let current = allowance(part);
  let presentPart = part;
  const pacer = new RequestPacer({ limit: current, underWayMax });
  const transport = new HttpTransport({
    url: config.EXCHANGE_URL,
    connections: underWayMax,
    timeoutMs: config.EXCHANGE_TIMEOUT_MS,
    userAgent: config.EXCHANGE_USER_AGENT,
  });
  return {
    client: new CoinbaseClient({ transport, pacer, random: Math.random, ...hooks }),
    pacer,
    get part() {
      return presentPart;
    },
    takePart: (ofWhole) => {
      presentPart = ofWhole;
      current = allowance(ofWhole);
      pacer.adjust(current);
      pacer.empty();
    },
    paceMs: (requests) => (current.perSecond === 0 ? 0 : (requests / current.perSecond) * 1_000),
    close: () => transport.close(),
  };
}
