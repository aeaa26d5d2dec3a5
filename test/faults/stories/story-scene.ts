import { randomUUID } from 'node:crypto';
import { placeRecord } from '@elias/kafka';
import type { OutgoingRecord } from '@elias/kafka';
import { madeTelling } from '../../support/made-telling.js';
import type { MadeTelling, WantedTelling } from '../../support/made-telling.js';
import { windowRows } from '../../support/candle-row.js';
import { StackReaders } from '../../support/stack-readers.js';
import type { WatchedWindow } from '../../support/watched-window.js';
import { DrillRuns } from '../drill-runs.js';
import type { DrillStack } from '../drill-stack.js';
import { idOf, judgeWindow, toldWindows } from '../judge-windows.js';
import type { Expected } from '../judge-windows.js';
import { tailCaughtUp } from '../run-case.js';
import { waitUntilQuiet } from '../wait-until-quiet.js';

const QUIET_WITHIN_MS = 90_000;
const OVER_WITHIN_MS = 120_000;

/** What a story plays with: windows of its own, and the stack. */
export class StoryScene {
  /** how often what the story is about was proven to have happened */
  met = 0;
  readonly notes: string[] = [];
  readonly runs: DrillRuns;
  private readonly seconds: string[] = [];

  constructor(
    readonly stack: DrillStack,
    readonly windows: readonly WatchedWindow[],
    readonly seed: number,
  ) {
    this.runs = new DrillRuns(stack);
  }

  /** Notes that it happened. @throws Error it did not */
  proven(happened: boolean, what: string): void {
    if (!happened) throw new Error(`it did not happen: ${what}`);
    this.met += 1;
  }

  /** A telling of the first window that nobody collected. */
  tell(wanted: Omit<WantedTelling, 'productId' | 'day'>): MadeTelling {
    const { productId, fromMs } = this.windows[0]!;
    const day = new Date(fromMs).toISOString().slice(0, 10);
    return madeTelling({ productId, day, ...wanted, telling: `${productId} ${day} ${wanted.telling}` });
  }

  async publish(...tellings: readonly MadeTelling[]): Promise<void> {
    await this.send(tellings.map(({ record }) => placeRecord(record)));
  }

  /** One after the other, as they are given. */
  async send(records: readonly OutgoingRecord[]): Promise<void> {
    const producer = this.stack.kafka.producer();
    try {
      for (const record of records) await producer.send([record]);
    } finally {
      await producer.disconnect();
    }
  }

  async quiet(): Promise<void> {
    await waitUntilQuiet(this.stack, QUIET_WITHIN_MS);
  }

  /** Has the windows collected. */
  async order(): Promise<string> {
    return this.runs.order(this.windows, randomUUID());
  }

  async cancel(runId: string): Promise<void> {
    const response = await fetch(`${this.stack.url('orchestrator')}/runs/${runId}/cancel`, { method: 'POST' });
    if (!response.ok) throw new Error(`the run was not cancelled: ${await response.text()}`);
  }

  async succeeded(runId: string): Promise<void> {
    const run = await this.runs.over(runId, OVER_WITHIN_MS);
    if (run?.state !== 'succeeded') throw new Error(`the run ended as ${run?.state ?? 'running'}`);
  }

  async collect(): Promise<void> {
    await this.succeeded(await this.order());
    await this.quiet();
  }

  async reading<T>(work: (readers: StackReaders) => Promise<T>): Promise<T> {
    const readers = await StackReaders.open(this.stack.addresses);
    try {
      return await work(readers);
    } finally {
      await readers.close();
    }
  }

  /** @returns what the judge has to say of what the exchange serves */
  async judgeCollected(): Promise<string[]> {
    const rows = await Promise.all(this.windows.map((window) => this.stack.simulator.candles(window)));
    return this.judge(this.windows.map((window, i) => ({ window, rows: rows[i]! })));
  }

  /** @throws Error the first window is not everywhere what this telling says */
  async expectStanding({ csv }: MadeTelling): Promise<void> {
    const window = this.windows[0]!;
    accept(await this.judge([{ window, rows: windowRows(csv.toString(), window) }]));
  }

  async expectCollected(): Promise<void> {
    accept(await this.judgeCollected());
  }

  /** A further instance of a service, with settings of its own; it ends with the story. */
  async startSecond(app: string, settings: Record<string, string>): Promise<string> {
    const name = `${app}-2`;
    this.seconds.push(name);
    await this.stack.startService(app, name, undefined, settings);
    return name;
  }

  async metrics(name: string): Promise<string> {
    return (await fetch(`${this.stack.url(name)}/metrics`)).text();
  }

  /** Leaves the stack as it was found. */
  async end(): Promise<void> {
    for (const name of this.seconds) await this.stack.stopService(name);
  }

  private async judge(expected: readonly Expected[]): Promise<string[]> {
    await tailCaughtUp(this.stack);
    const told = toldWindows(this.stack.tail.records, new Set(expected.map(({ window }) => window.id)));
    return this.reading(async (readers) => {
      const judged = expected.map((one) =>
        judgeWindow(
          one,
          told.filter((window) => idOf(window) === one.window.id),
          readers,
        ),
      );
      return (await Promise.all(judged)).flat();
    });
  }
}

function accept(complaints: readonly string[]): void {
  if (complaints.length > 0) throw new Error(complaints.join('; '));
}
