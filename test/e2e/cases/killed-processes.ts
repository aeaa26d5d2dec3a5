import { TOPICS } from '@elias/contracts';
import type { ControlEvent, EventType } from '@elias/contracts';
import { until } from '../../support/service-process.js';
import { eventsOf, wholeTopic } from '../../support/topic-reader.js';
import { dayOf } from '../../support/watched-window.js';
import type { E2eScene } from '../e2e-scene.js';

/** Every app, with the answer of its own that shows it in the middle of the run; the orchestrator's work is to have more asked for. */
const APPS: readonly [app: string, telling: Telling][] = [
  ['rds-loader', 'rds.loaded'],
  ['warehouse-loader', 'warehouse.loaded'],
  ['archiver', 'archive.sealed'],
  ['orchestrator', 'collection.completed'],
  ['collector', 'collection.completed'],
];
const TELLINGS = ['collection.completed', 'archive.sealed', 'warehouse.loaded', 'rds.loaded'] as const;
type Telling = Extract<EventType, (typeof TELLINGS)[number]>;

/** A backfill during which every app is killed comes out as if none had been. */
export function killedProcesses(scene: E2eScene, { products, days }: { products: string[]; days: number }): void {
  const dates = Array.from({ length: days }, (_, i) => scene.daysAgo(days - i));
  const windows = products.flatMap((productId) => dates.map((date) => dayOf(productId, date).id));
  let events: ControlEvent[] = [];

  it(`every app is killed with -9 while ${windows.length} windows are under way; the run succeeds`, async () => {
    // slow enough that the run outlasts the kills
    await scene.simulator.order('faults', { kind: 'slow', ms: 2_000, times: null, match: 'candles' });
    const runId = await scene.runs.start({ products, from: scene.daysAgo(days), to: scene.daysAgo(0) });
    for (const [app, telling] of APPS) {
      const told = (): number => new Set(scene.told(telling).flatMap(({ window, run_id }) => (run_id === runId ? [window.id] : []))).size;
      await scene.current.until(() => told() > 0, 240_000, `no ${telling}`);
      const victim = scene.current.processOf(app);
      expect({ telling, count: told() }).not.toEqual({ telling, count: windows.length });
      scene.current.kill(victim);
      await scene.current.until(() => isStartedAgain(scene, app, victim.pid), 240_000, `${app} is not started again`);
    }
    await scene.simulator.clear('faults');
    const run = await scene.runs.finished(runId, 360_000);
    expect(run.windows.filter(({ state }) => state !== 'succeeded')).toEqual([]);
    expect(run.windows).toHaveLength(windows.length);
    for (const [app] of APPS) expect(scene.current.output).toContain(`${app} ended by SIGKILL; it is started again`);
  }, 900_000);

  it('every window is equal in the archive, Redshift and Postgres', async () => {
    const { code, out } = await scene.elias('compare', ...windows);
    expect(out.split('\n').filter((line) => !line.startsWith('equal  '))).toEqual(['']);
    expect(out.split('\n')).toHaveLength(windows.length + 1);
    expect(code).toBe(0);
  }, 300_000);

  it('no row stands twice', async () => {
    expect(await scene.rowsTwice()).toEqual([]);
    const perProduct = `SELECT product_id, count(*) AS candles FROM market.candles WHERE granularity = 60 GROUP BY product_id`;
    const inPostgres = (await scene.readers.postgres.query<Record<string, string>>(perProduct)).rows;
    const inRedshift = await scene.readers.query(perProduct);
    const candles = (rows: readonly Record<string, string | null>[], productId: string): string | null | undefined =>
      rows.find(({ product_id }) => product_id === productId)?.['candles'];
    for (const productId of products) {
      expect(Number(candles(inPostgres, productId))).toBeGreaterThan(days);
      expect(candles(inRedshift, productId)).toBe(candles(inPostgres, productId));
    }
  }, 300_000);

  it('every telling that was published has the answers it was owed: sealed, loaded or passed over in both stores', async () => {
    const published = (await wholeTopic(scene.kafka, TOPICS.windowsCandles.name)).filter(({ key }) => windows.includes(key ?? ''));
    expect(new Set(published.map(({ key }) => key))).toEqual(new Set(windows));
    const tellings = published.map(({ key, headers }) => `${key} ${collectionOf(headers)}`);
    let missing: string[] = [];
    await until(
      async () => {
        events = await controlEvents(scene);
        missing = owedAnswers(events, tellings);
        return missing.length === 0;
      },
      240_000,
      () => `answers that did not come: ${missing.join('; ')}`,
    );
  }, 300_000);

  it.each(TELLINGS)('every window has its %s', (type) => {
    const told = new Set(events.flatMap((event) => (event.type === type ? [event.data.window.id] : [])));
    expect(windows.filter((id) => !told.has(id))).toEqual([]);
  });
}

function isStartedAgain(scene: E2eScene, app: string, oldPid: number): boolean {
  return scene.stack.processes.some(({ name, pid }) => name === app && pid !== oldPid);
}

/** Everything that the stages have said, from the beginning of their topics. */
async function controlEvents(scene: E2eScene): Promise<ControlEvent[]> {
  const events: ControlEvent[] = [];
  for (const topic of [TOPICS.collectionResults, TOPICS.archiveObjects, TOPICS.loads])
    events.push(...eventsOf(await wholeTopic(scene.kafka, topic.name)));
  return events;
}

/** Answers that did not come: each stage answers each telling that it meets, with what it did or with what stands already. */
function owedAnswers(events: readonly ControlEvent[], tellings: readonly string[]): string[] {
  const answered = new Set<string>();
  for (const { type, data } of events) {
    if ('window' in data && 'revision' in data) {
      answered.add(`${type.replace('superseded', 'loaded')} of ${data.window.id} ${data.revision.collection_id}`);
    }
  }
  const owed = tellings.flatMap((telling) => TELLINGS.slice(1).map((type) => `${type} of ${telling}`));
  return owed.filter((answer) => !answered.has(answer));
}

function collectionOf(headers: Record<string, string>): string {
  return (JSON.parse(headers['elias_window']!) as { revision: { collection_id: string } }).revision.collection_id;
}
