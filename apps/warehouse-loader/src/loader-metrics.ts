import type { Metrics } from '@elias/telemetry';

const NAME = 'elias_warehouse_loader';
const LOAD_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/** What the loader counts. */
export class LoaderMetrics {
  readonly windows;
  readonly loads;
  readonly loadSeconds;
  readonly stagedBytes;
  readonly retries;
  readonly twins;
  readonly waiting;
  readonly unloaded;

  constructor(metrics: Metrics) {
    this.windows = metrics.counter(`${NAME}_windows_total`, 'Archives answered', ['answer']);
    this.loads = metrics.counter(`${NAME}_loads_total`, 'Batches that are in the warehouse');
    this.loadSeconds = metrics.histogram(`${NAME}_load_seconds`, 'Time of one batch by step', ['step'], LOAD_SECONDS);
    this.stagedBytes = metrics.counter(`${NAME}_staged_bytes_total`, 'Bytes of gzip files staged for COPY');
    this.retries = metrics.counter(`${NAME}_retries_total`, 'Tries that did not go through and came again', ['cause']);
    this.twins = metrics.counter(`${NAME}_twins_total`, 'Gzip twins by what became of them', ['result']);
    this.unloaded = metrics.gauge(`${NAME}_unloaded_archives`, 'Archives that a store never loaded, at the last look', ['store']);
    this.waiting = metrics.gauge(`${NAME}_waiting_events`, 'Events that wait for the next load');
  }
}
