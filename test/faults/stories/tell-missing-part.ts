import { setTimeout as sleep } from 'node:timers/promises';
import { archiveKey } from '@elias/archive';
import { madeTrades } from '../../support/made-trades.js';
import { partRecords } from '../../support/published-trades.js';
import { zipContent } from '../../support/zip-content.js';
import type { StoryScene } from './story-scene.js';

const COUNT = 400;
const PART_BYTES = 8_192;
/** Whoever would seal too much has done so by then. */
const WATCHED_MS = 3_000;

/** A window of trades of which a part never comes is not sealed; a complete better telling is, and the other is dropped. */
export async function tellMissingPart(scene: StoryScene): Promise<void> {
  const { productId, fromMs } = scene.windows[0]!;
  const window = `trades/${productId}/${new Date(fromMs).toISOString().slice(0, 10)}T07`;
  const name = (telling: string): string => `${window} ${scene.seed} ${telling}`;
  const torn = madeTrades({ window, count: COUNT, telling: name('torn'), collectedAt: '2024-02-01T00:00:00Z' });
  const whole = madeTrades({ window, count: COUNT, telling: name('whole'), collectedAt: '2024-02-01T01:00:00Z' });
  const parts = partRecords(torn, PART_BYTES);
  const folder = 'trades/';
  const ofWindow = async (): Promise<string[]> =>
    scene.reading(async (readers) => (await readers.keys(folder)).filter((key) => key.includes(productId) && key.endsWith('.zip')));

  await scene.send(parts.filter((_, i) => i !== 1));
  await sleep(WATCHED_MS);
  const before = await ofWindow();
  if (before.length > 0) throw new Error(`a window that lacks a part was sealed: ${before.join()}`);
  scene.proven(parts.length > 2, 'a window of several parts that lacks one');

  await scene.send(partRecords(whole, PART_BYTES));
  await scene.quiet();
  const { facts, csv } = whole;
  const key = archiveKey('', facts.window, facts.revision, facts.csvSha256);
  const keys = await ofWindow();
  if (keys.join() !== key) throw new Error(`there are the archives ${keys.join()} instead of ${key}`);
  await scene.reading(async (readers) => {
    const sealed = [...zipContent(await readers.object(key))].find(([entry]) => entry.endsWith('.csv'))?.[1];
    if (sealed === undefined || !sealed.equals(csv)) throw new Error('the archive has other trades than the complete telling');
    const count = `SELECT count(*) AS stored, count(DISTINCT trade_id) AS distinct_ids FROM market.trades WHERE product_id = '${productId}'`;
    const [redshift] = await readers.query(count);
    const [postgres] = (await readers.postgres.query<Record<string, string>>(count)).rows;
    for (const [store, found] of Object.entries({ redshift, postgres }))
      if (Number(found?.['stored']) !== COUNT || Number(found?.['distinct_ids']) !== COUNT)
        throw new Error(`${store} has ${found?.['stored']} trades of ${COUNT}, ${found?.['distinct_ids']} by id`);
  });
}
