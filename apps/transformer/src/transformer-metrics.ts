import type { Metrics } from '@elias/telemetry';

/** What the transformer does, for Prometheus. */
export class TransformerMetrics {
  private readonly windows;

  constructor(metrics: Metrics) {
    this.windows = metrics.counter('elias_transformer_windows_total', 'Windows of stats by what became of them', ['outcome']);
  }

  computed(counts: { published: number; unchanged: number; not_due: number; failed: number }): void {
    for (const [outcome, count] of Object.entries(counts)) this.windows.inc({ outcome }, count);
  }
}
