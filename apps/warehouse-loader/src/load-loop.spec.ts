import { EliasError } from '@elias/errors';
import type { EncodedRecord } from '@elias/contracts';
import { createLogger, Metrics } from '@elias/telemetry';
import { madeTelling } from '../../../test/support/made-telling.js';
import { sealedTelling } from '../../../test/support/sealed-telling.js';
import { until } from '../../../test/support/service-process.js';
import { InMemoryObjects } from './in-memory-objects.js';
import { InMemoryWarehouse } from './in-memory-warehouse.js';
import { KeepTwins } from './keep-twins.js';
import { LoadBatch } from './load-batch.js';
import { LoadLoop } from './load-loop.js';
import { LoadQueue } from './load-queue.js';
import { LoaderMetrics } from './loader-metrics.js';
import { sealedEvent } from './owed-event.js';
import type { OwedEvent } from './owed-event.js';
import { RunLoad } from './run-load.js';
import { StageLoads } from './stage-load.js';

const logger = createLogger({ app: 'test', level: 'silent' });

class AwayError extends EliasError {
  readonly code = 'ELIAS_TEST_AWAY';
  readonly disposition = 'retry';
}

/** A loader over stores in memory; everything that others can see is noted in order. */
class Loader {
  readonly objects = new InMemoryObjects();
  readonly warehouse = new InMemoryWarehouse(this.objects, Date.now);
  readonly seen: string[] = [];
  readonly loop: LoadLoop;
  owed = true;
  announceFault: () => void = () => undefined;
  private readonly queue = new LoadQueue({ intervalMs: 0, eventsMax: 100, bytesMax: 1e9, nowMs: Date.now });

  constructor() {
    const { objects, warehouse } = this;
    const prefix = 'p';
    const stage = new StageLoads(objects, prefix);
    const twins = new KeepTwins(objects, prefix, warehouse);
    const backoff = { firstMs: 1, longestMs: 2 };
    const nowMs = Date.now;
    const runLoad = new RunLoad({ warehouse, stage, prefix, logger, nowMs, conflictBackoff: backoff });
    objects.beforePut = (key) => void (key.includes('/tables/') && this.seen.push('twin'));
    this.loop = new LoadLoop({
      queue: this.queue,
      loadBatch: new LoadBatch({ objects, stage, runLoad, twins, logger }),
      twins,
      stage,
      sweep: { removeStaging: async () => 0, mendTwins: async () => ({ windows: 0, mended: 0, unmendable: 0 }) },
      watch: null,
      watchIntervalMs: 1,
      announce: (records) => this.announce(records),
      metrics: new LoaderMetrics(new Metrics()),
      logger,
      sweepIntervalMs: 1e9,
      sweepAtStart: false,
      nowMs,
      backoff,
    });
  }

  async hand(name: string, archive: 'there' | 'gone' = 'there'): Promise<void> {
    const { zip, event } = await sealedTelling(madeTelling({ productId: `${name}-USD`, telling: name }), this.objects.bucket, 'p');
    if (archive === 'there') await this.objects.put(event.archive.key, zip);
    const owed: OwedEvent = sealedEvent(event, {
      isOwed: () => this.owed,
      done: () => void this.seen.push(`done ${name}`),
      putAside: async (reason) => void this.seen.push(`put aside ${name}: ${reason}`),
    });
    this.queue.add([owed]);
  }

  async sees(what: string): Promise<void> {
    await until(
      () => this.seen.includes(what),
      5_000,
      () => `${what} is not among ${this.seen.join(', ')}; trouble: ${this.loop.trouble}`,
    );
  }

  private async announce(records: readonly EncodedRecord[]): Promise<void> {
    this.announceFault();
    for (const { key, headers } of records) this.seen.push(`${headers['ce_type']} ${key.split('/')[2]}`);
  }
}

let loader: Loader;
let bug: unknown;
beforeEach(() => {
  bug = undefined;
  loader = new Loader();
  loader.loop.start((error) => (bug = error));
});
afterEach(() => loader.loop.stop(100));

it('loads, announces, writes the twin, and only then is done', async () => {
  await loader.hand('A');
  await loader.sees('done A');
  expect(loader.seen).toEqual(['warehouse.loaded A-USD', 'twin', 'done A']);
  expect(loader.warehouse.rows.size).toBe(1);
});

it('puts a bad archive aside after it said so', async () => {
  await loader.hand('A', 'gone');
  await loader.sees('put aside A: archive-missing');
  expect(loader.seen).toEqual(['warehouse.failed A-USD', 'put aside A: archive-missing']);
});

it('announces again until it goes through; nothing is done before', async () => {
  let away = 3;
  loader.announceFault = () => {
    if ((away -= 1) >= 0) throw new AwayError('Kafka is away');
  };
  await loader.hand('A');
  await loader.sees('done A');
  expect(loader.seen).toEqual(['warehouse.loaded A-USD', 'twin', 'done A']);
  expect(loader.warehouse.loads).toHaveLength(1);
});

it('says what the trouble is while it lasts', async () => {
  let away = true;
  loader.warehouse.fault = () => (away ? { kind: 'failed', text: 'permission denied' } : null);
  await loader.hand('A');
  await until(
    () => loader.loop.trouble !== null,
    5_000,
    () => 'no trouble',
  );
  expect(loader.loop.trouble).toContain('permission denied');
  away = false;
  await loader.sees('done A');
  expect(loader.loop.trouble).toBeNull();
});

it('takes along what came while a load did not go through', async () => {
  let away = true;
  loader.warehouse.fault = () => (away ? { kind: 'failed', text: 'later' } : null);
  await loader.hand('A');
  await until(
    () => loader.loop.trouble !== null,
    5_000,
    () => 'no trouble',
  );
  await loader.hand('B');
  away = false;
  await loader.sees('done B');
  expect(loader.warehouse.loads.at(-1)!.windows).toHaveLength(2);
});

it('loads but says nothing of what was given to another member meanwhile', async () => {
  loader.warehouse.fault = () => {
    loader.owed = false;
    return null;
  };
  await loader.hand('A');
  await until(
    () => loader.warehouse.rows.size === 1,
    5_000,
    () => 'not loaded',
  );
  await loader.loop.stop(1_000);
  expect(loader.seen).toEqual([]);
});

it('finishes the load in hand when it is stopped, and begins no other', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const load = loader.warehouse.load.bind(loader.warehouse);
  loader.warehouse.load = async (...given) => {
    await held;
    return load(...given);
  };
  await loader.hand('A');
  await new Promise((resolve) => setTimeout(resolve, 50));
  const stopped = loader.loop.stop(5_000);
  await loader.hand('B');
  release();
  await stopped;
  expect(loader.seen).toEqual(['warehouse.loaded A-USD', 'twin', 'done A']);
});

it('ends at once when stopped while it waits or tries again', async () => {
  loader.warehouse.fault = () => ({ kind: 'failed', text: 'away' });
  await loader.hand('A');
  await until(
    () => loader.loop.trouble !== null,
    5_000,
    () => 'no trouble',
  );
  const startedAt = performance.now();
  await loader.loop.stop(10_000);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(bug).toBeUndefined();
});

it('hands a bug out instead of trying it for ever', async () => {
  loader.announceFault = () => {
    throw new TypeError('a bug');
  };
  await loader.hand('A');
  await until(
    () => bug !== undefined,
    5_000,
    () => 'no bug',
  );
  expect(bug).toEqual(new TypeError('a bug'));
});
