import { decodeWindowFacts, decodeWindowPart } from '@elias/contracts';
import type { WindowFacts } from '@elias/contracts';
import { explodeLines, isExploded } from './explode-window.js';
import type { MarketEvent } from './explode-window.js';
import type { ReplayItem } from './replay-item.js';
import { wholeLines } from './replay-records.js';

/** Lines that are told together where nothing waits for their time, bytes. */
const LINES_BYTES = 256 * 1024;

/**
 * Windows as their candles and trades; other datasets, and what is no window, are left out.
 * @param inTime whether each instant is an item of its own, to be told when it is its time
 */
export async function* explodeItems(
  items: AsyncGenerator<ReplayItem, void, undefined>,
  inTime: boolean,
): AsyncGenerator<ReplayItem, void, undefined> {
  for await (const item of items) {
    for await (const { facts, lines } of linesOf(item)) {
      const events = [...explodeLines(facts, lines)];
      if (inTime) yield* byInstant(events);
      else if (events.length > 0) yield { kind: 'events', atMs: item.atMs, events };
    }
  }
}

async function* linesOf(
  item: ReplayItem,
): AsyncGenerator<{ facts: Pick<WindowFacts, 'window' | 'revision'>; lines: Uint8Array }, void, undefined> {
  if (item.kind === 'archive') {
    const { manifest, csv } = item.telling;
    if (!isExploded(manifest.window.dataset)) return;
    if (Buffer.isBuffer(csv)) yield { facts: manifest, lines: csv };
    else for await (const lines of wholeLines(csv.chunks(), LINES_BYTES)) yield { facts: manifest, lines };
  } else if (item.kind === 'record' && item.record.value !== null) {
    const whole = decodeWindowFacts(item.record);
    const facts = whole.kind === 'ok' ? whole : decodeWindowPart(item.record);
    if (facts.kind === 'ok' && isExploded(facts.value.window.dataset)) yield { facts: facts.value, lines: item.record.value };
  }
}

/** Events that follow each other at one instant, together. */
function* byInstant(events: readonly MarketEvent[]): Generator<ReplayItem, void, undefined> {
  let from = 0;
  for (let at = 1; at <= events.length; at += 1) {
    if (at < events.length && events[at]!.atMs === events[from]!.atMs) continue;
    yield { kind: 'events', atMs: events[from]!.atMs, events: events.slice(from, at) };
    from = at;
  }
}
