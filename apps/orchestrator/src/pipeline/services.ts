import { z } from 'zod';

/** Every service of the pipeline, in the order of the road that a window takes; last the one that tells others of it, where it runs. */
export const SERVICES = ['orchestrator', 'collector', 'archiver', 'warehouse-loader', 'rds-loader', 'transformer', 'gateway'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** What others run, and the orchestrator is told of. */
const others = SERVICES.filter((name) => name !== 'orchestrator').join('|');

/** Consumer groups that the services have unless told otherwise. */
const DEFAULT_GROUPS = [
  ...['collector=elias-collector', 'archiver=elias-archiver', 'warehouse-loader=elias-warehouse-loader', 'rds-loader=elias-rds-loader'],
  ...['rds-loader=elias-rds-loader-live', 'rds-loader=elias-rds-loader-archive', 'rds-loader=elias-rds-loader-archive-live'],
  'transformer=elias-transformer',
];

const list = (text: string): string[] => (text === '' ? [] : text.split(',').map((part) => part.trim()));

/** Settings of what the API tells of the other services. */
export const serviceViewSettings = {
  ORCHESTRATOR_SERVICE_URLS: z
    .string()
    .default('')
    .transform(list)
    .pipe(z.array(z.string().regex(new RegExp(`^(?:${others})=https?://[^\\s=?#@]+$`))))
    .describe(
      'addresses that the health of other services is asked at, e.g. collector=http://collector:8080,archiver=http://archiver:8080',
    ),
  ORCHESTRATOR_SERVICE_GROUPS: z
    .string()
    .default(DEFAULT_GROUPS.join(','))
    .transform(list)
    .pipe(z.array(z.string().regex(new RegExp(`^(?:${others})=[A-Za-z0-9._-]{1,180}$`))))
    .describe('consumer groups of other services, whose lags and dead letters are told; a service may have several'),
};

/** Values of each service from a list of `service=value`. */
export function byService(pairs: readonly string[]): Map<ServiceName, string[]> {
  const values = new Map<ServiceName, string[]>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at) as ServiceName;
    values.set(name, [...(values.get(name) ?? []), pair.slice(at + 1)]);
  }
  return values;
}
