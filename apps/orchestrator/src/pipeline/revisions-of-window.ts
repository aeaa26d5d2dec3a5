import { formatInstant } from '@elias/market-data';
import type { Revision } from '@elias/market-data';
import type { Fact } from '../tasks/fact.js';
import type { RevisionView } from './archive-answers.js';

/** A fact with the time it was told. */
export interface TimedFact {
  fact: Fact;
  /** as the API writes times */
  at: string;
}

/** Every telling of a window that somebody saw, the newest first. @param currentId collection that Postgres holds; null for none */
export function revisionsOfWindow(facts: readonly TimedFact[], currentId: string | null): RevisionView[] {
  const views = new Map<string, RevisionView>();
  for (const { fact, at } of facts) {
    // an answer that published nothing is no telling, whatever revision it carries
    if (!('revision' in fact) || fact.revision === null || (fact.stage === 'collected' && !fact.published)) continue;
    const { collectionId } = fact.revision;
    const view = views.get(collectionId) ?? blank(fact.revision, currentId);
    views.set(collectionId, { ...view, ...seen(fact, at, view) });
  }
  return [...views.values()].sort((a, b) => order(b, a));
}

function blank({ collectionId, collectedAtMs, unknown, open }: Revision, currentId: string | null): RevisionView {
  return {
    ...{ collection_id: collectionId, collected_at: formatInstant(collectedAtMs), unknown, open, candles: null, csv_sha256: null },
    ...{ published_at: null, sealed_at: null, warehouse_at: null, rds_at: null, refused: null },
    ...{ current: collectionId === currentId, archive_key: null },
  };
}

/** What one fact adds; of two tellings of the same the first time counts. */
function seen(fact: Fact, at: string, view: RevisionView): Partial<RevisionView> {
  switch (fact.stage) {
    case 'collected':
      return { published_at: view.published_at ?? at, candles: fact.told.rowCount, csv_sha256: fact.told.csvSha256 };
    case 'sealed':
      return {
        ...{ sealed_at: view.sealed_at ?? at, candles: fact.told.rowCount },
        ...{ csv_sha256: fact.told.csvSha256, archive_key: fact.archive.key },
      };
    case 'warehouse_loaded':
      return { warehouse_at: view.warehouse_at ?? at };
    case 'rds_loaded':
      return { rds_at: view.rds_at ?? at };
    case 'archive_failed':
    case 'warehouse_failed':
    case 'rds_failed':
      return { refused: view.refused ?? { stage: fact.stage.replace('_failed', ''), reason: fact.problem.reason } };
    case 'revoked':
      return { refused: { stage: 'revoked', reason: 'it was withdrawn' } };
    case 'collection_failed':
      return {};
  }
}

function order(a: RevisionView, b: RevisionView): number {
  const [one, other] = [`${a.collected_at} ${a.collection_id}`, `${b.collected_at} ${b.collection_id}`];
  return one === other ? 0 : one < other ? -1 : 1;
}
