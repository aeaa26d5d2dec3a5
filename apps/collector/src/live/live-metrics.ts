import type { FeedCounters } from '@elias/coinbase';
import type { Metrics } from '@elias/telemetry';

/** What the live plane counts. */
export class LiveMetrics {
  private readonly published;
  private readonly latency;
  private readonly messages;
  private readonly refused;
  private readonly dropped;
  private readonly holes;
  private readonly missing;
  private readonly connections;
  private readonly queued;
  private readonly connected;
  private readonly products;
  private readonly productsLeftOut;
  private last = new Map<string, number>();

  constructor(metrics: Metrics) {
    this.published = metrics.counter('elias_collector_live_published_total', 'events of the live plane that Kafka acknowledged', ['type']);
    this.latency = metrics.histogram(
      'elias_collector_live_seconds',
      'from the arrival of a message to the acknowledgement of Kafka',
      [],
      [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
    );
    this.messages = metrics.counter('elias_collector_feed_messages_total', 'messages of the feed by type', ['type']);
    this.refused = metrics.counter('elias_collector_feed_refused_total', 'messages that nobody understands, by reason', ['reason']);
    this.dropped = metrics.counter('elias_collector_feed_dropped_total', 'messages that were dropped for want of room, by kind', ['kind']);
    this.holes = metrics.counter('elias_collector_feed_holes_total', 'holes in the trade ids of the feed: told, filled, given up', [
      'state',
    ]);
    this.missing = metrics.counter(
      'elias_collector_feed_trades_total',
      'trades of the feed that were missing, came after all (late, or by REST), came twice, were not believed, or are not asked for; missing less late is lost',
      ['what'],
    );
    this.connections = metrics.counter('elias_collector_feed_connections_total', 'connections to the feed: begun, and ended by cause', [
      'what',
    ]);
    this.queued = metrics.gauge('elias_collector_feed_queued_messages', 'messages of the feed that wait for Kafka');
    this.connected = metrics.gauge('elias_collector_feed_connected', '1 while the feed is connected');
    this.products = metrics.gauge('elias_collector_feed_products', 'products that the feed has confirmed');
    this.productsLeftOut = metrics.gauge(
      'elias_collector_feed_products_left_out',
      'products that are to be streamed and are not: the exchange does not list them, or its feed refuses them',
    );
  }

  /** @param latencySeconds of each event */
  sent(type: string, latencySeconds: number): void {
    this.published.inc({ type });
    this.latency.observe(latencySeconds);
  }

  gaveUp(trades: number): void {
    this.missing.inc({ what: 'given_up' }, trades);
  }

  notKept(): void {
    this.refused.inc({ reason: 'not_kept' });
  }

  /** Totals become counters. */
  show(counters: FeedCounters, productsLeftOut: number): void {
    this.productsLeftOut.set(productsLeftOut);
    const count = (name: string, total: number, add: (more: number) => void): void => {
      const more = total - (this.last.get(name) ?? 0);
      this.last.set(name, total);
      if (more > 0) add(more);
    };
    for (const [type, total] of Object.entries(counters.messages)) {
      count(`message ${type}`, total, (more) => this.messages.inc({ type }, more));
    }
    for (const [reason, total] of counters.refused) count(`refused ${reason}`, total, (more) => this.refused.inc({ reason }, more));
    for (const [kind, total] of Object.entries(counters.dropped))
      count(`dropped ${kind}`, total, (more) => this.dropped.inc({ kind }, more));
    const holes = { told: counters.holes, filled: counters.holesFilled, given_up: counters.holesGivenUp };
    for (const [state, total] of Object.entries(holes)) count(`hole ${state}`, total, (more) => this.holes.inc({ state }, more));
    const trades = { missing: counters.missed, late: counters.late, double: counters.doubles, not_believed: counters.leaps };
    for (const [what, total] of Object.entries(trades)) count(`trade ${what}`, total, (more) => this.missing.inc({ what }, more));
    count('connects', counters.connects, (more) => this.connections.inc({ what: 'begun' }, more));
    for (const [cause, total] of counters.ends) count(`end ${cause}`, total, (more) => this.connections.inc({ what: cause }, more));
    this.queued.set(counters.queued);
    this.connected.set(counters.connected ? 1 : 0);
    this.products.set(counters.confirmedProducts);
  }
}
