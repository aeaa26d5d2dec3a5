import { madeTelling } from '../../../test/support/made-telling.js';
import type { MadeTelling } from '../../../test/support/made-telling.js';
import { sealedTelling, withdrawnTelling } from '../../../test/support/sealed-telling.js';
import { createLogger } from '@elias/telemetry';
import { windowId } from '@elias/market-data';
import { InMemoryObjects } from './in-memory-objects.js';
import { InMemoryWarehouse } from './in-memory-warehouse.js';
import { KeepTwins } from './keep-twins.js';
import { LoadBatch } from './load-batch.js';
import type { BatchOutcome } from './load-batch.js';
import { revokedEvent, sealedEvent } from './owed-event.js';
import type { OwedEvent } from './owed-event.js';
import { RunLoad } from './run-load.js';
import { StageLoads } from './stage-load.js';
import { WarehouseFailingError } from './warehouse-failing-error.js';

const logger = createLogger({ app: 'test', level: 'silent' });
const { signal } = new AbortController();
const owed = { isOwed: () => true, done: () => undefined, putAside: () => Promise.resolve() };

let objects: InMemoryObjects;
let warehouse: InMemoryWarehouse;
let now = 0;
beforeEach(() => {
  now = Date.UTC(2023, 11, 2);
  objects = new InMemoryObjects();
  warehouse = new InMemoryWarehouse(objects, () => now);
});

/** A loader that begins now; what it remembers of attempts is its own. */
function loader(stage = new StageLoads(objects, 'p')): LoadBatch {
  const runLoad = new RunLoad({ warehouse, stage, prefix: 'p', logger, nowMs: () => now, conflictBackoff: { firstMs: 1, longestMs: 1 } });
  return new LoadBatch({ objects, stage, runLoad, twins: new KeepTwins(objects, 'p', warehouse), logger });
}

async function sealed(telling: MadeTelling): Promise<OwedEvent> {
  const { zip, event } = await sealedTelling(telling, objects.bucket, 'p');
  await objects.put(event.archive.key, zip);
  return sealedEvent(event, owed);
}

const products = (...names: string[]): MadeTelling[] => names.map((name) => madeTelling({ productId: `${name}-USD`, telling: name }));
const answersOf = ({ answers }: BatchOutcome): string[] =>
  answers.map(({ event, answer }) => {
    const { outcome, reason } = JSON.parse(String(answer.record.value)) as { outcome?: string; reason?: string };
    return `${event.window.productId} ${answer.kind} ${outcome ?? reason ?? ''}`.trim();
  });
const standing = (telling: MadeTelling): boolean => warehouse.rows.get(windowId(telling.facts.window)) === telling.csv.toString();

