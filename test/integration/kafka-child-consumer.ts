import 'reflect-metadata';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaBatchStrategy, KafkaClient } from '@elias/kafka';
import type { RecordBatch } from '@elias/kafka';
import { createLogger, Metrics, Readiness } from '@elias/telemetry';

/** A consumer for tests to kill: writes each record it has done into a file, one line each, before it counts as done. */
const [brokers = '', topic = '', groupId = '', file = ''] = process.argv.slice(2);
const logger = createLogger({ app: 'child', level: 'warn' });
const client = new KafkaClient({ brokers: brokers.split(','), clientId: 'child', logger });
const strategy = new KafkaBatchStrategy({
  client,
  groupId,
  deadLetterTopic: 'unused',
  fromBeginning: true,
  agedTopics: [topic],
  maxBatchRecords: 5,
  sessionTimeoutMs: 6_000,
  logger,
  metrics: new Metrics(),
  readiness: new Readiness(),
});
strategy.addHandler(
  topic,
  (async (batch: RecordBatch) => {
    await sleep(20);
    if (batch.records.some(({ value }) => value?.toString() === 'bug')) throw new TypeError('a bug');
    if (batch.isCurrent()) for (const { value } of batch.records) appendFileSync(file, `${process.pid} ${value?.toString()}\n`);
  }) as never,
  true,
);
strategy.listen(() => undefined);
process.once('SIGTERM', () => {
  void strategy
    .close()
    .then(() => client.close())
    .then(() => process.exit(0));
});
