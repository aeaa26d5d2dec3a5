import type { VNode } from 'preact';
import type { Service, Services } from '../api/shapes.js';
import { countText } from '../format/decimal.js';
import { instantText } from '../format/instant.js';
import { HEALTH_LOOKS, Mark } from '../parts/state-mark.js';

/** What is drawn, in the order that data takes; each name is a place of the grid in `overview.css`. */
const PLACES: readonly { place: string; service?: string; title: string; does: string; fedBy?: string }[] = [
  { place: 'orchestrator', service: 'orchestrator', title: 'orchestrator', does: 'asks for windows, keeps runs' },
  { place: 'exchange', title: 'Exchange', does: 'REST' },
  { place: 'collector', service: 'collector', title: 'collector', does: 'pages through the API' },
  { place: 'kafka', fedBy: 'collector', title: 'Kafka', does: 'a window, a record' },
  { place: 'archiver', service: 'archiver', title: 'archiver', does: 'seals zips' },
  { place: 's3', fedBy: 'archiver', title: 'S3', does: 'a window, a zip' },
  { place: 'warehouse-loader', service: 'warehouse-loader', title: 'warehouse-loader', does: 'COPY, one transaction' },
  { place: 'redshift', fedBy: 'warehouse-loader', title: 'Redshift', does: 'warehouse' },
  { place: 'rds-loader', service: 'rds-loader', title: 'rds-loader', does: 'COPY, one transaction' },
  { place: 'postgres', fedBy: 'rds-loader', title: 'Postgres', does: 'RDS' },
  { place: 'transformer', service: 'transformer', title: 'transformer', does: 'stats and discounts, back to Kafka' },
  { place: 'gateway', service: 'gateway', title: 'gateway', does: 'tells whoever listens' },
];

const EXCHANGE_NAMES = { coinbase: 'Coinbase', simulator: 'the simulator', other: 'another address' } as const;

/** The road of a window with what each service does right now. @param services null while that is not known */
export function PipelinePicture({ services }: { services: Services | null }): VNode {
  const withGateway = services?.services.some(({ name }) => name === 'gateway') ?? false;
  return (
    <ul class="pipeline" aria-label="From the exchange to both stores">
      {PLACES.filter(({ place }) => place !== 'gateway' || withGateway).map(({ place, service, fedBy, title, does }) => {
        const told = services?.services.find(({ name }) => name === service) ?? null;
        const flows = (services?.services.find(({ name }) => name === (service ?? fedBy))?.rate_per_minute ?? 0) > 0;
        const words = place === 'exchange' && services !== null ? EXCHANGE_NAMES[services.exchange.url_kind] : does;
        return (
          <li
            key={place}
            class={`place place-${place} ${service === undefined ? 'place-store' : 'place-service'} ${flows ? 'place-flows' : ''}`}
          >
            <span class="place-title">{title}</span>
            <span class="place-does">{words}</span>
            {service === 'gateway' && <ServiceHealth service={told} />}
            {service !== undefined && service !== 'gateway' && <ServiceState service={told} />}
          </li>
        );
      })}
      <li class="place-return" aria-hidden="true">
        stats and discounts are windows too
      </li>
    </ul>
  );
}

function ServiceHealth({ service }: { service: Service | null }): VNode {
  const reasons = service?.reasons.join('; ') ?? '';
  return (
    <>
      <Mark look={HEALTH_LOOKS[service?.health ?? 'unknown'] ?? HEALTH_LOOKS.unknown} />
      {reasons !== '' && <span class="place-reason">{reasons}</span>}
    </>
  );
}

function ServiceState({ service }: { service: Service | null }): VNode {
  return (
    <>
      <ServiceHealth service={service} />
      <dl class="place-figures">
        <div title="windows that the stage told of in the last 60 s">
          <dt>per min</dt>
          <dd>{countOr(service?.rate_per_minute)}</dd>
        </div>
        <div title="records between what is committed and the end of the topics">
          <dt>lag</dt>
          <dd class={(service?.lag ?? 0) > 0 ? 'lagging' : ''}>{countOr(service?.lag)}</dd>
        </div>
      </dl>
      {service?.last_event_at !== null && service?.last_event_at !== undefined && (
        <span class="place-last">last {instantText(service.last_event_at)}</span>
      )}
    </>
  );
}

const countOr = (count: number | null | undefined): string => (count === null || count === undefined ? '–' : countText(Math.round(count)));
