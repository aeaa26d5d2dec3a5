import type { Coverage, Window } from '@elias/market-data';
import { formatInstant, windowId } from '@elias/market-data';
import type { WindowStore } from '../stored-window.js';
import { assessArchive, assessExchange, assessStore, assessTopic, assessTwin, found } from './assess-hops.js';
import type { Reference } from './assess-hops.js';
import type { AuditSources } from './audit-sources.js';
import type { AuditedWindow, Hop, HopReport } from './audited-window.js';
import { verdictOf } from './audited-window.js';
import { readSealed } from './read-sealed.js';
import type { SealedArchives } from './read-sealed.js';
import { readTwin } from './read-twin.js';
import { reading } from './reading.js';
import type { Reading } from './reading.js';
import type { TopicTold } from './topic-source.js';

/**
 * One window at every hop, side by side. All are compared with the best sealed telling that stands; where no archive can be read, with the
 * topic's. What one place does not answer is told for that hop, and the others are compared all the same.
 */
export async function auditWindow(
  window: Window,
  sources: AuditSources,
  topics: Promise<Reading<ReadonlyMap<string, TopicTold>>> | null,
): Promise<AuditedWindow> {
  const { bucket, prefix, askAgainAfterMs } = sources;
  const { dataset } = window;
  const patiently = <T>(read: () => Promise<T>): Promise<Reading<T>> => reading(read, askAgainAfterMs);
  const readStore = (store: WindowStore | null) => (store === null ? null : patiently(() => store.read(window)));
  const { exchange } = sources;
  const [asked, told, sealed, twin, redshift, postgres] = await Promise.all([
    exchange === null ? null : patiently(() => exchange.tell(window)),
    topics,
    patiently(() => readSealed(window, bucket, prefix)),
    sources.twins ? patiently(() => readTwin(window, bucket, prefix)) : null,
    readStore(sources.redshift),
    readStore(sources.postgres),
  ]);
  const topic = told?.kind === 'read' ? readingOf(told.value.get(windowId(window)) ?? { kind: 'none' as const }) : told;
  const archived = archivedReference(sealed);
  const topicCsv = await rereadTopic(topic, archived, sources);
  const reference = archived ?? topicReference(topic, topicCsv);
  const notes = archived === null && reference !== null ? ['compared with the record in the topic, since no archive can be read'] : [];

  const hops: HopReport[] = [];
  const report = <T>(hop: Hop, read: Reading<T> | null, assess: (value: T) => HopReport): void => {
    if (read !== null) hops.push(read.kind === 'read' ? assess(read.value) : found(hop, 'unreadable', { detail: read.why }));
  };
  report('exchange', asked, (value) => {
    const { report: hop, note } = assessExchange(reference, value);
    if (note !== null) notes.push(note);
    return hop;
  });
  report('topic', topic, (value) => assessTopic(dataset, archived, value, topicCsv));
  report('archive', sealed, assessArchive);
  report('twin', twin, (value) => assessTwin(dataset, reference, value));
  report('redshift', redshift, (value) => assessStore('redshift', dataset, reference, value));
  report('postgres', postgres, (value) => assessStore('postgres', dataset, reference, value));

  const nobodyHasIt =
    reference === null && hops.every(({ hop, state }) => hop === 'exchange' || state === 'missing' || state === 'not_held');
  const over = window.toMs <= sources.nowMs();
  if (nobodyHasIt) notes.push(await storyOf(window, sources, over));
  const manifest = reference === null || reference === 'none' ? null : reference.manifest;
  if (reference === 'none') notes.push('every telling of it is withdrawn');
  if (manifest !== null) notes.push(...coverageNotes(manifest.coverage));
  return {
    window: windowId(window),
    verdict: verdictOf(hops, { nobodyHasIt, over }),
    collection_id: manifest?.revision.collectionId ?? null,
    coverage: manifest === null ? null : countsOf(manifest.coverage),
    ...{ notes, hops },
  };
}

const readingOf = <T>(value: T): Reading<T> => ({ kind: 'read', value });

function archivedReference(sealed: Reading<SealedArchives>): Reference {
  if (sealed.kind !== 'read') return null;
  const { best, standing, withdrawn } = sealed.value;
  return best ?? (standing === 0 && withdrawn > 0 ? 'none' : null);
}

/** The record's CSV, where its rows have to be told: it differs from the archive, or there is none. */
async function rereadTopic(
  topic: Reading<TopicTold> | null,
  archived: Reference,
  { topics, askAgainAfterMs }: AuditSources,
): Promise<Buffer | null> {
  if (topics === null || topic?.kind !== 'read' || topic.value.kind !== 'told' || archived === 'none') return null;
  const told = topic.value;
  if (archived !== null && archived.manifest.csvSha256 === told.sha256) return null;
  const csv = await reading(() => topics.csv(told), askAgainAfterMs);
  return csv.kind === 'read' ? csv.value : null;
}

function topicReference(topic: Reading<TopicTold> | null, csv: Buffer | null): Reference {
  if (csv === null || topic?.kind !== 'read' || topic.value.kind !== 'told') return null;
  const { facts, sha256 } = topic.value;
  return sha256 === facts.csvSha256 ? { manifest: facts, csv } : null;
}

async function storyOf(window: Window, { pipeline, askAgainAfterMs }: AuditSources, over: boolean): Promise<string> {
  const story = pipeline === null ? null : await reading(() => pipeline.story(windowId(window)), askAgainAfterMs);
  const until = over ? '' : `not over until ${formatInstant(window.toMs)}; `;
  if (story?.kind === 'unread') return `${until}what became of it cannot be asked: ${story.why}`;
  return `${until}${story?.value ?? 'nobody has asked for it'}`;
}

function coverageNotes({ unknown, open, unknownRanges, openRanges, missingIds }: Coverage): string[] {
  const ranges = [
    ...unknownRanges.map(({ fromMs, toMs }) => `${formatInstant(fromMs)} to ${formatInstant(toMs)}`),
    ...(missingIds ?? []).map(({ first, last }) => `trades ${first} to ${last}`),
  ];
  const more = ranges.length > 1 ? ` and ${ranges.length - 1} ranges more` : '';
  return [
    ...(unknown === 0 ? [] : [`${unknown} unknown to whoever collected it: ${ranges[0]}${more}`]),
    ...(open === 0 ? [] : [`${open} not over when it was collected, from ${formatInstant(openRanges[0]!.fromMs)} on`]),
  ];
}

function countsOf({ present, noTrade: no_trade, unknown, open }: Coverage): AuditedWindow['coverage'] {
  return { present, no_trade, unknown, open };
}
