import kafkajs from 'kafkajs';
import { kafkaError, KafkaUnavailableError, protocolError } from './kafka-errors.js';

const protocol = (type: string): Error => Object.assign(new Error('words'), { type });

it.each([
  ['MESSAGE_TOO_LARGE', 'dead-letter', 'ELIAS_KAFKA_RECORD_REFUSED'],
  ['TOPIC_AUTHORIZATION_FAILED', 'stop', 'ELIAS_KAFKA_FORBIDDEN'],
  ['NOT_ENOUGH_REPLICAS', 'retry', 'ELIAS_KAFKA_UNAVAILABLE'],
  ['SOMETHING_NEW', 'retry', 'ELIAS_KAFKA_UNAVAILABLE'],
])('%s is a case of %s', (type, disposition, code) => {
  const wrapped = new kafkajs.KafkaJSNumberOfRetriesExceeded(protocol(type), { retryCount: 5, retryTime: 100 });
  expect(kafkaError('send', protocol(type), ['t'])).toMatchObject({ disposition, code });
  expect(kafkaError('send', wrapped, ['t'])).toMatchObject({ disposition, code, cause: wrapped });
});

it('decides by the code, never by the words', () => {
  expect(protocolError(new Error('MESSAGE_TOO_LARGE'))).toBeNull();
  expect(kafkaError('send', new Error('MESSAGE_TOO_LARGE'))).toBeInstanceOf(KafkaUnavailableError);
  const ours = new KafkaUnavailableError('send', null);
  expect(kafkaError('outer', ours)).toBe(ours);
});
