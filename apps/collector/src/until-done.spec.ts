import { KafkaForbiddenError, KafkaUnavailableError } from '@elias/kafka';
import { createLogger } from '@elias/telemetry';
import { UntilDone } from './until-done.js';

const logger = createLogger({ app: 'test', level: 'silent' });
const away = (): Error => new KafkaUnavailableError('send', new Error('connection refused'));

it('repeats what passes, and says meanwhile why', async () => {
  const untilDone = new UntilDone(logger);
  const troubles: (string | null)[] = [];
  const result = await untilDone.run(() => {
    troubles.push(untilDone.trouble);
    return troubles.length < 3 ? Promise.reject(away()) : Promise.resolve('done');
  }, new AbortController().signal);
  const said = 'Kafka did not complete: send: connection refused';
  expect({ result, troubles }).toEqual({ result: 'done', troubles: [null, said, said] });
  expect(untilDone.trouble).toBeNull();
});

it('does not repeat what does not', async () => {
  const untilDone = new UntilDone(logger);
  const forbidden = new KafkaForbiddenError('send', 'TOPIC_AUTHORIZATION_FAILED', null);
  await expect(untilDone.run(() => Promise.reject(forbidden), new AbortController().signal)).rejects.toBe(forbidden);
});

it('ends at once when it is told to', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error('stopping')), 20);
  const before = performance.now();
  await expect(new UntilDone(logger).run(() => Promise.reject(away()), stop.signal)).rejects.toThrow();
  expect(performance.now() - before).toBeLessThan(5_000);
});
