import { until } from '../../support/service-process.js';
import type { StoryScene } from './story-scene.js';

/** Long enough to be met, short enough for the stacks' own patience. */
const AWAY_MS = 4_000;

const HELD_WITHIN_MS = 45_000;
/** Where the power may be cut. */
const CUT_AT = [
  { service: 'collector', step: 'collector.publish-window' },
  { service: 'archiver', step: 'archiver.announce' },
  { service: 'warehouse-loader', step: 'warehouse-loader.load' },
  { service: 'rds-loader', step: 'rds-loader.write-rows' },
] as const;

/** Stories of whole servers that go away. */
export const OUTAGE_STORIES = {
  's3-away': (scene: StoryScene): Promise<void> => away(scene, 's3mock'),
  'redshift-away': (scene: StoryScene): Promise<void> => away(scene, 'redshift-emulator'),
  'exchange-away': (scene: StoryScene): Promise<void> => away(scene, 'exchange-simulator'),

  'power-cut': async (scene: StoryScene): Promise<void> => {
    const { stack } = scene;
    const point = CUT_AT[scene.seed % CUT_AT.length]!;
    const id = `power-cut-${Date.now()}`;
    stack.orders.place({ ...point, moment: 'before', id, passing: 1, act: 'hold' });
    const run = await scene.order();
    await until(
      () => stack.orders.carriedOut(id) !== null,
      HELD_WITHIN_MS,
      () => `nobody came to ${point.step}`,
    );
    stack.orders.place(null);
    scene.proven(true, `${point.service} was in the midst of it`);
    const names = [...stack.services.keys()];
    await Promise.all([...names.map((name) => stack.stopService(name, 'SIGKILL')), stack.servers.killAll(['kafka', 'postgres', 's3mock'])]);
    await stack.servers.startAll(['kafka', 'postgres', 's3mock']);
    await stack.servers.restart('redshift-emulator', 'SIGKILL', 0);
    await Promise.all(names.map((name) => stack.startService(name, name)));
    await scene.succeeded(run);
    await scene.quiet();
    await scene.expectCollected();
  },
};

async function away(scene: StoryScene, server: string): Promise<void> {
  const ordered: Promise<string>[] = [];
  await scene.stack.servers.restart(server, 'SIGKILL', AWAY_MS, () => void ordered.push(scene.order()));
  scene.proven(ordered.length === 1, `${server} was away when the run was ordered`);
  await scene.succeeded(await ordered[0]!);
  await scene.quiet();
  await scene.expectCollected();
}
