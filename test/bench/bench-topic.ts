import { encodeWindowRecord, TOPICS } from '@elias/contracts';
import { ensureTopics, KafkaClient, placeRecord } from '@elias/kafka';
import { createLogger } from '@elias/telemetry';
import type { BenchStack } from './bench-stack.js';
import type { BenchWindow } from './bench-windows.js';

const WINDOWS_PER_SEND = 40;

/** Publishes windows as the collector does. */
export async function publishWindows(stack: BenchStack, windows: readonly BenchWindow[]): Promise<void> {
  const kafka = new KafkaClient({
    brokers: stack.kafka.brokers,
    clientId: 'bench',
    logger: createLogger({ app: 'bench', level: 'error' }),
  });
  await ensureTopics(kafka, Object.values(TOPICS));
  const producer = kafka.producer();
  await producer.connect();
  for (let i = 0; i < windows.length; i += WINDOWS_PER_SEND) {
    await producer.send(
      windows.slice(i, i + WINDOWS_PER_SEND).map(({ facts, csv }) => placeRecord(encodeWindowRecord(facts, csv, 'bench'))),
    );
  }
  await producer.disconnect();
  await kafka.close();
}
