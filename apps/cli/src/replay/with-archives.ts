import { loadConfig } from '@elias/config';
import { ObjectStore, objectStoreSettings } from '@elias/object-store';
import { z } from 'zod';
import type { CommandContext } from '../terminal/command-context.js';

/** The bucket of archives, for as long as `use` runs. */
export async function withArchives<T>({ settings }: CommandContext, use: (bucket: ObjectStore, prefix: string) => Promise<T>): Promise<T> {
  const {
    AWS_REGION: region,
    S3_ENDPOINT: endpoint,
    ARCHIVE_BUCKET,
    ARCHIVE_PREFIX,
  } = loadConfig(z.object(objectStoreSettings), settings());
  const bucket = new ObjectStore({ region, endpoint, bucket: ARCHIVE_BUCKET });
  try {
    return await use(bucket, ARCHIVE_PREFIX);
  } finally {
    bucket.close();
  }
}
