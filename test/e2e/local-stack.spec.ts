import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answers } from '../../deploy/local/servers/free-port.js';
import { isAlive, startOfProcess } from '../../deploy/local/processes/process-identity.js';
import { itRecorded, recordings } from '../support/recorded-day.js';
import { runTool } from '../support/run-tool.js';
import { stackDocument } from '../support/launched-stack.js';
import type { StackDocument } from '../support/launched-stack.js';
import { dayOf, monthOf, yearOf } from '../support/watched-window.js';
import { alteredStores } from './cases/altered-stores.js';
import { badInput } from './cases/bad-input.js';
import { coarseWindows } from './cases/coarse-windows.js';
import { corruptArchive } from './cases/corrupt-archive.js';
import { eliasCommands } from './cases/elias-commands.js';
import { equalRows } from './cases/equal-rows.js';
import { killedProcesses } from './cases/killed-processes.js';
import { killedServers } from './cases/killed-servers.js';
import { newcomers } from './cases/newcomers.js';
import { REPORT_FIELDS } from './cases/once-report.js';
import type { OnceReport } from './cases/once-report.js';
import { oneStackPerState, socketsOf } from './cases/one-stack-per-state.js';
import { partialTellings, revisions } from './cases/revisions.js';
import { E2eScene } from './e2e-scene.js';

/** Liquid, thin and very thin, and one that nobody recorded; without recordings they are all made. */
const RECORDED = ['BTC-USD', 'UNI-USD', 'MKR-USD'];
const MADE = ['SHIB-USD', ...(recordings === null ? RECORDED : [])];

const scene = new E2eScene();
let leftBehind: StackDocument;
let report: OnceReport;

afterAll(() => scene.close(), 120_000);

describe('npm start, its launcher killed with -9', () => {
  it('leaves its services running', async () => {
    const launched = scene.start('--date', scene.daysAgo(2), '--products', 'XRP-USD');
    await launched.until(async () => (await runsOf(launched.state)) > 0, 300_000, 'no run is started');
    leftBehind = launched.document;
    launched.kill(launcherOf(leftBehind));
    await launched.exited;
    expect(leftBehind.processes.filter((one) => !isAlive(one))).toEqual([]);
    expect(leftBehind.processes).toHaveLength(12);
  }, 900_000);
});

describe('npm start -- --once, on what the killed one left', () => {
  it('ends what was left, collects, finds all equal and exits 0', async () => {
    const file = join(scene.folder, 'report.json');
    const products = [...new Set([...RECORDED, ...MADE])];
    const launched = scene.start('--once', '--date', scene.today, '--products', products.join(), '--json', file);
    expect({ code: await launched.exited, output: launched.output }).toMatchObject({ code: 0 });
    report = JSON.parse(readFileSync(file, 'utf8')) as OnceReport;
    const ended = /Ended what a killed stack had left running: (.*)\./.exec(launched.out)?.[1]?.split(', ');
    expect(ended?.sort()).toEqual(leftBehind.processes.map(({ name }) => name).sort());
    expect(leftBehind.processes.filter((one) => isAlive(one))).toEqual([]);
  }, 900_000);

  it('tells the result with exactly the fields that were promised', () => {
    expect(Object.keys(report)).toEqual(REPORT_FIELDS.report);
    expect(report).toMatchObject({ date: scene.today, exchange: 'simulator', equal: true });
    expect(report.windows.map(({ product_id }) => product_id).sort()).toEqual([...new Set([...RECORDED, ...MADE])].sort());
    for (const window of report.windows) {
      expect(Object.keys(window)).toEqual(REPORT_FIELDS.window);
      for (const part of ['coverage', 'archive', 'twin'] as const)
        expect(Object.keys((window as unknown as Record<string, object>)[part]!)).toEqual(REPORT_FIELDS[part]);
      expect(window).toMatchObject({ dataset: 'candles', granularity: 60, from: `${scene.today}T00:00:00Z`, equal: true, error: null });
      expect(window.coverage.present).toBe(window.candles);
      expect([window.redshift_rows, window.rds_rows]).toEqual([window.candles, window.candles]);
    }
  });

  it('shows the day as partial', () => {
    for (const { product_id, candles } of report.windows)
      expect(scene.current.out).toMatch(new RegExp(`^${product_id} +${candles} partial .* yes$`, 'm'));
    expect(scene.current.out).toMatch(
      new RegExp(`^${report.windows.length} windows, .*: all equal .*; ${report.windows.length} partial\\.$`, 'm'),
    );
  });

  it('leaves nothing running', () => {
    expect(stackDocument(scene.state)).toBeNull();
  });
});

