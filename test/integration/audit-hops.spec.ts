import { jest } from '@jest/globals';
import { archiveKey, csvSha256, sealArchive, twinKey } from '@elias/archive';
import { parseWindowId } from '@elias/market-data';
import { auditWindows } from '../../apps/cli/src/audit/audit-windows.js';
import type { AuditedWindow, HopReport } from '../../apps/cli/src/audit/audited-window.js';
import { AuditScene, telling } from '../support/audit-scene.js';
import { madeId } from '../support/made-telling.js';
import type { MadeTelling } from '../support/made-telling.js';

jest.setTimeout(120_000);

let scene: AuditScene;
/** the last days of three products, one for each fault */
let days: string[];
let tellings: Map<string, MadeTelling>;

beforeAll(async () => {
  scene = await AuditScene.open();
  days = scene.collection.days(9);
  tellings = await scene.settle(days);
}, 240_000);
afterAll(() => scene.close());

async function audit(...ids: string[]): Promise<AuditedWindow[]> {
  const all: AuditedWindow[] = [];
  for await (const one of auditWindows(ids.map(parseWindowId), scene.sources)) all.push(one);
  return all;
}

/** Hops of one window that are not equal. */
async function unequal(id: string): Promise<(Pick<HopReport, 'hop' | 'state'> & { detail: string | null })[]> {
  const [audited] = await audit(id);
  return audited!.hops.filter(({ state }) => state !== 'equal').map(({ hop, state, detail }) => ({ hop, state, detail }));
}

const told = (id: string): MadeTelling => tellings.get(id)!;
const lineOf = (id: string, at: number): string => told(id).csv.toString().split('\n')[at]!;
/** The telling with another last digit in its fifth candle's volume. */
function altered(id: string): Buffer {
  const line = lineOf(id, 5);
  return Buffer.from(told(id).csv.toString().replace(line, `${line}7`));
}

it('finds every hop of every window equal, counts and hashes', async () => {
  const audited = await audit(...days);
  expect(audited.map(({ window, verdict }) => [window, verdict])).toEqual(days.map((id) => [id, 'equal']));
  for (const { window, hops } of audited) {
    const { rowCount: rows, csvSha256: csv_sha256 } = told(window).facts;
    const equal = { state: 'equal', rows, csv_sha256, detail: null };
    expect(hops).toEqual(['exchange', 'topic', 'archive', 'twin', 'redshift', 'postgres'].map((hop) => ({ hop, ...equal })));
  }
});

it('names the row that was altered in Postgres, and the row that was deleted in Redshift', async () => {
  const [inPostgres, inRedshift] = [days[0]!, days[1]!];
  const [product, startedAt, volume] = [0, 2, 7].map((column) => lineOf(inPostgres, 5).split(',')[column]!) as [string, string, string];
  const where = (id: string, at: string): string => `product_id = '${id}' AND granularity = 60 AND started_at = '${at}'`;
  await scene.database.sql(`UPDATE market.candles SET volume = volume + 1 WHERE ${where(product, startedAt)}`);
  const [other, , itsStart] = lineOf(inRedshift, 5).split(',') as [string, string, string];
  await scene.warehouse.database.admin.query(`DELETE FROM market.candles WHERE ${where(other, itsStart)}`);
  expect(await unequal(inPostgres)).toEqual([
    {
      ...{ hop: 'postgres', state: 'differs' },
      detail: expect.stringMatching(new RegExp(`^row 5 is of ${startedAt} and has volume \\S+, in the archive ${volume}$`)) as string,
    },
  ]);
  expect(await unequal(inRedshift)).toMatchObject([
    { hop: 'redshift', state: 'differs', detail: expect.stringMatching(/^row 5 is of /) as string },
  ]);
});

it('says that a twin is missing, and that a zip is another one', async () => {
  const [noTwin, otherZip] = [days[2]!, days[3]!];
  await scene.warehouse.objects.delete([twinKey(scene.warehouse.prefix, parseWindowId(noTwin))]);
  expect(await unequal(noTwin)).toEqual([{ hop: 'twin', state: 'missing', detail: 'there is no twin' }]);
  const { facts } = told(otherZip);
  const { zip } = await sealArchive(told(noTwin).facts, told(noTwin).csv);
  await scene.warehouse.objects.put(archiveKey(scene.warehouse.prefix, facts.window, facts.revision, facts.csvSha256), zip);
  expect(await unequal(otherZip)).toEqual([
    { hop: 'archive', state: 'differs', detail: expect.stringContaining(`holds another archive: collection`) as string },
  ]);
});

