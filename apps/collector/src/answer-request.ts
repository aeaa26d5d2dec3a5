import { csvSha256 } from '@elias/archive';
import type { EncodedRecord, WindowFacts } from '@elias/contracts';
import { coverageToWire, encodeEvent, encodeWindowPart, encodeWindowRecord, revisionToWire, windowToWire } from '@elias/contracts';
import { EliasError } from '@elias/errors';
import type { ConsumedRecord, RecordBatch } from '@elias/kafka';
import { compareRevisions, isWhole, windowId } from '@elias/market-data';
import type { Dataset, Revision } from '@elias/market-data';
import { durableStep } from '@elias/telemetry';
import type { DurableStep, Logger } from '@elias/telemetry';
import type { CollectionOutcome } from './collected-window.js';
import type { CollectWindow } from './collect-window.js';
import type { CollectionRequest } from './collection-request.js';
import type { CollectorMetrics } from './collector-metrics.js';
import { collectionFailed, readRequest } from './read-request.js';
import type { CollectionFailed } from './read-request.js';
import type { UntilDone } from './until-done.js';

/** Durable once it resolves. */
export interface EventLog {
  /** @throws KafkaUnavailableError sending all of them again is right */
  send(records: readonly EncodedRecord[], signal: AbortSignal): Promise<void>;
}

export interface AnswerRequestParts {
  collectWindow: CollectWindow;
  log: EventLog;
  untilDone: UntilDone;
  metrics: CollectorMetrics;
  logger: Logger;
}

type Collected = Extract<CollectionOutcome, { kind: 'collected' }>;
type Failed = Extract<CollectionOutcome, { kind: 'failed' }>;

const SOURCE = 'collector';

/** One record of the requests topic to its effects: the window is durable first, then it is told, then the record is done. */
export class AnswerRequest {
  constructor(private readonly parts: AnswerRequestParts) {}

  /**
   * A crash anywhere leaves the record to be read again: the window is then collected and told once more.
   * @throws the batch's signal's reason when the work is to be dropped; anything else is a bug
   */
  async run(batch: RecordBatch, record: ConsumedRecord): Promise<void> {
    const read = readRequest(record);
    if (read.kind === 'refused') return this.refuse(batch, record, read);
    const { request } = read;
    const beganAtMs = performance.now();
    const outcome = await this.parts.collectWindow.run(request, batch.signal);
    if (outcome.kind === 'failed') return this.fail(batch, record, request, outcome);
    let published: boolean;
    try {
      published = await this.tell(batch, record, request, outcome);
    } catch (cause) {
      if (!(cause instanceof EliasError) || cause.disposition !== 'dead-letter') throw cause;
      return this.fail(batch, record, request, { kind: 'failed', permanent: true, reason: 'does_not_fit', cause });
    } finally {
      if (!Buffer.isBuffer(outcome.csv)) await outcome.csv.remove();
    }
    batch.done(record);
    const elapsedMs = Math.round(performance.now() - beganAtMs);
    this.parts.metrics.collected(request.window.dataset, outcome.coverage, published, elapsedMs);
    const { present, noTrade, unknown, open } = outcome.coverage;
    const { collectionId } = outcome.revision;
    this.parts.logger.info(
      {
        window: windowId(request.window),
        present,
        noTrade,
        unknown,
        open,
        published,
        collectionId,
        questions: outcome.questions,
        elapsedMs,
      },
      'window collected',
    );
  }

  /** @returns whether the window was published; it is not when a better telling of it is sealed already */
  private async tell(
    batch: RecordBatch,
    record: ConsumedRecord,
    request: CollectionRequest,
    { csv, rowCount, coverage, revision }: Collected,
  ): Promise<boolean> {
    const { window, requestId, runId, origin, attempt, bestKnown } = request;
    const sha256 = Buffer.isBuffer(csv) ? csvSha256(csv) : csv.sha256;
    const facts = { window, revision, rowCount, coverage, csvSha256: sha256, requestId, runId, origin };
    const published = bestKnown === null || isWorthTelling(window.dataset, revision, bestKnown);
    if (published) await this.publish(batch, record, facts, csv);
    const completed = {
      request_id: requestId,
      run_id: runId,
      origin,
      window: windowToWire(window),
      revision: revisionToWire(revision),
      row_count: rowCount,
      csv_sha256: facts.csvSha256,
      coverage: coverageToWire(coverage),
      attempt,
      published,
    };
    await this.send('collector.tell-result', batch, record, encodeEvent('collection.completed', completed, SOURCE));
    return published;
  }

  private async publish(
    batch: RecordBatch,
    record: ConsumedRecord,
    facts: Omit<WindowFacts, 'schemaVersion'>,
    csv: Collected['csv'],
  ): Promise<void> {
    if (Buffer.isBuffer(csv)) return this.send('collector.publish-window', batch, record, encodeWindowRecord(facts, csv, SOURCE));
    let part = 0;
    for await (const bytes of csv.read()) {
      await this.send('collector.publish-window', batch, record, encodeWindowPart(facts, { part, parts: csv.parts }, bytes, SOURCE));
      part += 1;
    }
  }

  private async fail(batch: RecordBatch, record: ConsumedRecord, request: CollectionRequest, failure: Failed): Promise<void> {
    const { requestId, runId, origin, window, attempt } = request;
    const { reason, permanent, cause } = failure;
    const asked = { request_id: requestId, run_id: runId, origin, window: windowToWire(window), attempt };
    this.parts.metrics.failed(reason);
    this.parts.logger.warn({ window: windowId(window), reason, permanent, error: cause }, 'window not collected');
    const failed = collectionFailed(asked, failure);
    if (reason === 'unknown_product' || reason === 'bad_request') {
      return this.refuse(batch, record, { reason: reason.replace('_', '-'), cause, failed });
    }
    await this.send('collector.tell-result', batch, record, encodeEvent('collection.failed', failed, SOURCE));
    batch.done(record);
  }

  /** Told to whoever asked, if that is known, then kept aside, which is when the record is done. */
  private async refuse(
    batch: RecordBatch,
    record: ConsumedRecord,
    { reason, cause, failed }: { reason: string; cause: unknown; failed: CollectionFailed | null },
  ): Promise<void> {
    this.parts.metrics.refused(reason);
    if (failed !== null) await this.send('collector.tell-result', batch, record, encodeEvent('collection.failed', failed, SOURCE));
    await this.parts.untilDone.run(() => batch.deadLetter(record, reason, cause), batch.signal);
    const { topic, partition, offset } = record;
    this.parts.logger.warn({ topic, partition, offset, reason, error: cause }, 'request refused');
  }

  /** Durable once it resolves; the request's trace goes on in whatever came of it. */
  private send(
    step: DurableStep,
    { signal }: RecordBatch,
    { headers: { traceparent } }: ConsumedRecord,
    effect: EncodedRecord,
  ): Promise<void> {
    const traced = traceparent === undefined ? effect : { ...effect, headers: { ...effect.headers, traceparent } };
    return this.parts.untilDone.run(() => durableStep(step, () => this.parts.log.send([traced], signal)), signal);
  }
}

/**
 * Whether a telling is as good as the best sealed one. Rolling stats are the further from the day the later they were asked for, so that once
 * all of them are told they stay.
 */
function isWorthTelling(dataset: Dataset, revision: Revision, bestKnown: Revision): boolean {
  if (dataset === 'exchange_stats' && isWhole(bestKnown)) return false;
  return compareRevisions(revision, bestKnown) >= 0;
}
