import { z } from 'zod';
import { kafkaSettings } from './kafka-settings.js';

const settings = z.object(kafkaSettings);

it('splits the brokers', () => {
  expect(settings.parse({ KAFKA_BROKERS: 'a:9092, b.c-d:1' })).toMatchObject({ KAFKA_BROKERS: ['a:9092', 'b.c-d:1'] });
});

it.each(['', 'a', 'a:', 'a:1,', 'http://a:1'])('refuses "%s"', (KAFKA_BROKERS) => {
  expect(settings.safeParse({ KAFKA_BROKERS }).success).toBe(false);
});
