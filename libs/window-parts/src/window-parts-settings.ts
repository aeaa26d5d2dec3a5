import { z } from 'zod';

/** Where large windows wait on disk; for every app that writes or reads them. */
export const spoolSettings = {
  WINDOW_SPOOL_DIR: z.string().min(1).default('/tmp').describe('folder in which large windows wait on disk'),
};

/** Settings of every app that reads windows in parts. */
export const windowPartsSettings = {
  ...spoolSettings,
  ARCHIVE_ABANDONED_AFTER_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(3_600_000)
    .describe('milliseconds after its last part from which on a window whose other parts never came is dropped, at least 1000'),
};
