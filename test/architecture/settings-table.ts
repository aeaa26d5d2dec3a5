import { archiverConfig } from '../../apps/archiver/src/archiver.config.js';
import { collectorConfig } from '../../apps/collector/src/collector.config.js';
import { gatewayConfig } from '../../apps/gateway/src/gateway.config.js';
import { exchangeSimulatorConfig } from '../../apps/exchange-simulator/src/exchange-simulator.config.js';
import { orchestratorConfig } from '../../apps/orchestrator/src/orchestrator.config.js';
import { archiveSourceConfig, rdsLoaderConfig } from '../../apps/rds-loader/src/rds-loader.config.js';
import { redshiftEmulatorConfig } from '../../apps/redshift-emulator/src/redshift-emulator.config.js';
import { transformerConfig } from '../../apps/transformer/src/transformer.config.js';
import { warehouseLoaderConfig } from '../../apps/warehouse-loader/src/warehouse-loader.config.js';
import type { z } from 'zod';

const SCHEMAS: readonly (readonly [service: string, schema: z.ZodObject])[] = [
  ['orchestrator', orchestratorConfig],
  ['collector', collectorConfig],
  ['archiver', archiverConfig],
  ['warehouse-loader', warehouseLoaderConfig],
  ['rds-loader', rdsLoaderConfig],
  ['rds-loader', archiveSourceConfig],
  ['transformer', transformerConfig],
  ['gateway', gatewayConfig],
  ['exchange-simulator', exchangeSimulatorConfig],
  ['redshift-emulator', redshiftEmulatorConfig],
];

/** README's table of settings, made of the schemas themselves. */
export function settingsTable(): string[] {
  const settings = new Map<string, { services: Set<string>; schema: z.ZodType }>();
  for (const [service, schema] of SCHEMAS) {
    for (const [name, field] of Object.entries(schema.shape)) {
      const known = settings.get(name) ?? { services: new Set<string>(), schema: field as z.ZodType };
      known.services.add(service);
      settings.set(name, known);
    }
  }
  const services = new Set(SCHEMAS.map(([service]) => service)).size;
  const rows = [...settings].map(([name, { services: used, schema }]) => {
    const users = used.size === services ? 'all' : [...used].join(', ');
    return `| \`${name}\` | ${users} | ${defaultOf(schema)} | ${(schema.description ?? '').replaceAll('|', '\\|')} |`;
  });
  return ['| setting | services | default | |', '|---|---|---|---|', ...rows];
}

/** Every setting says what it expects. */
export function undescribedSettings(): string[] {
  return SCHEMAS.flatMap(([service, schema]) =>
    Object.entries(schema.shape)
      .filter(([, field]) => ((field as z.ZodType).description ?? '') === '')
      .map(([name]) => `${service}: ${name}`),
  );
}

function defaultOf(schema: z.ZodType): string {
  const parsed = schema.safeParse(undefined);
  if (!parsed.success) return 'required';
  if (parsed.data === undefined) return 'none';
  return parsed.data === '' || (Array.isArray(parsed.data) && parsed.data.length === 0) ? 'empty' : `\`${String(parsed.data)}\``;
}
