import type { Metrics } from '@elias/telemetry';

/** What the transformer does, for Prometheus. */
export class TransformerMetrics {
  private readonly windows;

  constructor(metrics: Metrics) {
    this.windows = metrics.counter('elias_transformer_windows_total', 'Windows of stats by what became of them', ['outcome']);
  }

  computed(outcomes: readonly { outcome: 'published' | 'unchanged' | 'not_due' | 'failed' }[]): void {
    for (const { outcome } of outcomes) this.windows.inc({ outcome });
  }
}
