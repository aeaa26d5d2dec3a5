import { compareRevisions, parseInstant, windowId } from '@elias/market-data';
import type { Window } from '@elias/market-data';
import { archiveOf } from './answer-event.js';
import type { OwedEvent, SealedEvent } from './owed-event.js';
import type { Revocation } from './warehouse.js';

const REASON_BYTES_MAX = 4_000;

/** A window of a batch and the archives that it may be loaded from. */
export interface WindowCandidates {
  readonly window: Window;
  /** every event of the window, to be answered */
  readonly events: readonly SealedEvent[];
  /** one event per archive, best revision first */
  readonly candidates: readonly SealedEvent[];
}

/** A batch by window, each window's archives in the order in which they are tried. */
export function candidatesByWindow(events: readonly OwedEvent[]): Map<string, WindowCandidates> {
  const byWindow = new Map<string, SealedEvent[]>();
  for (const event of events) {
    if (event.kind !== 'sealed') continue;
    const id = windowId(event.window);
    const known = byWindow.get(id);
    if (known === undefined) byWindow.set(id, [event]);
    else known.push(event);
  }
  return new Map(
    [...byWindow].map(([id, ofWindow]) => [id, { window: ofWindow[0]!.window, events: ofWindow, candidates: candidatesOf(ofWindow) }]),
  );
}

function candidatesOf(events: readonly SealedEvent[]): SealedEvent[] {
  const byArchive = new Map(events.map((event) => [archiveOf(event), event]));
  return [...byArchive]
    .sort(([a, first], [b, second]) => compareRevisions(second.revision, first.revision) || (a < b ? -1 : 1))
    .map(([, event]) => event);
}

/** The revocations of a batch, each once; its reason is cut to what the table holds. */
export function revocationsOf(events: readonly OwedEvent[]): Revocation[] {
  const revocations = new Map<string, Revocation>();
  for (const event of events) {
    if (event.kind !== 'revoked') continue;
    const { reason, revoked_at, revision } = event.data;
    const collectionId = revision.collection_id;
    const cut = cutToBytes(reason.replaceAll('\0', ''), REASON_BYTES_MAX);
    revocations.set(collectionId, { window: event.window, collectionId, revokedAtMs: parseInstant(revoked_at), reason: cut });
  }
  return [...revocations.values()];
}

/** VARCHAR(n) of Redshift counts bytes (and holds no NUL); no character is cut through. */
function cutToBytes(text: string, bytesMax: number): string {
  let cut = text;
  while (Buffer.byteLength(cut) > bytesMax) cut = cut.slice(0, Math.max(0, Math.min(cut.length - 1, bytesMax)));
  return cut.replace(/[\uD800-\uDBFF]$/, '');
}
