import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlEvent } from '@elias/contracts';
import { decodeEvent, MARKET_SCHEMA } from '@elias/contracts';
import { isRetryable } from '@elias/errors';
import type { ConsumedRecord } from '@elias/kafka';
import type { RedshiftData } from '@elias/redshift';
import type { Logger } from '@elias/telemetry';
import { KeepTwins } from '../keep-twins.js';
import { LoadBatch } from '../load-batch.js';
import type { Objects } from '../objects.js';
import type { OwedEvent } from '../owed-event.js';
import { revokedEvent, sealedEvent } from '../owed-event.js';
import { RedshiftWarehouse } from '../redshift/redshift-warehouse.js';
import { RunLoad } from '../run-load.js';
import { StageLoads } from '../stage-load.js';
import type { Warehouse } from '../warehouse.js';

export interface ReplayLoaderOptions {
  readonly data: RedshiftData;
  readonly objects: Objects;
  readonly prefix: string;
  readonly schema: string;
  readonly copyRoleArn: string | null;
  /** names this replay alone */
  readonly replayId: string;
  readonly logger: Logger;
  readonly onAnswers: (answers: readonly ControlEvent[]) => void;
}

const TRIES_MAX = 8;
const FIRST_PAUSE_MS = 250;
/** Nobody else owes an answer. */
const OWED = { isOwed: () => true, done: () => undefined, putAside: () => Promise.resolve() };

/**
 * The loader's own way from archives to the warehouse, without a consumer group and without the topic of answers. Its staged files and its
 * client tokens are this replay's alone: a token that the service used for the same archives would give that load's end, and load nothing.
 */
export class ReplayLoader {
  private readonly stage: StageLoads;
  private readonly twins: KeepTwins;
  private readonly batch: LoadBatch;

  constructor(private readonly options: ReplayLoaderOptions) {
    const { data, objects, prefix, schema, copyRoleArn, replayId, logger } = options;
    const staging = `${prefix === '' ? '' : `${prefix}/`}_replays/${replayId}`;
    const warehouse = ofReplay(new RedshiftWarehouse(data, { bucket: objects.bucket, copyRoleArn, schema }), replayId);
    this.stage = new StageLoads(objects, staging);
    this.twins = new KeepTwins(objects, prefix, warehouse);
    const runLoad = new RunLoad({ warehouse, stage: this.stage, prefix: staging, logger, nowMs: Date.now });
    this.batch = new LoadBatch({ objects, stage: this.stage, runLoad, twins: this.twins, logger });
  }

  /**
   * One load of records of the topic of archives; others, and answers of the archiver, are passed over.
   * @throws what is not to be tried again, or did not go through eight times
   */
  async load(records: readonly ConsumedRecord[]): Promise<void> {
    const events = records.flatMap(owedEvent);
    if (events.length === 0) return;
    for (let failures = 1; ; failures += 1) {
      try {
        return await this.loadOnce(events);
      } catch (error) {
        if (!isRetryable(error) || failures === TRIES_MAX) throw error;
        this.options.logger.warn({ error, failures }, 'archives were not loaded, trying again');
        await sleep(FIRST_PAUSE_MS * 2 ** (failures - 1));
      }
    }
  }

  private async loadOnce(events: readonly OwedEvent[]): Promise<void> {
    const { signal } = new AbortController();
    const { answers, wantedTwins, twinsSeen, ledger } = await this.batch.run(events, signal);
    // twins are of the real tables
    if (this.options.schema === MARKET_SCHEMA) await this.twins.update(wantedTwins, twinsSeen, ledger, signal);
    await this.stage.removeAll();
    this.options.onAnswers(
      answers.flatMap(({ answer: { record } }) => {
        const decoded = decodeEvent({ value: Buffer.from(record.value), headers: record.headers });
        return decoded.kind === 'ok' ? [decoded.value] : [];
      }),
    );
  }
}

function owedEvent(record: ConsumedRecord): OwedEvent[] {
  const decoded = decodeEvent(record);
  if (decoded.kind !== 'ok') return [];
  const { type, data } = decoded.value;
  if (type === 'archive.sealed') return [sealedEvent(data, OWED)];
  return type === 'archive.revoked' ? [revokedEvent(data, OWED)] : [];
}

function ofReplay(warehouse: RedshiftWarehouse, replayId: string): Warehouse {
  const tokenOf = (token: string): string => createHash('sha256').update(`${replayId} ${token}`).digest('hex');
  return {
    load: (load, token, signal) => warehouse.load(load, tokenOf(token), signal),
    loadErrors: (folder, sinceMs, signal) => warehouse.loadErrors(folder, sinceMs, signal),
    ledger: (ids, signal) => warehouse.ledger(ids, signal),
    withdrawn: (ids, signal) => warehouse.withdrawn(ids, signal),
    wholeLedger: (signal) => warehouse.wholeLedger(signal),
  };
}
