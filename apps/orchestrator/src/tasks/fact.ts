import type { ControlEvent, WireCoverage } from '@elias/contracts';
import { revisionFromWire } from '@elias/contracts';
import type { Revision } from '@elias/market-data';

/** What a stage of the pipeline said of one telling of a window. Facts are kept by (window, stage, telling), whatever order they come in. */
export type Fact =
  | {
      readonly stage: 'collected';
      readonly requestId: string;
      readonly published: boolean;
      readonly revision: Revision;
      readonly told: Told;
    }
  | { readonly stage: 'collection_failed'; readonly requestId: string; readonly permanent: boolean; readonly problem: Problem }
  | { readonly stage: 'sealed'; readonly revision: Revision; readonly told: Told; readonly archive: ArchiveFacts }
  | { readonly stage: LoadedStage; readonly revision: Revision; readonly impliesSealed: boolean; readonly holds?: Holds }
  | { readonly stage: RefusedStage; readonly revision: Revision | null; readonly requestId: string | null; readonly problem: Problem }
  | { readonly stage: 'revoked'; readonly revision: Revision };

export type LoadedStage = 'warehouse_loaded' | 'rds_loaded';
export type RefusedStage = 'archive_failed' | 'warehouse_failed' | 'rds_failed';

export interface Told {
  readonly rowCount: number;
  readonly csvSha256: string;
  readonly coverage: WireCoverage;
}

/** What a store said that it holds. */
export interface Holds {
  readonly rows: number;
  readonly csvSha256: string;
}

export interface ArchiveFacts {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Problem {
  readonly reason: string;
  readonly detail: string;
}

/** A fact under its window, with the name that makes a second delivery of it harmless. */
export interface WindowFact {
  readonly windowId: string;
  /** which telling: the collection, or the request where nothing was collected */
  readonly telling: string;
  readonly fact: Fact;
}

/** A fact as Postgres keeps it. */
export interface FactRow {
  readonly window_id: string;
  readonly fact: Fact;
}

/** Facts of each window, in the order that they come in. */
export function factsByWindow(rows: readonly FactRow[]): Map<string, Fact[]> {
  const byWindow = new Map<string, Fact[]>();
  for (const { window_id: id, fact } of rows) {
    const known = byWindow.get(id);
    if (known === undefined) byWindow.set(id, [fact]);
    else known.push(fact);
  }
  return byWindow;
}

/** The fact that an event tells; null for a request, which is ours. */
export function factOf(event: ControlEvent): WindowFact | null {
  switch (event.type) {
    case 'collection.requested':
      return null;
    case 'collection.completed': {
      const { window, revision, request_id: requestId, published } = event.data;
      const fact: Fact = { stage: 'collected', requestId, published, revision: revisionFromWire(revision), told: toldBy(event.data) };
      return { windowId: window.id, telling: `${requestId}:${revision.collection_id}`, fact };
    }
    case 'collection.failed': {
      const { window, request_id: requestId, attempt, permanent, reason, detail } = event.data;
      const fact: Fact = { stage: 'collection_failed', requestId, permanent, problem: { reason, detail } };
      return { windowId: window.id, telling: `${requestId}:${attempt}`, fact };
    }
    case 'archive.sealed': {
      const { window, revision, archive } = event.data;
      const { bucket, key, bytes, sha256 } = archive;
      const fact: Fact = {
        stage: 'sealed',
        revision: revisionFromWire(revision),
        told: toldBy(event.data),
        archive: { bucket, key, bytes, sha256 },
      };
      return { windowId: window.id, telling: revision.collection_id, fact };
    }
    case 'warehouse.loaded':
    case 'rds.loaded': {
      const { window, revision } = event.data;
      const impliesSealed = event.type === 'warehouse.loaded' || event.data.source === 'archive';
      const stage = event.type === 'warehouse.loaded' ? 'warehouse_loaded' : 'rds_loaded';
      return {
        windowId: window.id,
        telling: revision.collection_id,
        fact: {
          stage,
          revision: revisionFromWire(revision),
          impliesSealed,
          holds: { rows: event.data.row_count, csvSha256: event.data.csv_sha256 },
        },
      };
    }
    case 'warehouse.superseded':
    case 'rds.superseded': {
      const { window, by } = event.data;
      const impliesSealed = event.type === 'warehouse.superseded' || event.data.source === 'archive';
      const stage = event.type === 'warehouse.superseded' ? 'warehouse_loaded' : 'rds_loaded';
      return {
        windowId: window.id,
        telling: by.collection_id,
        fact: { stage, revision: revisionFromWire(by), impliesSealed },
      };
    }
    case 'archive.failed':
    case 'warehouse.failed':
    case 'rds.failed': {
      const { window_id: windowId, revision, request_id: requestId, reason, detail } = event.data;
      const stage = ({ 'archive.failed': 'archive_failed', 'warehouse.failed': 'warehouse_failed', 'rds.failed': 'rds_failed' } as const)[
        event.type
      ];
      const fact: Fact = { stage, revision: revision === null ? null : revisionFromWire(revision), requestId, problem: { reason, detail } };
      return { windowId, telling: revision?.collection_id ?? requestId ?? 'unknown', fact };
    }
    case 'archive.revoked': {
      const { window, revision } = event.data;
      return { windowId: window.id, telling: revision.collection_id, fact: { stage: 'revoked', revision: revisionFromWire(revision) } };
    }
  }
}

function toldBy(data: { row_count: number; csv_sha256: string; coverage: WireCoverage }): Told {
  return { rowCount: data.row_count, csvSha256: data.csv_sha256, coverage: data.coverage };
}
