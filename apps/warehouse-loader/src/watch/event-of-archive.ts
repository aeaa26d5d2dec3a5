import { createHash } from 'node:crypto';
import { ArchiveCorruptError, sealedTold, verifyArchive } from '@elias/archive';
import { windowTopic } from '@elias/contracts';
import type { Logger } from '@elias/telemetry';
import { v7 as uuidv7 } from 'uuid';
import type { Objects } from '../objects.js';
import { sealedEvent } from '../owed-event.js';
import type { SealedEvent } from '../owed-event.js';

/**
 * An archive as its event would have told of it. Nobody asked for it: the request and the run are new ones, and the record that it came from
 * is not known.
 * @returns null when it cannot be read, which is logged
 * @throws ObjectStoreUnavailableError
 */
export async function eventOfArchive(objects: Pick<Objects, 'bucket' | 'get'>, key: string, logger: Logger): Promise<SealedEvent | null> {
  const zip = await objects.get(key);
  try {
    const { manifest, csvEntry } = await verifyArchive(zip);
    const sha256 = createHash('sha256').update(zip).digest('hex');
    const data = {
      ...{ request_id: uuidv7(), run_id: uuidv7(), origin: 'replay' as const },
      ...sealedTold(manifest, csvEntry, { bucket: objects.bucket, key, bytes: zip.length, sha256 }),
      source: { topic: windowTopic(manifest.window.dataset).name, partition: 0, offset: '0' },
    };
    return sealedEvent(data, {
      isOwed: () => true,
      done: () => undefined,
      putAside: (reason, cause) => Promise.resolve(logger.error({ key, reason, error: cause }, 'archive that was never loaded is refused')),
    });
  } catch (error) {
    if (!(error instanceof ArchiveCorruptError)) throw error;
    logger.error({ key, error }, 'archive that was never loaded cannot be read');
    return null;
  }
}
