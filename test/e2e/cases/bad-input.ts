import { encodeEvent, TOPICS } from '@elias/contracts';
import type { EventData } from '@elias/contracts';
import { placeRecord } from '@elias/kafka';
import type { OutgoingRecord } from '@elias/kafka';
import { v7 as uuidv7 } from 'uuid';
import { until } from '../../support/service-process.js';
import type { E2eScene } from '../e2e-scene.js';
import { DEAD_LETTERS } from '../e2e-scene.js';

/** What cannot be is refused with its reason, and the rest goes on. */
export function badInput(scene: E2eScene): void {
  const order = { products: ['XRP-USD'], from: `${scene.daysAgo(5)}T00:00:00Z`, to: `${scene.daysAgo(4)}T00:00:00Z` };

  it.each([
    ['an unknown product', { ...order, products: ['XRP-USD', 'NOSUCH-USD'] }, 422, 'products', 'the exchange has no product NOSUCH-USD'],
    ['something that is no product', { ...order, products: ['xrp'] }, 422, 'products', '"xrp" is not a product id'],
    ['a granularity that the exchange lacks', { ...order, granularity: 61 }, 422, 'granularity', '61 is none of 60, 300'],
    ['a range the wrong way round', { ...order, from: order.to, to: order.from }, 422, 'to', 'is not after from'],
    ['a range in the future', { ...order, from: '2100-01-01T00:00:00Z', to: '2100-01-02T00:00:00Z' }, 422, 'from', 'is in the future'],
    ['a day that does not exist', { ...order, from: '2023-02-30T00:00:00Z' }, 422, 'from', 'not an instant'],
    ['a field that nobody knows', { ...order, product: 'XRP-USD' }, 422, 'body', 'product'],
  ] as const)('POST /runs with %s: problem JSON with the reason, and no run', async (_, body, status, field, reason) => {
    const runs = (await scene.runs.list()).length;
    const answer = await scene.runs.post(JSON.stringify(body));
    expect(answer).toMatchObject({ status, json: { status, type: expect.stringMatching(/^urn:elias:problem:/) as unknown } });
    expect(answer.type).toMatch(/^application\/problem\+json/);
    const errors = answer.json['errors'] as { field: string; reason: string }[];
    expect(errors).toContainEqual({ field, reason: expect.stringContaining(reason) as unknown });
    expect(String(answer.json['detail'])).toContain(reason);
    expect(await scene.runs.list()).toHaveLength(runs);
  });

  it('POST /runs with what is not JSON: 400 problem JSON', async () => {
    const { status, type, json } = await scene.runs.post('{"products": [');
    expect({ status, json }).toMatchObject({ status: 400, json: { type: 'about:blank', title: 'Bad Request', status: 400 } });
    expect(type).toMatch(/^application\/problem\+json/);
    expect(String(json['detail'])).toMatch(/JSON/);
  });

  it('GET of a run that is not there: 404 problem JSON', async () => {
    const id = uuidv7();
    const { status, type, json } = await scene.runs.get(`/runs/${id}`);
    expect({ status, json }).toMatchObject({ status: 404, json: { title: 'Not Found', detail: `there is no run ${id}` } });
    expect(type).toMatch(/^application\/problem\+json/);
  });

  it('POST /runs twice with one idempotency key: one run', async () => {
    const headers = { 'idempotency-key': uuidv7() };
    const [first, second] = [await scene.runs.post(JSON.stringify(order), headers), await scene.runs.post(JSON.stringify(order), headers)];
    expect([first.status, second.status]).toEqual([202, 200]);
    expect(second.json).toEqual(first.json);
    await scene.runs.finished(String(first.json['run_id']));
  }, 300_000);

  it.each([
    ['a product that the exchange lacks', { product_id: 'NOSUCH-USD' }, 'unknown_product', 'unknown-product'],
    ['a granularity that the exchange lacks', { granularity: 61 }, 'bad_request', 'bad-request'],
    ['a range in the future', { day: '2100-01-01' }, 'bad_request', 'bad-request'],
    ['a range the wrong way round', { reversed: true }, 'bad_request', 'bad-request'],
  ] as const)(
    'a request record for %s: collection.failed, a dead letter',
    async (_, wrong, reason, letter) => {
      const request = requested({ ...wrong });
      await scene.kafka.producer().send([placeRecord(encodeEvent('collection.requested', request, 'test'))]);
      const failed = await scene.telling('collection.failed', ({ request_id }) => request_id === request.request_id);
      expect(failed).toMatchObject({ reason, permanent: true, window: { id: request.window.id } });
      expect(failed.detail).not.toBe('');
      const headers = await deadLetter(scene, request.request_id);
      expect(headers).toMatchObject({ elias_dlq_reason: letter, elias_dlq_topic: TOPICS.collectionRequests.name });
    },
    300_000,
  );

  it('a request record that is not JSON: a dead letter as it came, and the partition goes on', async () => {
    const good = requested({});
    const value = `no json ${uuidv7()}`;
    const sound = placeRecord(encodeEvent('collection.requested', good, 'test'));
    const { topic, partition, headers } = sound;
    const bad: OutgoingRecord = { topic, partition, key: good.window.id, value, headers };
    await scene.kafka.producer().send([bad, sound]);
    expect(await deadLetter(scene, value)).toMatchObject({ elias_dlq_reason: 'not-json', elias_dlq_partition: String(partition) });
    await scene.telling('collection.completed', ({ request_id }) => request_id === good.request_id);
  }, 300_000);

  function requested(wrong: {
    product_id?: string;
    granularity?: number;
    day?: string;
    reversed?: boolean;
  }): EventData<'collection.requested'> {
    const { product_id = 'XRP-USD', granularity = 60, day = scene.daysAgo(5), reversed = false } = wrong;
    const next = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
    const [from, to] = [`${day}T00:00:00Z`, `${next}T00:00:00Z`];
    const id = `candles/${granularity}/${product_id}/${day}`;
    const window = { id, dataset: 'candles', product_id, granularity, ...(reversed ? { from: to, to: from } : { from, to }) };
    return {
      ...{ request_id: uuidv7(), run_id: uuidv7(), origin: 'backfill', window, attempt: 1 },
      ...{ best_known: null, requested_at: '2024-01-01T00:00:00Z' },
    };
  }
}

/** Headers of the collector's dead letter that holds a text. */
async function deadLetter(scene: E2eScene, text: string): Promise<Record<string, string>> {
  let headers: Record<string, string> | undefined;
  await until(
    () => (headers = scene.deadLetters(DEAD_LETTERS.collector).find(({ value }) => String(value).includes(text))?.headers) !== undefined,
    240_000,
    () => `no dead letter has ${text}`,
  );
  return headers!;
}
