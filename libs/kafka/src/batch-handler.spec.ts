import 'reflect-metadata';
import { BatchHandler } from './batch-handler.js';
import { RecordBatch } from './record-batch.js';

const batch = (): RecordBatch => new RecordBatch({ topic: 't', partition: 0, records: [] });

class Handlers {
  readonly answer = 42;
  @BatchHandler('elias.loads.v1')
  onLoads(given: RecordBatch): Promise<number> {
    if (given.partition === 0) return Promise.resolve(this.answer);
    throw new TypeError('bug');
  }
}

it('registers the method for its topic as an event handler', () => {
  const method = Object.getOwnPropertyDescriptor(Handlers.prototype, 'onLoads')!.value as object;
  const metadata = Object.fromEntries(
    Reflect.getMetadataKeys(method).map((key: string) => [key, Reflect.getMetadata(key, method) as unknown]),
  );
  expect(metadata).toMatchObject({ 'microservices:pattern': ['elias.loads.v1'] });
});

it('keeps what the method throws on the batch, past Nest', async () => {
  const good = batch();
  await new Handlers().onLoads(good);
  expect(good.failure).toBeUndefined();
  const bad = new RecordBatch({ topic: 't', partition: 1, records: [] });
  await new Handlers().onLoads(bad);
  expect(bad.failure?.error).toBeInstanceOf(TypeError);
});

it('lets an error pass where there is no batch to keep it', async () => {
  await expect(new Handlers().onLoads({ partition: 1 } as RecordBatch)).rejects.toThrow('bug');
});

it('gives a batch of a test its defaults', async () => {
  const given = batch();
  expect([given.isCurrent(), given.signal.aborted, given.attempt]).toEqual([true, false, 0]);
  given.done({} as never);
  await given.deadLetter({} as never, 'not-json', null);
});
