import { QUEUE_BOUNDS } from '@elias/coinbase';
import { DEFAULT_PRODUCT_IDS, isProductId } from '@elias/market-data';
import { z } from 'zod';

const onOff = z.enum(['on', 'off']);

/** Settings of the live plane. */
export const liveSettings = {
  EXCHANGE_FEED_URL: z
    .url({ protocol: /^wss?$/ })
    .optional()
    .describe(
      'ws(s) address of the WebSocket feed; by default that of Coinbase Exchange, or of the host in EXCHANGE_URL where another stands in for it',
    ),
  COLLECTOR_LIVE: onOff.default('on').describe('on: trades, tickers and open candles are streamed; off: windows alone are collected'),
  COLLECTOR_LIVE_PRODUCTS: z
    .string()
    .transform((list) => [...new Set(list.split(',').map((id) => id.trim()))])
    .refine((ids) => ids.every(isProductId), 'must be product ids, comma separated')
    .default([...DEFAULT_PRODUCT_IDS])
    .describe('products that are streamed, comma separated; each by the collector that owns its partition'),
  COLLECTOR_LIVE_QUEUE_EVENTS: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(QUEUE_BOUNDS.itemsMax)
    .describe(
      'messages of the feed that may wait for Kafka, at least 1,000; then tickers go first, and trades become a hole that is filled',
    ),
  COLLECTOR_LIVE_FILL_TRADES_MAX: z.coerce
    .number()
    .int()
    .min(0)
    .default(10_000)
    .describe('trades of a product that the feed left out and REST is asked for, at most; older ones are given up and counted'),
  COLLECTOR_LIVE_CANDLE_INTERVAL_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(30_000)
    .describe('milliseconds between two polls of the open minute of a product; 0 for none'),
};
