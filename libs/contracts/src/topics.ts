import type { Dataset } from '@elias/market-data';

const DAY_MS = 86_400_000;

export interface TopicModel {
  readonly name: string;
  /** never changes within a topic version (design §2); a new count is a new `.v2` */
  readonly partitions: number;
  readonly cleanup: 'compact' | 'delete';
  readonly retentionMs?: number;
  readonly minCompactionLagMs?: number;
  readonly maxMessageBytes?: number;
  readonly title: string;
}

const WINDOW_BYTES_MAX = 8 * 1024 * 1024;
/** A part of a window has this many bytes at most. */
export const PART_BYTES_MAX = 1024 * 1024;
/** A part and its headers, which name up to `MISSING_RANGES_MAX` ranges. */
const PART_RECORD_BYTES_MAX = PART_BYTES_MAX + 256 * 1024;
const DEAD_LETTER_BYTES_MAX = 9 * 1024 * 1024;

/** Every topic of Elias, its partitions and how long it keeps records: the one table that topics are created from. */
export const TOPICS = {
  collectionRequests: aged('elias.collection.requests.v1', 12, 30, 'Windows that are wanted from the exchange'),
  collectionResults: aged('elias.collection.results.v1', 12, 30, 'What became of each request'),
  windowsCandles: {
    name: 'elias.windows.candles.v1',
    partitions: 12,
    cleanup: 'compact',
    minCompactionLagMs: 7 * DAY_MS,
    maxMessageBytes: WINDOW_BYTES_MAX,
    title: 'Candle windows as CSV, one record each, the last one of each window kept for ever',
  },
  windowsStats: {
    name: 'elias.windows.stats.v1',
    partitions: 12,
    cleanup: 'compact',
    minCompactionLagMs: 7 * DAY_MS,
    maxMessageBytes: WINDOW_BYTES_MAX,
    title:
      "Asset stats, discount tables, the exchange's own stats and its products as CSV, one day each, the last one of each window kept for ever",
  },
  windowsTrades: {
    ...aged('elias.windows.trades.v1', 12, 30, 'Windows of trades as CSV, each in parts of at most 1 MiB'),
    maxMessageBytes: PART_RECORD_BYTES_MAX,
  },
  liveTrades: aged('elias.live.trades.v1', 12, 7, 'Trades as the feed tells them, provisional'),
  liveTickers: aged('elias.live.tickers.v1', 12, 7, 'Best prices at each match as the feed tells them'),
  liveCandles: aged('elias.live.candles.v1', 12, 7, 'The candle of the open minute at each poll, provisional'),
  archiveObjects: aged('elias.archive.objects.v1', 12, 30, 'Archives sealed, failed and revoked'),
  loads: aged('elias.loads.v1', 12, 30, 'Windows loaded into Redshift and Postgres'),
} as const satisfies Record<string, TopicModel>;

/** Where a consumer group puts records that it cannot process, as they came: the largest of them, and its reason, has to fit. */
export function deadLetterTopic(consumerGroup: string): TopicModel {
  const topic = aged(`elias.dlq.${consumerGroup}.v1`, 1, 90, `Dead letters of ${consumerGroup}`);
  return { ...topic, maxMessageBytes: DEAD_LETTER_BYTES_MAX };
}

function aged(name: string, partitions: number, keepDays: number, title: string): TopicModel {
  return { name, partitions, cleanup: 'delete', retentionMs: keepDays * DAY_MS, title };
}

/** What stands for a topic in the dead letters of messages that the exchange's feed told: nothing can be sent back to it. */
export const FEED_ORIGIN = 'coinbase.feed';

/** Topics of windows: one record is one window of one dataset, or, of trades, a part of one. */
export const WINDOW_TOPICS: readonly TopicModel[] = [TOPICS.windowsCandles, TOPICS.windowsStats, TOPICS.windowsTrades];

export function windowTopic(dataset: Dataset): TopicModel {
  if (dataset === 'trades') return TOPICS.windowsTrades;
  return dataset === 'candles' ? TOPICS.windowsCandles : TOPICS.windowsStats;
}
