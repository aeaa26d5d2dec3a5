import { ObjectStore } from '@elias/object-store';
import type { StackReaders } from '../../support/stack-readers.js';
import type { StoryScene } from './story-scene.js';

/** The drill itself is tried: each fault that is planted here has to be seen, and nothing once it is taken away. */
export const JUDGE_STORIES = {
  'judge-double': (scene: StoryScene): Promise<void> =>
    planted(scene, /Redshift has 1 rows twice/, {
      plant: async ({ redshift }) => {
        const { rowCount } = await redshift.query(`INSERT INTO market.candles SELECT * FROM market.candles ${firstRow(scene)} LIMIT 1`);
        return rowCount === 1;
      },
      takeAway: async ({ redshift }) => {
        await redshift.query(`DELETE FROM market.candles WHERE ctid = (SELECT max(ctid) FROM market.candles ${firstRow(scene)})`);
      },
    }),

  'judge-altered': (scene: StoryScene): Promise<void> =>
    planted(scene, /Postgres differs in 1 rows/, {
      plant: async ({ postgres }) => {
        const { rowCount } = await postgres.query(`UPDATE market.candles SET volume = volume + 1 ${firstRow(scene)}`);
        return rowCount === 1;
      },
      takeAway: async ({ postgres }) => {
        await postgres.query(`UPDATE market.candles SET volume = volume - 1 ${firstRow(scene)}`);
      },
    }),

  'judge-orphan': (scene: StoryScene): Promise<void> => {
    const key = `candles/${scene.windows[0]!.folder}/nobody.zip`;
    return planted(scene, /nobody\.zip is nobody's/, {
      plant: async (readers) => {
        await readers.put(key, Buffer.from('zip'));
        return true;
      },
      takeAway: () => withStore(scene, (store) => store.delete([key])),
    });
  },

  'judge-bytes': async (scene: StoryScene): Promise<void> => {
    const folder = `candles/${scene.windows[0]!.folder}/`;
    let key = '';
    let right: Uint8Array = new Uint8Array();
    await planted(scene, /has other bytes than an undisturbed one/, {
      plant: async (readers) => {
        key = (await readers.keys(folder)).find((one) => one.endsWith('.zip'))!;
        right = await readers.object(key);
        const wrong = Buffer.from(right);
        wrong[wrong.length - 1]! ^= 1;
        await readers.put(key, wrong);
        return true;
      },
      takeAway: (readers) => readers.put(key, right),
    });
  },
};

interface Planted {
  /** @returns whether it is there */
  plant(readers: StackReaders): Promise<boolean>;
  takeAway(readers: StackReaders): Promise<void>;
}

async function planted(scene: StoryScene, complaint: RegExp, { plant, takeAway }: Planted): Promise<void> {
  await scene.collect();
  await scene.expectCollected();
  scene.proven(await scene.reading(plant), 'the fault that the judge is to see');
  const complaints = await scene.judgeCollected();
  await scene.reading(takeAway);
  if (!complaints.some((text) => complaint.test(text))) throw new Error(`the judge saw nothing: ${complaints.join('; ')}`);
  await scene.expectCollected();
}

/** The first candle of the story's first window. */
function firstRow({ windows }: StoryScene): string {
  const { productId, fromMs, toMs } = windows[0]!;
  const instant = (ms: number): string => `'${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')}'`;
  const ofWindow = `product_id = '${productId}' AND granularity = 60 AND started_at >= ${instant(fromMs)} AND started_at < ${instant(toMs)}`;
  return `WHERE ${ofWindow} AND started_at = (SELECT min(started_at) FROM market.candles WHERE ${ofWindow})`;
}

async function withStore(scene: StoryScene, work: (store: ObjectStore) => Promise<unknown>): Promise<void> {
  const { endpoint, region, bucket, access_key_id, secret_access_key } = scene.stack.addresses.s3;
  const credentials = { accessKeyId: access_key_id, secretAccessKey: secret_access_key };
  const store = new ObjectStore({ region, endpoint, bucket, credentials });
  try {
    await work(store);
  } finally {
    store.close();
  }
}