describe('a batch', () => {
  it('is one load, of each window’s best revision', async () => {
    const [a, b] = products('A', 'B');
    const better = madeTelling({ productId: 'A-USD', telling: 'better', collectedAt: '2023-12-04T00:00:00Z' });
    const outcome = await loader().run(await Promise.all([a!, better, b!].map(sealed)), signal);
    expect(answersOf(outcome)).toEqual(['A-USD superseded', 'A-USD loaded replaced', 'B-USD loaded replaced']);
    expect(warehouse.loads).toHaveLength(1);
    expect([better, b!].map(standing)).toEqual([true, true]);
    expect(outcome.wantedTwins.map(({ csvSha256 }) => csvSha256)).toEqual([better.facts.csvSha256, b!.facts.csvSha256]);
  });

  it('again, after its answer was lost, is the same load and the same answer', async () => {
    const events = await Promise.all(products('A', 'B').map(sealed));
    const first = await loader().run(events, signal);
    const again = await loader().run([...events].reverse(), signal);
    expect(answersOf(again).sort()).toEqual(answersOf(first).sort());
    expect(new Set(warehouse.tokens).size).toBe(1);
    expect(warehouse.loads).toHaveLength(1);
  });

  it('looks at every twin, however long that takes, before the ledger is read', async () => {
    const steps: string[] = [];
    const { head } = objects;
    objects.head = async (key) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      steps.push('twin');
      return head.call(objects, key);
    };
    const { ledger } = warehouse;
    warehouse.ledger = (windowIds) => {
      steps.push('ledger');
      return ledger.call(warehouse, windowIds);
    };
    await loader().run(await Promise.all(products('A', 'B').map(sealed)), signal);
    expect(steps).toEqual(['twin', 'twin', 'ledger']);
  });

  it('with nothing but withdrawals is a load too', async () => {
    const [a] = products('A');
    await loader().run([await sealed(a!)], signal);
    const outcome = await loader().run([revokedEvent(withdrawnTelling(a!, 'wrong'), owed)], signal);
    expect(outcome.answers).toEqual([]);
    expect(warehouse.rows.size).toBe(0);
    expect(outcome.wantedTwins.map(({ collectionId }) => collectionId)).toEqual(['']);
  });

  it('whose best revision was withdrawn long ago loads the next one', async () => {
    const worse = madeTelling({ telling: 'worse' });
    const best = madeTelling({ telling: 'best', collectedAt: '2023-12-04T00:00:00Z' });
    warehouse.revoked.add(best.facts.revision.collectionId);
    const outcome = await loader().run([await sealed(worse), await sealed(best)], signal);
    expect(answersOf(outcome)).toEqual(['BTC-USD loaded replaced', 'BTC-USD superseded']);
    expect(standing(worse)).toBe(true);
  });

  it('is loaded anew when what its token once loaded was undone since', async () => {
    const [a] = products('A');
    const events = [await sealed(a!)];
    await loader().run(events, signal);
    warehouse.ledgerRows.clear();
    warehouse.rows.clear();
    expect(answersOf(await loader().run(events, signal))).toEqual(['A-USD loaded replaced']);
    expect(standing(a!)).toBe(true);
    expect(new Set(warehouse.tokens).size).toBe(2);
  });
});

