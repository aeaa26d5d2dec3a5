import { revisionToWire, windowToWire } from '@elias/contracts';
import type { ControlEvent } from '@elias/contracts';
import { parseWindowId, periodCount } from '@elias/market-data';
import type { WireCoverage } from '@elias/contracts';

export type StageAnswers = Record<'collected' | 'sealed' | 'warehouse' | 'rds', ControlEvent>;

/**
 * What the stages tell of one collection of a window on its whole way.
 * @param unknown so many of its first periods are not known
 */
export function stageAnswers(
  request: { window_id: string; request_id: string; run_id: string },
  collectionId: string,
  unknown = 0,
): StageAnswers {
  const window = parseWindowId(request.window_id);
  const wire = windowToWire(window);
  const collectedAtMs = Math.floor(window.toMs / 1_000) * 1_000 + 900_000;
  // a window of trades has no periods: it is played with one trade
  const present = window.dataset === 'trades' ? 1 : periodCount(window) - unknown;
  const base = {
    ...{ request_id: request.request_id, run_id: request.run_id, origin: 'scheduled' as const, window: wire },
    ...{ revision: revisionToWire({ unknown, open: 0, collectedAtMs, collectionId }), row_count: present, csv_sha256: 'ab'.repeat(32) },
  };
  const to = new Date(window.fromMs + unknown * window.granularity * 1_000).toISOString().replace('.000', '');
  const ranges = unknown === 0 ? [] : [{ from: wire.from, to }];
  const counts = { present, no_trade: 0, unknown, open: 0, open_ranges: [] };
  const coverage: WireCoverage =
    window.dataset === 'trades'
      ? { ...counts, unknown_ranges: [], missing_ids: unknown === 0 ? [] : [{ first: 1, last: unknown }] }
      : { ...counts, unknown_ranges: ranges };
  const archive = { bucket: 'b', key: 'k' };
  return {
    collected: { type: 'collection.completed', data: { ...base, coverage, attempt: 1, published: true } },
    sealed: {
      type: 'archive.sealed',
      data: {
        ...{ ...base, coverage, schema_version: 1, archive: { ...archive, bytes: 1, sha256: 'cd'.repeat(32) } },
        csv_entry: { offset: 0, deflate_bytes: 1, bytes: 1, crc32: '00000000' },
        source: { topic: 't', partition: 0, offset: '0' },
      },
    },
    warehouse: { type: 'warehouse.loaded', data: { ...base, archive, batch_id: 'x', outcome: 'replaced' } },
    rds: { type: 'rds.loaded', data: { ...base, source: 'topic', outcome: 'replaced' } },
  };
}
