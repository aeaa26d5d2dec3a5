import { windowId } from '@elias/market-data';
import type { Window } from '@elias/market-data';
import type { AuditSources } from './audit-sources.js';
import { auditWindow } from './audit-window.js';
import type { AuditedWindow } from './audited-window.js';
import { mapAhead } from '../map-ahead.js';
import { blocksOf } from './blocks-of.js';
import { reading } from './reading.js';
import type { Reading } from './reading.js';
import type { TopicSource, TopicTold } from './topic-source.js';

/** Windows whose topics are read in one go: of each its facts and hash are in memory meanwhile. */
const BLOCK_WINDOWS = 10_000;
/** Windows in hand at once, each with its rows from every place. Trades may have a hundred times as many. */
const AT_ONCE = { trades: 2, others: 24 } as const;

/** Audits windows from the exchange to both stores, in their order. Memory does not grow with how many there are. */
export async function* auditWindows(windows: Iterable<Window>, sources: AuditSources): AsyncGenerator<AuditedWindow, void, undefined> {
  for (const block of blocksOf(windows, BLOCK_WINDOWS)) {
    const topics = sources.topics === null ? null : tellTopics(block, sources, sources.topics);
    const atOnce = block.some(({ dataset }) => dataset === 'trades') ? AT_ONCE.trades : AT_ONCE.others;
    yield* mapAhead(block, atOnce, (window) => auditWindow(window, sources, topics));
  }
}

async function tellTopics(
  block: readonly Window[],
  { pipeline, askAgainAfterMs }: AuditSources,
  topics: TopicSource,
): Promise<Reading<ReadonlyMap<string, TopicTold>>> {
  const known = pipeline === null ? null : await reading(() => pipeline.collectedAt(block.map(windowId)), askAgainAfterMs);
  const collectedAt = known?.kind === 'read' ? known.value : new Map<string, number>();
  return reading(() => topics.tell(block, (window) => collectedAt.get(windowId(window)) ?? null), askAgainAfterMs);
}