describe('a load that fails', () => {
  it('for a conflict is run again under the next token, as often as needed', async () => {
    const [a] = products('A');
    let conflicts = 5;
    warehouse.fault = () => ((conflicts -= 1) >= 0 ? { kind: 'conflict', text: 'ERROR: 1023' } : null);
    expect(answersOf(await loader().run([await sealed(a!)], signal))).toEqual(['A-USD loaded replaced']);
    expect(new Set(warehouse.tokens).size).toBe(6);
  });

  it('is not taken up again under a token that failed: its failure would come back for 8 hours', async () => {
    const events = [await sealed(products('A')[0]!)];
    warehouse.fault = () => ({ kind: 'failed', text: 'permission denied' });
    const one = loader();
    for (const _ of [1, 2, 3]) await expect(one.run(events, signal)).rejects.toThrow(WarehouseFailingError);
    expect(new Set(warehouse.tokens).size).toBe(3);
    now += 3_600_000;
    warehouse.fault = () => null;
    // a process that begins now goes through the old failures, without waiting, to the attempt that is due
    expect(answersOf(await loader().run(events, signal))).toEqual(['A-USD loaded replaced']);
    expect(new Set(warehouse.tokens).size).toBe(4);
    // the one that saw them fail knows where it was
    const sent = warehouse.tokens.length;
    expect(answersOf(await one.run(events, signal))).toEqual(['A-USD loaded replaced']);
    expect(warehouse.tokens.length).toBe(sent + 1);
  });

  it('names the file: that archive is refused with its row, the rest is loaded in one load', async () => {
    const tellings = products('A', 'B', 'C', 'D');
    const bad = tellings[2]!;
    warehouse.fault = (load) => {
      const found = load.windows.find(({ window }) => window.productId === 'C-USD');
      if (found === undefined) return null;
      warehouse.errors = [{ key: found.file.key, line: 3, column: 'open', reason: 'Invalid digit' }];
      return { kind: 'copy-failed', text: 'Load into table failed' };
    };
    const outcome = await loader().run(await Promise.all(tellings.map(sealed)), signal);
    expect(answersOf(outcome)).toEqual([
      'A-USD loaded replaced',
      'B-USD loaded replaced',
      'C-USD failed refused-by-store',
      'D-USD loaded replaced',
    ]);
    expect(JSON.parse(String(outcome.answers[2]!.answer.record.value))).toMatchObject({
      load_error: { file: expect.stringContaining('C-USD_60_2023-12-01'), line: 3, column: 'open', reason: 'Invalid digit' },
    });
    expect(warehouse.loads).toHaveLength(2);
    expect(standing(bad)).toBe(false);
  });

  it.each([1, 2, 3, 7, 16])('and names none is halved until the bad one of %i is found', async (count) => {
    const names = Array.from({ length: count }, (_, at) => `P${String.fromCharCode(65 + at)}`);
    const tellings = products(...names);
    for (const name of names) {
      warehouse = new InMemoryWarehouse(objects, () => now);
      warehouse.fault = (load) =>
        load.windows.some(({ window }) => window.productId === `${name}-USD`) ? { kind: 'copy-failed', text: 'cut short' } : null;
      const run = loader().run(await Promise.all(tellings.map(sealed)), signal);
      if (count === 1) await expect(run).rejects.toThrow('the warehouse takes nothing: cut short');
      else {
        const answers = answersOf(await run);
        expect(answers.filter((answer) => answer === `${name}-USD failed refused-by-store`)).toHaveLength(1);
        expect(answers.filter((answer) => answer.endsWith('loaded replaced'))).toHaveLength(count - 1);
        expect(warehouse.loads.length).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(count)) + 1);
      }
    }
  });

  it('for every archive alike is nobody’s fault: nothing is refused', async () => {
    warehouse.fault = () => ({ kind: 'copy-failed', text: 'Access Denied' });
    await expect(loader().run(await Promise.all(products('A', 'B', 'C').map(sealed)), signal)).rejects.toThrow(
      'the warehouse takes nothing: Access Denied',
    );
  });

  it('and is given up leaves files that the next one’s end takes away', async () => {
    const stage = new StageLoads(objects, 'p');
    const events = await Promise.all(products('A', 'B').map(sealed));
    warehouse.fault = () => ({ kind: 'copy-failed', text: 'Access Denied' });
    const one = loader(stage);
    await expect(one.run(events, signal)).rejects.toThrow(WarehouseFailingError);
    warehouse.fault = () => null;
    await one.run(events, signal);
    const staged = (): string[] => [...objects.stored.keys()].filter((key) => key.startsWith('p/_loads/'));
    expect(new Set(staged().map((key) => key.split('/')[2])).size).toBe(3);
    await stage.removeAll();
    expect(staged()).toEqual([]);
  });

  it('over a list of its own tells what is wrong with it', async () => {
    warehouse.fault = (load) => {
      warehouse.errors = [{ key: load.windowsKey!, line: 2, column: 'archive_key', reason: 'String length exceeds DDL length' }];
      return { kind: 'copy-failed', text: 'Load into table failed' };
    };
    await expect(loader().run(await Promise.all(products('A', 'B').map(sealed)), signal)).rejects.toThrow(
      /Load into table failed: String length exceeds DDL length \(line 2, column archive_key of p\/_loads\/[0-9a-f]{32}\/windows\.csv\)/,
    );
  });

  it('since staged files are gone is staged again', async () => {
    const tellings = products('A', 'B');
    let swept = false;
    objects.beforePut = (key) => {
      if (!key.endsWith('manifest.json') || swept) return;
      swept = true;
      for (const staged of [...objects.stored.keys()]) if (staged.endsWith('.csv.gz')) objects.stored.delete(staged);
    };
    expect(answersOf(await loader().run(await Promise.all(tellings.map(sealed)), signal))).toEqual([
      'A-USD loaded replaced',
      'B-USD loaded replaced',
    ]);
    expect(swept).toBe(true);
    expect(new Set(warehouse.tokens).size).toBe(2);
  });
});
