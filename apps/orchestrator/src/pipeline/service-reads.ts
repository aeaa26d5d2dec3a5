import type { Readiness } from '@elias/telemetry';
import type { ActivityReads } from './activity-reads.js';
import { KafkaReads, lagByService } from './kafka-reads.js';
import { Recent } from './recent.js';
import type { Services, ServiceView } from './service-answers.js';
import { exchangeKindOf, healthAt, healthOf } from './service-health.js';
import type { ExchangeKind } from './service-health.js';
import { SERVICES } from './services.js';
import type { ServiceName } from './services.js';

const GOOD_MS = 1_900;
/** The exchange's address does not change while this process runs, but the simulator may start later. */
const EXCHANGE_GOOD_MS = 60_000;

export interface ServicePlaces {
  /** addresses of the other services */
  urls: ReadonlyMap<ServiceName, readonly string[]>;
  exchangeUrl: string;
}

/** How each service is: what it says itself, how far it is behind, how busy it is. A gateway is optional: it is told of where its address is known. Asked once in two seconds, however many ask here. */
export class ServiceReads {
  private readonly recent = new Recent(() => this.read(), GOOD_MS);
  private readonly exchange: Recent<ExchangeKind>;

  constructor(
    private readonly places: ServicePlaces,
    private readonly readiness: Readiness,
    private readonly kafka: KafkaReads,
    private readonly activity: ActivityReads,
  ) {
    this.exchange = new Recent(() => exchangeKindOf(places.exchangeUrl), EXCHANGE_GOOD_MS);
  }

  /** @throws PostgresUnavailableError; while Kafka is away lags are null */
  services(): Promise<Services> {
    return this.recent.get();
  }

  private async read(): Promise<Services> {
    const names = SERVICES.filter((name) => name !== 'gateway' || this.places.urls.has(name));
    const [healths, lags, activity, url_kind] = await Promise.all([
      Promise.all(names.map((name) => (name === 'orchestrator' ? this.readiness.report().then(healthOf) : this.health(name)))),
      this.kafka.lags().then(lagByService, () => null),
      this.activity.activity(),
      this.exchange.get(),
    ]);
    const services = names.map((name, i): ServiceView => {
      const { rate_per_minute = 0, last_event_at = null } = activity.find((one) => one.name === name) ?? {};
      return { name, ...healths[i]!, lag: lags === null ? null : (lags.get(name) ?? 0), rate_per_minute, last_event_at };
    });
    return { services, exchange: { url_kind } };
  }

  /** A service that runs more than once is as well as the worst of them. */
  private async health(name: ServiceName): ReturnType<typeof healthAt> {
    const all = await Promise.all((this.places.urls.get(name) ?? [undefined]).map(healthAt));
    return all.find(({ health }) => health !== 'ready') ?? all[0]!;
  }
}
