import type { Metrics } from '@elias/telemetry';

/** What the loader counts, for `/metrics`. */
export class LoaderMetrics {
  private readonly windowsTotal;
  private readonly rows;
  private readonly bytes;
  private readonly loadSeconds;
  private readonly nulls;
  private readonly revocations;
  private readonly dropped;
  private readonly doubles;

  constructor(metrics: Metrics) {
    this.windowsTotal = metrics.counter('elias_rds_loader_windows_total', 'Windows answered, by what became of them', ['outcome']);
    this.rows = metrics.counter('elias_rds_loader_rows_total', 'Rows copied into Postgres');
    this.bytes = metrics.counter('elias_rds_loader_csv_bytes_total', 'Bytes of CSV copied into Postgres');
    this.loadSeconds = metrics.histogram('elias_rds_loader_load_seconds', 'Time that a group of windows took to load, commit included');
    this.nulls = metrics.counter('elias_rds_loader_null_records_total', 'Records without a value, which change nothing');
    this.dropped = metrics.counter(
      'elias_rds_loader_dropped_windows_total',
      'Windows whose parts did not all come, by why they were dropped',
      ['why'],
    );
    this.doubles = metrics.counter('elias_rds_loader_doubled_parts_total', 'Parts of windows that were there already');
    this.revocations = metrics.counter('elias_rds_loader_revocations_total', 'Withdrawn revisions noted');
  }

  /** @param outcome replaced, ledger_moved, unchanged, superseded, revoked or refused */
  windows(outcome: string, count: number): void {
    this.windowsTotal.inc({ outcome }, count);
  }

  loaded(rows: number, csvBytes: number): void {
    this.rows.inc(rows);
    this.bytes.inc(csvBytes);
  }

  async timed<T>(load: () => Promise<T>): Promise<T> {
    const end = this.loadSeconds.startTimer();
    try {
      return await load();
    } finally {
      end();
    }
  }

  /** A window of several records that never became whole. */
  droppedWindow(why: 'superseded' | 'abandoned'): void {
    this.dropped.inc({ why });
  }

  doubledPart(): void {
    this.doubles.inc();
  }

  nullRecord(): void {
    this.nulls.inc();
  }

  revoked(count: number): void {
    this.revocations.inc(count);
  }
}
