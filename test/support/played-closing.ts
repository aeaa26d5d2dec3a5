import type { Postgres } from '@elias/postgres';
import { createLogger, Metrics } from '@elias/telemetry';
import { CheckStore } from '../../apps/orchestrator/src/checks/check-store.js';
import { CloseRuns } from '../../apps/orchestrator/src/closing/close-runs.js';
import { ClosingStore } from '../../apps/orchestrator/src/closing/closing-store.js';
import { NotificationStore } from '../../apps/orchestrator/src/notify/notification-store.js';
import { RunStore } from '../../apps/orchestrator/src/runs/run-store.js';

/** What stages that are played left undone: Postgres's ledger has what was sealed, and each day of minutes its rows, all alike. */
export async function playLedger(postgres: Postgres): Promise<void> {
  await postgres.query(`
    INSERT INTO market.load_ledger
      (window_id, unknown_periods, open_periods, collected_at, collection_id, no_trade_periods, csv_sha256, row_count, unknown_ranges, open_ranges,
       archive_key, state, loaded_at)
    SELECT DISTINCT ON (window_id) window_id, (fact->'told'->'coverage'->>'unknown')::int, 0,
      to_timestamp((fact->'revision'->>'collectedAtMs')::float8 / 1000), fact->'revision'->>'collectionId', 0, fact->'told'->>'csvSha256',
      (fact->'told'->>'rowCount')::int,
      CASE WHEN fact->'told'->'coverage'->>'unknown' = '0' THEN '' ELSE '0+' || (fact->'told'->'coverage'->>'unknown') END, '', 'k', 'loaded', now()
    FROM pipeline.facts WHERE stage = 'sealed' ORDER BY window_id, (fact->'told'->'coverage'->>'unknown')::int, recorded_at DESC
    ON CONFLICT (window_id) DO UPDATE SET unknown_periods = EXCLUDED.unknown_periods, unknown_ranges = EXCLUDED.unknown_ranges,
      row_count = EXCLUDED.row_count, collection_id = EXCLUDED.collection_id, collected_at = EXCLUDED.collected_at`);
  await postgres.query(`
    INSERT INTO market.candles (product_id, granularity, started_at, open, high, low, close, volume)
    SELECT split_part(window_id, '/', 3), 60, right(window_id, 10)::timestamp AT TIME ZONE 'UTC' + minute * interval '1 minute', 1, 1, 1, 1, 1
    FROM market.load_ledger, generate_series(unknown_periods, 1439) AS minute WHERE starts_with(window_id, 'candles/60/') ON CONFLICT DO NOTHING`);
}

/** A transformer that computes what is marked, and stages that carry it: nothing but what they tell is there. */
export async function playTransformer(postgres: Postgres): Promise<void> {
  await postgres.query(`
    WITH marked AS (DELETE FROM pipeline.transform_marks RETURNING window_id, md5(window_id)::uuid AS collection_id),
    outcomes AS (
      INSERT INTO pipeline.transform_outcomes (window_id, outcome) SELECT window_id, 'unchanged' FROM marked
      ON CONFLICT (window_id) DO UPDATE SET computed_at = EXCLUDED.computed_at
    ), transforms AS (
      INSERT INTO pipeline.transforms (window_id, csv_sha256, row_count, collected_at, collection_id)
      SELECT window_id, 'ab', 1, to_timestamp(0), collection_id FROM marked ON CONFLICT DO NOTHING
    ), facts AS (
      INSERT INTO pipeline.facts (window_id, stage, telling, fact)
      SELECT window_id, stage, collection_id, jsonb_build_object('stage', stage, 'impliesSealed', true,
        'revision', jsonb_build_object('unknown', 0, 'open', 0, 'collectedAtMs', 0, 'collectionId', collection_id),
        'holds', jsonb_build_object('rows', 1, 'csvSha256', 'ab'))
      FROM marked, unnest('{warehouse_loaded,rds_loaded}'::text[]) AS stage ON CONFLICT DO NOTHING
    )
    INSERT INTO market.load_ledger
      (window_id, unknown_periods, open_periods, collected_at, collection_id, no_trade_periods, csv_sha256, row_count, unknown_ranges, open_ranges,
       archive_key, state, loaded_at)
    SELECT window_id, 0, 0, to_timestamp(0), collection_id, 0, 'ab', 1, '', '', 'k', 'loaded', now() FROM marked ON CONFLICT DO NOTHING`);
}

/** Closes the runs that can close, with both of them played. */
export async function closePlayed(postgres: Postgres): Promise<void> {
  await playLedger(postgres);
  const close = new CloseRuns({
    ...{ store: new RunStore(postgres), closing: new ClosingStore(postgres), checks: new CheckStore() },
    ...{
      notifications: new NotificationStore(postgres, false),
      logger: createLogger({ app: 'test', level: 'silent' }),
      metrics: new Metrics(),
    },
    rules: { unknownShareMax: 0.01, volumeShareMin: 0.02, jumpSigmas: 6 },
  });
  do await playTransformer(postgres);
  while ((await close.run()) > 0);
}
