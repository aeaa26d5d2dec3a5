import { TOPICS } from '@elias/contracts';
import { until } from '../../support/service-process.js';
import { skipToEnd } from '../../support/topic-tail.js';
import type { StoryScene } from './story-scene.js';

const SEALED_WITHIN_MS = 60_000;
const LOOKED_WITHIN_MS = 60_000;
const ARCHIVES = TOPICS.archiveObjects.name;

/** Stories of loaders that are one too many, or away. */
export const LOADER_STORIES = {
  'two-loaders-overlap': async (scene: StoryScene): Promise<void> => {
    const group = `elias-drill-${scene.seed}`;
    await skipToEnd(scene.stack.addresses.kafka.brokers, group, [ARCHIVES]);
    const second = await scene.startSecond('warehouse-loader', { WAREHOUSE_LOADER_GROUP: group });
    await scene.collect();
    await until(
      async () => sample(await scene.metrics(second), `elias_kafka_consumed_records_total{group="${group}"`) >= scene.windows.length,
      LOOKED_WITHIN_MS,
      () => 'the second loader has not loaded the same windows',
    );
    await caughtUp(scene, group, [ARCHIVES]);
    scene.proven(true, 'both loaded the windows');
    await scene.expectCollected();
  },

  'loader-away': async (scene: StoryScene): Promise<void> => {
    await scene.stack.stopService('warehouse-loader');
    await scene.stack.stopService('rds-loader');
    try {
      const run = await scene.order();
      await untilSealed(scene);
      scene.proven((await scene.runs.run(run)).state === 'running', 'a run that waits for its loaders');
      await start(scene, 'warehouse-loader', 'rds-loader');
      await scene.succeeded(run);
    } finally {
      await start(scene, 'warehouse-loader', 'rds-loader');
    }
    await scene.quiet();
    await scene.expectCollected();
  },

  'offsets-lost': async (scene: StoryScene): Promise<void> => {
    await scene.stack.stopService('warehouse-loader');
    const run = await scene.order();
    await untilSealed(scene);
    await caughtUp(scene, 'elias-orchestrator', [ARCHIVES]);
    await caughtUp(scene, 'elias-rds-loader', [ARCHIVES]);
    const ends = await scene.stack.kafka.endOffsets(ARCHIVES);
    await scene.stack.kafka.ask('forget announcements', (admin) =>
      admin.deleteTopicRecords({ topic: ARCHIVES, partitions: ends.map(({ partition, high }) => ({ partition, offset: high })) }),
    );
    await start(scene, 'warehouse-loader');
    const lost = async (): Promise<number> => sample(await scene.metrics('warehouse-loader'), 'elias_kafka_consumer_offsets_lost_total');
    await until(
      async () => (await lost()) > 0,
      LOOKED_WITHIN_MS,
      () => 'nobody saw that announcements are lost',
    );
    scene.proven(true, 'the loss was seen');
    // what is never announced again is asked for again
    await scene.cancel(run);
    await scene.collect();
    await scene.expectCollected();
  },

  'both-sources': async (scene: StoryScene): Promise<void> => {
    const group = `elias-drill-archive-${scene.seed}`;
    await skipToEnd(scene.stack.addresses.kafka.brokers, group, [ARCHIVES]);
    const settings = { RDS_LOADER_SOURCE: 'archive', RDS_LOADER_GROUP: group };
    const second = await scene.startSecond('rds-loader', settings);
    await scene.collect();
    await caughtUp(scene, group, [ARCHIVES]);
    const taken = sample(await scene.metrics(second), `elias_kafka_consumed_records_total{group="${group}"`);
    scene.proven(taken >= scene.windows.length, 'both sources brought the windows');
    await scene.expectCollected();
  },

  'new-loader-reads-all': async (scene: StoryScene): Promise<void> => {
    await scene.collect();
    const group = `elias-drill-rds-${scene.seed}`;
    const second = await scene.startSecond('rds-loader', { RDS_LOADER_GROUP: group });
    await caughtUp(scene, group, [TOPICS.windowsCandles.name]);
    const text = await scene.metrics(second);
    scene.proven(sample(text, `elias_kafka_consumed_records_total{group="${group}"`) >= scene.windows.length, 'it read the topic');
    await scene.quiet();
    await scene.expectCollected();
  },
};

/** Sum of the samples whose name and labels begin so. */
function sample(metrics: string, beginning: string): number {
  const lines = metrics.split('\n').filter((line) => line.startsWith(beginning));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

async function start({ stack }: StoryScene, ...apps: string[]): Promise<void> {
  for (const app of apps) if (!stack.services.has(app)) await stack.startService(app, app);
}

/** Every window has an archive. */
async function untilSealed(scene: StoryScene): Promise<void> {
  await scene.reading((readers) =>
    until(
      async () => {
        const keys = await Promise.all(scene.windows.map(({ folder }) => readers.keys(`candles/${folder}/`)));
        return keys.every((ofWindow) => ofWindow.some((key) => key.endsWith('.zip')));
      },
      SEALED_WITHIN_MS,
      () => 'the windows are not sealed',
    ),
  );
  await caughtUp(scene, 'elias-archiver', [TOPICS.windowsCandles.name]);
}

/** A group has committed whatever is there now. */
async function caughtUp({ stack }: StoryScene, group: string, topics: string[]): Promise<void> {
  await until(
    async () => {
      const committed = await stack.kafka.fetchOffsets(group, topics);
      const ends = await Promise.all(topics.map(async (topic) => (await stack.kafka.endOffsets(topic)).map((end) => ({ topic, ...end }))));
      return ends.flat().every(({ topic, partition, high }) => {
        const { offset = null } = committed.find((one) => one.topic === topic && one.partition === partition) ?? {};
        return BigInt(offset ?? 0) >= BigInt(high);
      });
    },
    SEALED_WITHIN_MS,
    () => `${group} has not read all`,
  );
}
