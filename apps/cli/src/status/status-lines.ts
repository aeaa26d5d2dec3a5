import { printable, tableLines } from '../terminal/table-lines.js';
import type { PipelineStatus, ProductStatus } from './read-status.js';

const SERVICE_COLUMNS = [
  { title: 'service' },
  { title: 'health' },
  { title: 'waiting', align: 'right' },
  { title: 'windows/min', align: 'right' },
  { title: 'last event (UTC)' },
] as const;
const PRODUCT_COLUMNS = [
  { title: 'product' },
  { title: 'last day' },
  { title: 'candles', align: 'right' },
  { title: 'no trade', align: 'right' },
  { title: 'unknown', align: 'right' },
  { title: 'open', align: 'right' },
  { title: 'days' },
] as const;
const SIGNS = { available: '#', partial: '~', missing: '.' } as const;

/** The pipeline in one screen. */
export function statusLines(status: PipelineStatus, width?: number): string[] {
  const { services, products, dead_letters, alarms, last_run } = status;
  const letters = dead_letters.filter(({ count }) => count > 0).map(({ group, count }) => `${count} of ${group}`);
  const counts = last_run === null ? [] : Object.entries(last_run.counts).map(([state, count]) => `${count} ${state}`);
  return [
    ...tableLines(SERVICE_COLUMNS, services.map(serviceCells), width),
    '',
    ...tableLines(PRODUCT_COLUMNS, products.map(productCells), width),
    `days: ${SIGNS.available} available, ${SIGNS.partial} partial, ${SIGNS.missing} missing; the newest last`,
    '',
    `last run      ${last_run === null ? 'none' : `${last_run.kind} ${last_run.date ?? ''} ${last_run.state}: ${counts.join(', ')}`.replaceAll('  ', ' ')}`,
    `dead letters  ${letters.length === 0 ? 'none' : letters.join(', ')}`,
    `alarms        ${alarms.length === 0 ? 'none' : ''}`.trimEnd(),
    ...alarms.map(({ severity, text }) => `  ${severity}: ${printable(text)}`),
  ];
}

/** Whether nothing of it needs somebody: every service is ready, no alarm is up. */
export function isWell({ services, alarms }: PipelineStatus): boolean {
  return alarms.length === 0 && services.every(({ health }) => health === 'ready' || health === 'unknown');
}

function serviceCells({ name, health, lag, rate_per_minute, last_event_at }: PipelineStatus['services'][number]): string[] {
  const last = last_event_at === null ? '-' : new Date(last_event_at).toISOString().slice(0, 19).replace('T', ' ');
  return [name, health.replace('_', ' '), lag === null ? '?' : String(lag), String(rate_per_minute), last];
}

function productCells({ product_id, last, days }: ProductStatus): string[] {
  const signs = days.map((condition) => SIGNS[condition]).join('');
  if (last === null) return [product_id, '-', '-', '-', '-', '-', signs];
  return [product_id, last.date, ...[last.candles, last.no_trade, last.unknown, last.open].map(String), signs];
}
