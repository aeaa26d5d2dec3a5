import type { GatewayError, GatewayEventType } from '@elias/contracts';
import { GATEWAY_EVENT_TYPES } from '@elias/contracts';
import type { Metrics } from '@elias/telemetry';

/** What the gateway counts, for `/metrics`. */
export class GatewayMetrics {
  private readonly sentByType: ReadonlyMap<GatewayEventType, { inc(): void }>;
  private readonly clientsNow;
  private readonly cuts;
  private readonly badRecords;
  private readonly ring;
  private readonly pastReaders;

  constructor(metrics: Metrics) {
    const sent = metrics.counter('elias_gateway_sent_events_total', 'Events written to clients', ['type']);
    this.sentByType = new Map(GATEWAY_EVENT_TYPES.map((type) => [type, sent.labels({ type })]));
    this.clientsNow = metrics.gauge('elias_gateway_clients', 'Clients that are connected');
    this.cuts = metrics.counter('elias_gateway_cut_clients_total', 'Clients whose connection the gateway ended, by why', ['reason']);
    this.badRecords = metrics.counter('elias_gateway_bad_records_total', 'Records that hold nothing that could be told', ['topic']);
    this.ring = metrics.gauge('elias_gateway_ring_bytes', 'Bytes of the latest records that are kept', ['of']);
    this.pastReaders = metrics.gauge('elias_gateway_past_readers', 'Clients that the past is read for now');
  }

  sent(type: GatewayEventType): void {
    this.sentByType.get(type)?.inc();
  }

  clients(count: number): void {
    this.clientsNow.set(count);
  }

  cut(reason: GatewayError): void {
    this.cuts.inc({ reason });
  }

  badRecord(topic: string): void {
    this.badRecords.inc({ topic });
  }

  ringBytes({ live, windows }: { live: number; windows: number }): void {
    this.ring.set({ of: 'live' }, live);
    this.ring.set({ of: 'windows' }, windows);
  }

  readingPast(running: number): void {
    this.pastReaders.set(running);
  }
}