describe('npm start, on the same state', () => {
  beforeAll(async () => {
    const launched = scene.start('--date', scene.today, '--products', RECORDED[0]!);
    await launched.says('Elias is up', 300_000);
    await scene.connect();
    // the clock of recordings begins anew with each start: whatever --once saw is to lie behind it
    if (recordings !== null) await scene.simulator.order('clock', { advance_ms: 3_600_000 });
  }, 900_000);

  it('prints where its dashboard is', async () => {
    const address = /^Dashboard: (http\S+)$/m.exec(scene.current.out)?.[1] ?? '';
    expect(address).toBe(`${scene.current.document.orchestrator.url}/`);
    const page = await fetch(address);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('<title>Elias</title>');
  });

  oneStackPerState(scene);

  describe('what --once had collected', () => {
    equalRows(scene, () => report, { recorded: RECORDED, made: MADE });

    it('lies in S3 under the keys, sizes and hashes of the report', async () => {
      for (const { archive } of report.windows) {
        const zip = await scene.readers.object(archive.key);
        const sha256 = createHash('sha256').update(zip).digest('hex');
        const csv_sha256 = createHash('sha256')
          .update(await scene.archivedCsv(archive.key))
          .digest('hex');
        expect({ ...archive, bytes: zip.length, sha256, csv_sha256 }).toEqual(archive);
      }
    }, 300_000);

    itRecorded(
      'a recorded day that was collected again gave another archive and the same CSV',
      async () => {
        const window = dayOf(RECORDED[0]!, scene.today);
        const { archive } = report.windows.find(({ product_id }) => product_id === window.productId)!;
        const zips = (await scene.readers.keys(`candles/${window.folder}/`)).filter((key) => key.endsWith('.zip'));
        const others = zips.filter((key) => key !== archive.key);
        expect(zips).toContain(archive.key);
        expect(others).not.toEqual([]);
        const csv = await scene.archivedCsv(archive.key);
        for (const key of others) expect((await scene.archivedCsv(key)).equals(csv)).toBe(true);
        const { ledger } = await scene.readers.inPostgres(window);
        expect(ledger!['csv_sha256']).toBe(archive.csv_sha256);
      },
      300_000,
    );

    it('the run of the killed launcher was carried to its end', async () => {
      const [first] = (await scene.runs.list()).slice(-1);
      const run = await scene.runs.finished(first!.run_id);
      expect(run).toMatchObject({ products: ['XRP-USD'], state: 'succeeded' });
      expect(await scene.elias('compare', dayOf('XRP-USD', scene.daysAgo(2)).id)).toMatchObject({ code: 0 });
    }, 300_000);
  });

  describe('elias compare', () => alteredStores(scene, dayOf('XRP-USD', scene.daysAgo(2))));
  describe('elias', () => eliasCommands(scene, dayOf('XRP-USD', scene.daysAgo(2))));
  describe('coarser candles', () =>
    coarseWindows(scene, [monthOf('XRP-USD', 3_600, scene.daysAgo(31)), yearOf('XRP-USD', scene.daysAgo(40))]));
  describe('bad input', () => badInput(scene));
  describe('revisions A, B, A', () => revisions(scene, dayOf('BONK-USD', scene.daysAgo(20))));
  describe('a partial telling', () => partialTellings(scene, dayOf('BONK-USD', scene.daysAgo(21))));
  describe('kill -9 of every app', () => killedProcesses(scene, { products: ['XRP-USD', 'SHIB-USD', 'BONK-USD'], days: 11 }));

  describe('kill -9 of every server', () =>
    killedServers(scene, { products: ['XRP-USD', 'SHIB-USD', 'BONK-USD'], from: scene.daysAgo(44), to: scene.daysAgo(40) }));

  describe('a corrupt archive and newcomers', () => {
    const { damaged } = corruptArchive(scene);
    newcomers(scene, damaged);
  });

  it('Ctrl-C ends everything within seconds: no process is left, nothing listens', async () => {
    const { processes } = scene.stack;
    const ports = process.platform === 'linux' ? socketsOf(scene).map(({ port }) => port) : [];
    await scene.disconnect();
    const began = performance.now();
    scene.current.ctrlC();
    const code = await scene.current.exited;
    const seconds = (performance.now() - began) / 1_000;
    expect({ code, errors: scene.current.errors }).toEqual({ code: 0, errors: '' });
    expect(scene.current.out).toMatch(/Stopping after SIGINT\.\nStopped\.\n$/);
    expect(processes.filter((one) => isAlive(one))).toEqual([]);
    expect(stackDocument(scene.state)).toBeNull();
    for (const port of ports) expect({ port, answers: await answers(port) }).toEqual({ port, answers: false });
    expect(seconds).toBeLessThan(30);
  }, 300_000);

  it('npm run reset clears the state', async () => {
    expect(await runTool('deploy/local/bootstrap.mjs', ['reset', '--state', scene.state])).toMatchObject({ code: 0, errors: '' });
    expect(existsSync(scene.state)).toBe(false);
  }, 300_000);
});

/** How many runs the orchestrator of a state knows; 0 while there is none. */
async function runsOf(state: string): Promise<number> {
  const url = stackDocument(state)?.orchestrator?.url;
  if (url === undefined) return 0;
  const { runs } = (await (await fetch(`${url}/runs`)).json()) as { runs: unknown[] };
  return runs.length;
}

function launcherOf({ pid }: StackDocument): { pid: number; started: string } {
  return { pid, started: startOfProcess(pid)! };
}
