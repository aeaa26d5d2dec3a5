import { groupSettings, kafkaSettings } from '@elias/kafka';
import { objectStoreSettings } from '@elias/object-store';
import { serviceSettings } from '@elias/telemetry';
import { windowPartsSettings } from '@elias/window-parts';
import { z } from 'zod';

const MIB = 1024 * 1024;

export const archiverConfig = z.object({
  ...serviceSettings,
  ...kafkaSettings,
  ...groupSettings,
  ...objectStoreSettings,
  ...windowPartsSettings,
  ARCHIVER_GROUP: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,180}$/)
    .default('elias-archiver')
    .describe('consumer group, letters, digits and ._-'),
  ARCHIVER_PARTITIONS_AT_ONCE: z.coerce.number().int().min(1).max(64).default(4).describe('partitions handled side by side, 1 to 64'),
  ARCHIVER_WINDOWS_AT_ONCE: z.coerce
    .number()
    .int()
    .min(1)
    .max(256)
    .default(16)
    .describe('windows packed and stored side by side, 1 to 256'),
  ARCHIVER_BATCH_BYTES: z.coerce
    .number()
    .int()
    .min(1_024)
    .max(64 * MIB)
    .default(MIB)
    .describe('bytes of windows that are announced together, and that wait per partition: the bound of memory'),
});
export type ArchiverConfig = z.output<typeof archiverConfig>;
