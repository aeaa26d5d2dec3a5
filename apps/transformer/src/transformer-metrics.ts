import type { Metrics } from '@elias/telemetry';

/** What the transformer does, for Prometheus. */
export class TransformerMetrics {
  private readonly windows;

  constructor(metrics: Metrics) {
    this.windows = metrics.counter('elias_transformer_windows_total', 'Windows of stats by what became of them', ['outcome']);
  }

  computed({ published, unchanged, notDue }: { published: number; unchanged: number; notDue: number }): void {
    this.windows.inc({ outcome: 'published' }, published);
    this.windows.inc({ outcome: 'unchanged' }, unchanged);
    this.windows.inc({ outcome: 'not_due' }, notDue);
  }
}