it('names the row that the topic has otherwise', async () => {
  const id = days[4]!;
  const csv = altered(id);
  const { facts } = told(id);
  const revision = { ...facts.revision, collectionId: madeId(`later ${id}`), collectedAtMs: facts.revision.collectedAtMs + 1_000 };
  await scene.publish({ ...facts, revision, csvSha256: csvSha256(csv) }, csv);
  expect(await unequal(id)).toEqual([
    {
      ...{ hop: 'topic', state: 'differs' },
      detail: expect.stringMatching(
        /^its last record, collection \S+, is better than the best sealed one: row 5 is of \S+ and has volume/,
      ) as string,
    },
  ]);
});

it('names the row that the exchange tells otherwise than it was sealed', async () => {
  const id = days[5]!;
  const csv = altered(id);
  const { facts } = told(id);
  const revision = { ...facts.revision, collectionId: madeId(`other ${id}`), collectedAtMs: facts.revision.collectedAtMs + 1_000 };
  const other = { ...facts, revision, csvSha256: csvSha256(csv) };
  await scene.publish(other, csv);
  await scene.carry([telling(other, csv)]);
  const [audited] = await audit(id);
  expect(audited).toMatchObject({ verdict: 'changed', collection_id: revision.collectionId });
  expect(await unequal(id)).toEqual([
    {
      hop: 'exchange',
      state: 'changed',
      detail: expect.stringMatching(/^exchange changed since: row 5 is of \S+ and has volume \S+, sealed /) as string,
    },
  ]);
});

it('as a command: 80 columns, every difference by name, exit 1; equal windows exit 0', async () => {
  const product = days[0]!.split('/')[2]!;
  const last = parseWindowId(days[8]!).fromMs;
  const from = new Date(last).toISOString().slice(0, 10);
  const to = new Date(parseWindowId(days[0]!).toMs).toISOString().slice(0, 10);
  const { code, out, errors } = await scene.run('audit', '--product', scene.collection.products.join(','), '--from', from, '--to', to);
  expect({ code, errors }).toEqual({ code: 1, errors: '' });
  const lines = out.trimEnd().split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(lines.filter((line) => /^(DIFFERS|CHANGED|GAP)/.test(line)).sort()).toEqual(
    // the load of the last test has mended the twin
    [...[0, 1, 3, 4].map((at) => `DIFFERS ${days[at]!}`), `CHANGED ${days[5]!}`].sort(),
  );
  expect(out).toContain('9 windows: 4 equal, 4 differs, 1 changed');

  const equal = days.slice(6).find((id) => id.includes(product))!;
  const good = await scene.run('audit', '--product', product, '--date', equal.slice(-10), '--json');
  expect(good).toMatchObject({ code: 0, errors: '' });
  expect(JSON.parse(good.out)).toMatchObject({ equal: true, windows: [{ window: equal, verdict: 'equal' }], totals: { windows: 1 } });
});

it('says of a window that nobody has that it is a gap, and what became of it', async () => {
  const early = `candles/60/${scene.collection.products[0]!}/2022-01-01`;
  const [audited] = await audit(early);
  expect(audited).toMatchObject({ verdict: 'gap', notes: expect.arrayContaining(['nobody has asked for it']) as string[] });
  const tomorrow = `candles/86400/${scene.collection.products[0]!}/2099`;
  expect((await audit(tomorrow))[0]).toMatchObject({ verdict: 'open' });
});

it('tells what does not answer, and compares the others: exit 2', async () => {
  const id = days[6]!;
  const [, , product, day] = id.split('/') as [string, string, string, string];
  await scene.warehouse.emulator.end();
  const { code, out } = await scene.run('audit', '--product', product, '--date', day, '--json', '--hops', 'archive,redshift,postgres');
  expect(code).toBe(2);
  const { windows } = JSON.parse(out) as { windows: AuditedWindow[] };
  expect(windows.map(({ verdict, hops }) => [verdict, hops.map(({ hop, state }) => `${hop} ${state}`)])).toEqual([
    ['unreadable', ['archive equal', 'redshift unreadable', 'postgres equal']],
  ]);
});
