import { coinbaseSettings } from '@elias/coinbase';
import { kafkaSettings } from '@elias/kafka';
import { postgresSettings } from '@elias/postgres';
import { serviceSettings } from '@elias/telemetry';
import { z } from 'zod';

export const orchestratorConfig = z.object({
  ...serviceSettings,
  ...kafkaSettings,
  ...postgresSettings,
  ...coinbaseSettings,
  ORCHESTRATOR_BACKFILL_WINDOWS_MAX: z.coerce
    .number()
    .int()
    .positive()
    .default(96)
    .describe('windows of backfills that are asked for at once; the rest waits, so that the day never does'),
});
export type OrchestratorConfig = z.output<typeof orchestratorConfig>;
