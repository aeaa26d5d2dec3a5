import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { archiveFolder, openArchive, sealArchive } from '@elias/archive';
import { windowId } from '@elias/market-data';
import { ArchiverScene } from '../support/archiver-scene.js';
import { FaultProxy } from '../support/fault-proxy.js';
import type { FaultProxyHooks } from '../support/fault-proxy.js';
import type { MadeWindow } from '../support/made-window.js';
import { until } from '../support/service-process.js';
import { testStack } from '../support/stack.js';

const groupNamed = (name: string): string => `test-archiver-${name}-${randomBytes(4).toString('hex')}`;
const puts = (request: IncomingMessage, ending: string): boolean =>
  request.method === 'PUT' && (request.url ?? '').split('?')[0]!.endsWith(ending);

async function archivesAreRight(scene: ArchiverScene, windows: readonly MadeWindow[]): Promise<void> {
  for (const window of windows) {
    const stored = await scene.store.get(scene.keyOf(window));
    expect(openArchive(stored).csv.equals(window.csv)).toBe(true);
    expect(stored.equals((await sealArchive(window.facts, window.csv)).zip)).toBe(true);
  }
  await scene.checksumsAreRight(windows);
}

/**
 * Each case kills the process at a point that the store sees, so that the request had its effect and nobody heard of it. The four run
 * side by side: a killed member's partitions are handed on only when its session has ended.
 */
it('kill -9 at each step: the restarted one announces what is owed, with the same bytes', async () => {
  const windowsOf = (scene: ArchiverScene): MadeWindow[] => scene.days(12);
  const points: Record<string, (kill: () => void) => FaultProxyHooks> = {
    'before the archive is written': (kill) => ({ before: (request) => (puts(request, '.zip') ? (kill(), 'cut') : 'pass') }),
    'after the archive is written': (kill) => ({ after: (request) => (puts(request, '.zip') ? (kill(), 'swallow') : 'answer') }),
    'after the list is written, before it is announced': (kill) => ({
      after: (request) => (puts(request, '/SHA256SUMS') ? (kill(), 'swallow') : 'answer'),
    }),
    'in the middle of several': (kill) => {
      let seen = 0;
      return { after: (request) => (puts(request, '.zip') && (seen += 1) === 7 ? (kill(), 'swallow') : 'answer') };
    },
  };
  const cases = await Promise.all(
    Object.entries(points).map(async ([point, hooks]) => {
      const group = groupNamed('kill');
      const scene = await ArchiverScene.open(group);
      const proxy = await FaultProxy.before(testStack().s3.endpoint);
      const windows = windowsOf(scene);
      const archiver = scene.start(group, { S3_ENDPOINT: proxy.url });
      await archiver.ready();
      proxy.hooks = hooks(() => archiver.kill('SIGKILL'));
      await scene.publish(windows.map((window) => scene.record(window)));
      expect(await archiver.exited).toEqual({ code: null, signal: 'SIGKILL' });
      const announced = scene.answers.sealed.length;
      scene.start(group);
      return { point, scene, proxy, windows, announced };
    }),
  );
  try {
    for (const { point, scene, windows, announced } of cases) {
      expect({ point, announced }).toEqual({ point, announced: 0 });
      await scene.sealed(windows, 90_000);
      await archivesAreRight(scene, windows);
    }
  } finally {
    for (const { scene, proxy } of cases) {
      await scene.close();
      proxy.close();
    }
  }
}, 180_000);

it('the store is away: not ready, with a reason; it comes back: everything is there', async () => {
  const group = groupNamed('away');
  const scene = await ArchiverScene.open(group);
  const proxy = await FaultProxy.before(testStack().s3.endpoint);
  try {
    const archiver = scene.start(group, { S3_ENDPOINT: proxy.url });
    await archiver.ready();
    const [first, ...others] = scene.days(6);
    await scene.publish([scene.record(first!)]);
    await scene.sealed([first!]);

    proxy.hooks = { before: () => 'cut' };
    await scene.publish(others.map((window) => scene.record(window)));
    const ready = () => archiver.get('/health/ready');
    // the bucket's own check may say so before the first put has failed
    await until(
      async () => {
        const { status, text } = await ready();
        return status === 503 && /attempt \d+: put of/.test(text);
      },
      30_000,
      () => scene.outputs(),
    );
    expect((await archiver.get('/health/live')).status).toBe(200);
    await sleep(2_000);
    expect(scene.answers.sealed).toHaveLength(1);

    proxy.hooks = {};
    await scene.sealed(others, 90_000);
    await archivesAreRight(scene, [first!, ...others]);
    await archiver.ready(30_000);
    expect(scene.answers.failed).toEqual([]);
    expect(scene.deadLetters).toEqual([]);
  } finally {
    await scene.close();
    proxy.close();
  }
}, 180_000);

it('answers of the store get lost now and then: each window is stored once and announced', async () => {
  const group = groupNamed('lossy');
  const scene = await ArchiverScene.open(group);
  const proxy = await FaultProxy.before(testStack().s3.endpoint);
  try {
    const archiver = scene.start(group, { S3_ENDPOINT: proxy.url });
    await archiver.ready();
    let requests = 0;
    const lose = (): boolean => (requests += 1) % 3 === 0;
    proxy.hooks = { before: () => (requests % 5 === 4 && lose() ? 'cut' : 'pass'), after: () => (lose() ? 'swallow' : 'answer') };
    const windows = scene.days(20);
    await scene.publish(windows.map((window) => scene.record(window)));
    await scene.sealed(windows, 120_000);
    await archivesAreRight(scene, windows);
    expect((await scene.keys()).filter((key) => key.endsWith('.zip'))).toHaveLength(20);
  } finally {
    await scene.close();
    proxy.close();
  }
}, 180_000);

it('two archivers on the same records: one object each, both announce it, the lists hold', async () => {
  const groups = [groupNamed('race'), groupNamed('race')];
  const scene = await ArchiverScene.open(...groups);
  try {
    const archivers = groups.map((group) => scene.start(group));
    await Promise.all(archivers.map((archiver) => archiver.ready()));
    const first = scene.days(25);
    const later = scene.days(25, { telling: 1, seed: 2 });
    const announced = (windows: readonly MadeWindow[]) => {
      const tellings = new Set(windows.map(({ facts }) => `${windowId(facts.window)} ${facts.revision.collectionId}`));
      return scene.answers.sealed.filter(({ window, revision }) => tellings.has(`${window.id} ${revision.collection_id}`)).length;
    };
    // in two rounds: S3Mock lets both win where two create one object at the same instant, which S3 does not
    for (const round of [first, later]) {
      await scene.publish(round.map((window) => scene.record(window)));
      await until(
        () => announced(round) === 50,
        60_000,
        () => scene.outputs(),
      );
    }
    await archivesAreRight(scene, [...first, ...later]);
    const folder = archiveFolder(scene.prefix, first[0]!.facts.window);
    expect((await scene.keys()).filter((key) => key.startsWith(folder))).toHaveLength(3);
    expect(scene.answers.failed).toEqual([]);
  } finally {
    await scene.close();
  }
}, 180_000);
