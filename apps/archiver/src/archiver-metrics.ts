import type { Metrics } from '@elias/telemetry';

/** What the archiver counts, for `/metrics`. */
export class ArchiverMetrics {
  private readonly windows;
  private readonly tombstones;
  private readonly csvBytes;
  private readonly zipBytes;
  private readonly inHand;
  private readonly seconds;
  private readonly dropped;
  private readonly doubles;

  constructor(metrics: Metrics) {
    this.windows = metrics.counter('elias_archiver_windows_total', 'Windows answered, by what became of them', ['outcome']);
    this.tombstones = metrics.counter('elias_archiver_null_records_total', 'Records without a value, which change nothing');
    this.csvBytes = metrics.counter('elias_archiver_csv_bytes_total', 'Bytes of CSV in archives that stand');
    this.zipBytes = metrics.counter('elias_archiver_zip_bytes_total', 'Bytes of archives that stand');
    this.inHand = metrics.gauge('elias_archiver_windows_in_hand', 'Windows that are being packed or stored');
    this.dropped = metrics.counter(
      'elias_archiver_dropped_windows_total',
      'Windows whose parts did not all come, by why they were dropped',
      ['why'],
    );
    this.doubles = metrics.counter('elias_archiver_doubled_parts_total', 'Parts of windows that were there already');
    this.seconds = metrics.histogram('elias_archiver_archive_seconds', 'Time that one window took from packing to its line in the list');
  }

  /** A window of several records that never became whole. */
  droppedWindow(why: 'superseded' | 'abandoned'): void {
    this.dropped.inc({ why });
  }

  doubledPart(): void {
    this.doubles.inc();
  }

  answered(outcome: 'sealed' | 'found', sizes: { csvBytes: number; zipBytes: number }): void {
    this.windows.inc({ outcome });
    this.csvBytes.inc(sizes.csvBytes);
    this.zipBytes.inc(sizes.zipBytes);
  }

  refused(): void {
    this.windows.inc({ outcome: 'refused' });
  }

  nullRecord(): void {
    this.tombstones.inc();
  }

  async timed<T>(work: () => Promise<T>): Promise<T> {
    const end = this.seconds.startTimer();
    this.inHand.inc();
    try {
      return await work();
    } finally {
      this.inHand.dec();
      end();
    }
  }
}
