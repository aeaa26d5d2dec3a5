import { TOPICS, WINDOW_HEADER } from '@elias/contracts';
import type { WireWindowHeader } from '@elias/contracts';
import type { OutgoingRecord } from '@elias/kafka';
import { v7 as uuidv7 } from 'uuid';
import { csvRows, numberOf } from '../../support/candle-row.js';
import type { CandleRow } from '../../support/candle-row.js';
import type { Run } from '../../support/runs-client.js';
import { orderOf } from '../../support/runs-client.js';
import type { WatchedWindow } from '../../support/watched-window.js';
import { wholeTopic } from '../../support/topic-reader.js';
import type { E2eScene } from '../e2e-scene.js';

type Best = NonNullable<Run['windows'][number]['best_sealed']>;

/** What the exchange corrects, withdraws and takes back again is followed everywhere. */
export function revisions(scene: E2eScene, window: WatchedWindow): void {
  const tellings: Best[] = [];
  const [corrected, vanished] = [301, 302];

  const collected = async (): Promise<Best> => {
    const { state, windows } = await scene.runs.collect(window);
    expect(state).toBe('succeeded');
    tellings.push(windows[0]!.best_sealed!);
    return tellings.at(-1)!;
  };
  const standsEverywhere = async ({ archive, csv_sha256 }: Best, rows: readonly CandleRow[]): Promise<void> => {
    const found = await scene.everywhere(window, archive.key);
    expect(found.archive).toEqual(rows);
    expect(found.twin).toEqual(rows);
    expect(found.postgres.rows).toEqual(rows);
    expect(found.redshift.rows).toEqual(rows);
    for (const { ledger } of [found.postgres, found.redshift]) expect(ledger).toMatchObject({ csv_sha256, state: 'loaded' });
  };

  it('A: a day as the exchange has it', async () => {
    await standsEverywhere(await collected(), await scene.simulator.candles(window));
  }, 300_000);

  it('B: one minute is corrected, another vanishes, in the archive, the twin and both stores', async () => {
    const a = await scene.archived(window, tellings[0]!.archive.key);
    const row = csvRows((await scene.archivedCsv(tellings[0]!.archive.key)).toString()).find(
      ({ started_at }) => started_at === a[corrected]![0],
    )!;
    const seconds = (index: number): number => Date.parse(a[index]![0]) / 1_000;
    const edit = { product_id: window.productId, granularity: 60 };
    const values = [seconds(corrected), row['low'], row['high'], row['open'], row['high'], '4.776e-05'];
    await scene.simulator.order('edits', { ...edit, time: seconds(corrected), row: values });
    await scene.simulator.order('edits', { ...edit, time: seconds(vanished), row: null });
    const [at, open, high, low] = a[corrected]!;
    const b: CandleRow[] = a.map((one, i): CandleRow => (i === corrected ? [at, open, high, low, high, numberOf('0.00004776')] : one));
    b.splice(vanished, 1);
    await standsEverywhere(await collected(), b);
    expect(await scene.simulator.candles(window)).toEqual(b);
  }, 300_000);

  it('A again: the corrections are taken back, and nothing of them is left', async () => {
    await scene.simulator.clear('edits');
    const a = await scene.archived(window, tellings[0]!.archive.key);
    await standsEverywhere(await collected(), a);
    expect(await scene.elias('compare', window.id)).toMatchObject({ code: 0 });
  }, 300_000);

  it('two collections of the same data: two archives, the same CSV', async () => {
    const [first, second, third] = tellings as [Best, Best, Best];
    expect(new Set(tellings.map(({ archive }) => archive.key)).size).toBe(3);
    expect(third.csv_sha256).toBe(first.csv_sha256);
    expect(second.csv_sha256).not.toBe(first.csv_sha256);
    expect((await scene.archivedCsv(third.archive.key)).equals(await scene.archivedCsv(first.archive.key))).toBe(true);
  }, 300_000);
}

