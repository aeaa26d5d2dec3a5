import { z } from 'zod';

const REST_URL = 'https://api.exchange.coinbase.com';
const FEED_URL = 'wss://ws-feed.exchange.coinbase.com';

/**
 * The feed that belongs to a REST API: what stands in for the exchange has both at one address, so that nobody who collects from a
 * simulator streams real trades beside it.
 * @param restUrl http(s)
 * @returns ws(s)
 */
export function feedUrlOf(restUrl: string): string {
  return new URL(restUrl).origin === REST_URL ? FEED_URL : restUrl.replace(/^http/, 'ws');
}

/** Settings of every app that asks the exchange; spread into the app's schema. */
export const coinbaseSettings = {
  EXCHANGE_URL: z
    .url({ protocol: /^https?$/ })
    .default(REST_URL)
    .describe('http(s) address of the REST API of Coinbase Exchange, or of what stands in for it'),
  EXCHANGE_REQUESTS_PER_SECOND: z.coerce.number().min(0).default(10).describe('requests/s that the exchange allows, 0 for no limit'),
  EXCHANGE_BURST: z.coerce.number().min(1).default(15).describe('requests that the exchange allows at once, at least 1'),
  EXCHANGE_ALLOWANCE_SHARE: z.coerce
    .number()
    .gt(0)
    .max(1)
    .default(0.99)
    .describe('part of the allowance that all collectors together aim at, above 0 to 1'),
  EXCHANGE_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(10)
    .default(10_000)
    .describe('milliseconds for a connection, for the headers, and between two parts of a body, at least 10'),
  EXCHANGE_SNAPSHOT_LATE_MS_MAX: z.coerce
    .number()
    .int()
    .min(3_600_000)
    .max(43_200_000)
    .default(21_600_000)
    .describe(
      "milliseconds after a day's end until which exchange_stats and products are asked for: the exchange tells them of its present alone",
    ),
  EXCHANGE_USER_AGENT: z.string().min(1).default('elias/0.1').describe('who asks; the exchange refuses requests without it'),
};
