import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ControlEvent } from '@elias/contracts';
import { recordFrame } from '@elias/kafka';
import type { ConsumedRecord } from '@elias/kafka';
import { asConsumed, revokedRecord, sealedRecord } from './replay-records.js';
import type { ReplayIds } from './replay-records.js';
import { count, ReplayFailedError } from './replay-item.js';
import type { ReplayCounts, ReplayItem, ReplaySink } from './replay-item.js';

/** The loaders' own processes, as they are built beside this command. */
const LOADERS = { rds: 'rds-loader', redshift: 'warehouse-loader' } as const;
export type LoaderStore = keyof typeof LOADERS;

export interface LoaderSinkOptions {
  readonly store: LoaderStore;
  readonly schema: string;
  readonly env: NodeJS.ProcessEnv;
  readonly bucket: string;
  readonly ids: ReplayIds;
  readonly counts: ReplayCounts;
}

/** What a loader said last before it ended, characters. */
const LAST_WORDS = 2_000;
/** Refusals that are kept; the rest is counted. */
const REFUSED_KEPT = 1_000;

/** A store, by the loader's own process: records go to its standard input instead of through Kafka, so that no consumer group moves. */
export class LoaderSink implements ReplaySink {
  private readonly child: ChildProcess;
  private readonly ended: Promise<number | null>;
  private errors = '';
  private offset = 0n;

  constructor(private readonly options: LoaderSinkOptions) {
    const { store, schema, env } = options;
    const script = fileURLToPath(new URL(`../../../${LOADERS[store]}/src/replay/replay-main.js`, import.meta.url));
    this.child = spawn(process.execPath, ['--enable-source-maps', script, schema], {
      env: { ...env, LOG_LEVEL: 'silent' },
      stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    this.ended = once(this.child, 'close').then(([code]) => code as number | null);
    this.ended.catch(() => undefined);
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.errors = (this.errors + text).slice(-LAST_WORDS)));
    this.child.on('message', ({ answers }: { answers: ControlEvent[] }) => answers.forEach((answer) => this.hear(answer)));
    // a loader that ended has said why; what is still written to it goes nowhere
    this.child.stdin!.on('error', () => undefined);
  }

  async take(item: ReplayItem): Promise<void> {
    const { bucket, ids } = this.options;
    if (item.kind === 'archive') return this.write(asConsumed(sealedRecord(item.telling, bucket, ids), this.next()));
    if (item.kind === 'revoked') {
      count(this.options.counts, 'revoked');
      return this.write(asConsumed(revokedRecord(item.event), this.next()));
    }
    if (item.kind === 'record') return this.write(item.record);
    throw new RangeError('a store takes no single events');
  }

  async end(): Promise<void> {
    this.child.stdin!.end();
    const code = await this.ended;
    if (code !== 0) throw new ReplayFailedError(`the loader ended with ${code}: ${this.errors.trim() || 'it did not say why'}`);
  }

  async abort(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  private next(): bigint {
    this.offset += 1n;
    return this.offset;
  }

  private async write(record: ConsumedRecord): Promise<void> {
    const stdin = this.child.stdin!;
    if (this.child.exitCode !== null || stdin.destroyed) return this.end();
    let room = true;
    for (const bytes of recordFrame(record)) room = stdin.write(bytes);
    if (!room) await Promise.race([once(stdin, 'drain'), this.ended]);
  }

  private hear({ type, data }: ControlEvent): void {
    const { counts } = this.options;
    const outcome = 'outcome' in data ? data.outcome : type.slice(type.indexOf('.') + 1);
    count(counts, outcome);
    if (!type.endsWith('.failed') || !('detail' in data) || counts.refused.length >= REFUSED_KEPT) return;
    const what = 'window_id' in data ? data.window_id : '';
    counts.refused.push({ what, reason: data.reason, detail: data.detail });
  }
}
