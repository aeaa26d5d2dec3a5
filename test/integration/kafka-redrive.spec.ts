import { decodeDeadLetter, ensureTopics, redrivenRecord } from '@elias/kafka';
import type { ConsumedRecord } from '@elias/kafka';
import { testStack } from '../support/stack.js';
import { KafkaFixture, text, uniqueName, until } from './kafka-fixtures.js';

const kafka = new KafkaFixture(testStack().kafka.brokers);
afterAll(() => kafka.close());

it('a letter that is sent back reaches its own group alone, which counts on', async () => {
  const topic = await kafka.topic('redriven');
  const [refusing, other] = [uniqueName('refusing'), uniqueName('other')];
  const dlq = `${refusing}.dlq`;
  await ensureTopics(kafka.client, [{ name: dlq, partitions: 1, cleanup: 'delete' }]);
  const seen = { refusing: [] as string[], other: [] as string[] };
  kafka.member(
    topic,
    refusing,
    async (batch) => {
      for (const record of batch.records) {
        seen.refusing.push(text(record));
        if (text(record) === 'bad') await batch.deadLetter(record, 'wrong-shape', new Error('why'));
        else batch.done(record);
      }
    },
    { deadLetterTopic: dlq, agedTopics: [topic] },
  );
  kafka.member(topic, other, ({ records }) => Promise.resolve(void seen.other.push(...records.map(text))), { agedTopics: [topic] });
  const producer = kafka.client.producer();
  const send = (value: string): Promise<unknown> => producer.send([{ topic, partition: 0, key: 'k', value, headers: { ce_type: 'told' } }]);
  await send('bad');
  const letters = async (): Promise<ConsumedRecord[]> => kafka.all(dlq);
  await until('the letter', async () => (await letters()).length === 1);

  for (const attempts of [1, 2]) {
    const record = (await letters()).at(-1)!;
    const letter = decodeDeadLetter(record)!;
    expect(letter).toMatchObject({ group: refusing, topic, key: 'k', reason: 'wrong-shape', attempts });
    await producer.send([redrivenRecord(letter, record, record.value)]);
    await until('the next letter', async () => (await letters()).length === attempts + 1);
  }
  await send('good');
  await until('the last record', () => seen.refusing.includes('good') && seen.other.includes('good'));
  expect(seen).toEqual({ refusing: ['bad', 'bad', 'bad', 'good'], other: ['bad', 'good'] });
  await until('commits past what was for the other', async () => (await kafka.committed(other, topic))[0] === '4');
  expect((await letters()).at(-1)!.headers['ce_type']).toBe('told');
});
