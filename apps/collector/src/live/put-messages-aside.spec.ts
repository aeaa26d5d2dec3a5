import { FEED_ORIGIN } from '@elias/contracts';
import { decodeDeadLetter } from '@elias/kafka';
import { BURST, PER_SECOND, PutMessagesAside } from './put-messages-aside.js';

it('keeps the text and why, each under a key of its own', () => {
  const aside = new PutMessagesAside('elias-collector', { topic: 'dlq', partitions: 1 }, () => 1_000);
  const [first, second] = [aside.letter({ reason: 'not_json', text: '{' })!, aside.letter({ reason: 'not_json', text: '{' })!];
  expect(decodeDeadLetter({ headers: first.headers as Record<string, string> })).toMatchObject({
    group: 'elias-collector',
    topic: FEED_ORIGIN,
    reason: 'not-json',
    attempts: 1,
  });
  expect(first).toMatchObject({ topic: 'dlq', partition: 0, value: Buffer.from('{') });
  expect(first.key).not.toEqual(second.key);
});

it('keeps a burst, and then a few a second', () => {
  let nowMs = 0;
  const aside = new PutMessagesAside('g', { topic: 'dlq', partitions: 1 }, () => nowMs);
  const kept = (): number =>
    Array.from({ length: 1_000 }, () => aside.letter({ reason: 'x', text: '' })).filter((one) => one !== null).length;
  expect(kept()).toBe(BURST);
  nowMs += 1_000;
  expect(kept()).toBe(PER_SECOND);
  nowMs += 3_600_000;
  expect(kept()).toBe(BURST);
});
