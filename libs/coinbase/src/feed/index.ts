export { END_CAUSES } from './feed-connection.js';
export type { EndCause } from './feed-connection.js';
export * from './feed-client.js';
export type { FeedCounters } from './feed-counters.js';
export type { FeedEvent } from './feed-events.js';
export type { Dropped, QueueBounds } from './feed-queue.js';
export { QUEUE_BOUNDS } from './feed-queue.js';
export type { RefusalReason, Ticker } from './read-feed-message.js';
export type { IdRange } from './trade-continuity.js';
