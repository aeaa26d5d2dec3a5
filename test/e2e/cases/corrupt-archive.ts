import { createHash } from 'node:crypto';
import { archiveKey } from '@elias/archive';
import { encodeEvent, TOPICS } from '@elias/contracts';
import type { EncodedRecord } from '@elias/contracts';
import { partitionOf, placeRecord } from '@elias/kafka';
import { windowId } from '@elias/market-data';
import { madeTelling } from '../../support/made-telling.js';
import type { MadeTelling } from '../../support/made-telling.js';
import { sealedTelling } from '../../support/sealed-telling.js';
import { until } from '../../support/service-process.js';
import type { E2eScene } from '../e2e-scene.js';
import { DEAD_LETTERS } from '../e2e-scene.js';

const PRODUCT = 'E2E-USD';

export interface DamagedArchive {
  windowId: string;
  collectionId: string;
  key: string;
}

/** An object whose bytes went bad between two sound ones: refused with its key and reason, the others of its batch are loaded. */
export function corruptArchive(scene: E2eScene): { damaged: () => DamagedArchive } {
  const [first, damagedDay, second] = daysOfOnePartition(3);
  const sound = [first!, second!].map((day) => madeTelling({ productId: PRODUCT, day, telling: `sound ${day}` }));
  const bad = madeTelling({ productId: PRODUCT, day: damagedDay!, telling: 'damaged' });
  const id = windowId(bad.facts.window);
  const key = archiveKey('', bad.facts.window, bad.facts.revision, bad.facts.csvSha256);

  it('a corrupt archive is refused by the warehouse-loader with key and reason, the rest of its batch is loaded', async () => {
    const producer = scene.kafka.producer();
    const records = [await sealed(scene, sound[0]!, intact), await sealed(scene, bad, damage), await sealed(scene, sound[1]!, intact)];
    // one partition, one send: the loader meets the three together
    expect(new Set(records.map((record) => placeRecord(record).partition)).size).toBe(1);
    await producer.send(records.map(placeRecord));
    // the loader from the topic is to have the sound ones too
    await producer.send(sound.map(({ record }) => placeRecord(record)));

    const failed = await scene.telling('warehouse.failed', ({ window_id }) => window_id === id);
    expect(failed).toMatchObject({
      reason: 'archive-corrupt',
      archive: { key },
      revision: { collection_id: bad.facts.revision.collectionId },
    });
    expect(failed.detail).not.toBe('');
    for (const { facts } of sound) {
      const ofTelling = ({ window, revision }: { window: { id: string }; revision: { collection_id: string } }): boolean =>
        window.id === windowId(facts.window) && revision.collection_id === facts.revision.collectionId;
      expect(await scene.telling('warehouse.loaded', ofTelling)).toMatchObject({ row_count: facts.rowCount });
      await scene.telling('rds.loaded', ofTelling);
    }
    await until(
      () =>
        scene
          .deadLetters(DEAD_LETTERS.warehouse)
          .some(({ headers, value }) => headers['elias_dlq_reason'] === 'archive-corrupt' && String(value).includes(key)),
      240_000,
      () => `no dead letter names ${key}`,
    );
  }, 300_000);

  it('nothing of it is in Redshift, all of the others is', async () => {
    const rows = await scene.readers.query(`SELECT started_at FROM market.candles WHERE product_id = '${PRODUCT}' ORDER BY started_at`);
    const expected = sound.flatMap(({ candles }) => candles.map(({ startedAtMs }) => new Date(startedAtMs).toISOString().slice(0, 19)));
    expect(rows.map((row) => row['started_at']!.replace(' ', 'T').slice(0, 19))).toEqual(expected);
    expect(await scene.readers.query(`SELECT window_id FROM market.load_ledger WHERE window_id = '${id}'`)).toEqual([]);
  }, 300_000);

  return { damaged: () => ({ windowId: id, collectionId: bad.facts.revision.collectionId, key }) };
}

const intact = (zip: Buffer): Buffer => zip;

/** One bit of the CSV's packed bytes, as a bad disk would have it. */
function damage(zip: Buffer): Buffer {
  const bytes = Buffer.from(zip);
  const at = Math.floor(bytes.indexOf('PK\x01\x02', 0, 'latin1') / 4);
  bytes[at] = bytes[at]! ^ 0x10;
  return bytes;
}

/** Puts the archive as `alter` makes it, and tells of it with the size and hash that the object then has. */
async function sealed(scene: E2eScene, telling: MadeTelling, alter: (zip: Buffer) => Buffer): Promise<EncodedRecord> {
  const { zip: right, event } = await sealedTelling(telling, scene.stack.s3.bucket, '');
  const zip = alter(right);
  await scene.readers.put(event.archive.key, zip);
  const sha256 = createHash('sha256').update(zip).digest('hex');
  return encodeEvent('archive.sealed', { ...event, archive: { ...event.archive, bytes: zip.length, sha256 } }, 'test');
}

/** Days whose windows share a partition of the topic of archives. */
function daysOfOnePartition(count: number): string[] {
  const byPartition = new Map<number, string[]>();
  for (let i = 0; ; i += 1) {
    const day = new Date(Date.UTC(2022, 0, 1 + i)).toISOString().slice(0, 10);
    const partition = partitionOf(`candles/60/${PRODUCT}/${day}`, TOPICS.archiveObjects.partitions);
    const days = [...(byPartition.get(partition) ?? []), day];
    if (days.length === count) return days;
    byPartition.set(partition, days);
  }
}