/** A telling that lacks minutes never takes the place of one that has them, by whatever road it comes. */
export function partialTellings(scene: E2eScene, window: WatchedWindow): void {
  const { id } = window;
  const date = id.slice(-10);
  const page = `${window.productId}/candles.*start=${date}T05:00:00Z`;
  const cachedPage = { kind: 'hit_without_age', times: null, match: page };
  const stored = async (): Promise<unknown> => [await scene.readers.inPostgres(window), await scene.readers.inRedshift(window)];

  it('a page from a cache that does not tell its age leaves its minutes unknown, not without a trade', async () => {
    await scene.simulator.order('faults', cachedPage);
    const { state, windows } = await scene.runs.collect(window);
    expect(state).toBe('partial');
    const told = await scene.simulator.candles(window);
    const known = told.filter(([at]) => at < `${date}T05` || at >= `${date}T10`);
    const found = await scene.everywhere(window, windows[0]!.best_sealed!.archive.key);
    for (const rows of [found.archive, found.twin, found.postgres.rows, found.redshift.rows]) expect(rows).toEqual(known);
    for (const { ledger } of [found.postgres, found.redshift]) expect(ledger).toMatchObject({ unknown_ranges: '300+300' });
  }, 300_000);

  it('through a storm of faults the whole day replaces it', async () => {
    await scene.simulator.clear('faults');
    const match = `${window.productId}/candles`;
    for (const kind of ['500', 'cut', '429', 'garbage', '503']) await scene.simulator.order('faults', { kind, times: 2, match });
    const { state, windows } = await scene.runs.collect(window);
    expect(await scene.simulator.hits()).toBe(10);
    expect(state).toBe('succeeded');
    const told = await scene.simulator.candles(window);
    const found = await scene.everywhere(window, windows[0]!.best_sealed!.archive.key);
    for (const rows of [found.archive, found.twin, found.postgres.rows, found.redshift.rows]) expect(rows).toEqual(told);
    for (const { ledger } of [found.postgres, found.redshift]) expect(ledger).toMatchObject({ unknown_ranges: '', open_ranges: '' });
  }, 300_000);

  it('the stale page again: the collector keeps what it has to itself, and nothing changes', async () => {
    const before = await stored();
    await scene.simulator.clear('faults');
    await scene.simulator.order('faults', cachedPage);
    const runId = await scene.runs.start(orderOf(window));
    const completed = await scene.telling('collection.completed', ({ run_id }) => run_id === runId);
    expect(completed).toMatchObject({ published: false, coverage: { unknown: 300 } });
    expect(await scene.runs.finished(runId)).toMatchObject({ state: 'succeeded' });
    expect(await stored()).toEqual(before);
    await scene.simulator.clear('faults');
  }, 300_000);

  it('a late partial telling on the topic is archived, and both loaders pass it over', async () => {
    const before = await stored();
    const records = (await wholeTopic(scene.kafka, TOPICS.windowsCandles.name)).filter(({ key }) => key === id);
    const partial = records.find(({ headers }) => headerOf(headers).revision.unknown === 300)!;
    const header = headerOf(partial.headers);
    header.revision.collection_id = uuidv7();
    header.revision.collected_at = headerOf(records.at(-1)!.headers).revision.collected_at.replace(/^\d{4}/, (year) =>
      String(Number(year) + 1),
    );
    const late: OutgoingRecord = {
      ...{ topic: partial.topic, partition: partial.partition, key: id, value: partial.value },
      headers: { ...partial.headers, [WINDOW_HEADER]: JSON.stringify(header) },
    };
    await scene.kafka.producer().send([late]);
    const isLate = ({ revision }: { revision: { collection_id: string } }): boolean =>
      revision.collection_id === header.revision.collection_id;
    await scene.telling('archive.sealed', isLate);
    const [inPostgres, inRedshift] = [await scene.telling('rds.superseded', isLate), await scene.telling('warehouse.superseded', isLate)];
    for (const { by } of [inPostgres, inRedshift]) expect(by).toMatchObject({ unknown: 0 });
    expect(await stored()).toEqual(before);
    expect(await scene.elias('compare', id)).toMatchObject({ code: 0 });
  }, 300_000);

  it('the next collection is the last on the topic again', async () => {
    expect(await scene.runs.collect(window)).toMatchObject({ state: 'succeeded' });
    const last = (await wholeTopic(scene.kafka, TOPICS.windowsCandles.name)).findLast(({ key }) => key === id)!;
    expect(headerOf(last.headers).revision).toMatchObject({ unknown: 0, open: 0 });
  }, 300_000);
}

function headerOf(headers: Record<string, string>): WireWindowHeader {
  return JSON.parse(headers[WINDOW_HEADER]!) as WireWindowHeader;
}
