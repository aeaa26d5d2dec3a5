import { KafkaUnavailableError } from './kafka-errors.js';
import { recordPositions } from './record-positions.js';

const records = [
  { topic: 'a', partition: 0 },
  { topic: 'a', partition: 1 },
  { topic: 'a', partition: 0 },
  { topic: 'b', partition: 0 },
];
const answers = [
  { topicName: 'b', partition: 0, errorCode: 0, baseOffset: '9007199254740993' },
  { topicName: 'a', partition: 1, errorCode: 0, baseOffset: '0' },
  { topicName: 'a', partition: 0, errorCode: 0, baseOffset: '7' },
];

it('counts each partition up from its base offset', () => {
  expect(recordPositions(records, answers).map(({ offset }) => offset)).toEqual(['7', '0', '8', '9007199254740993']);
});

it.each([
  ['nothing', []],
  ['too few partitions', answers.slice(1)],
  ['another partition', [...answers.slice(1), { topicName: 'b', partition: 5, errorCode: 0, baseOffset: '0' }]],
  ['a partition more', [...answers, { topicName: 'c', partition: 0, errorCode: 0, baseOffset: '0' }]],
  ['a partition twice', [...answers, answers[0]!]],
  ['an error code', [...answers.slice(1), { topicName: 'b', partition: 0, errorCode: 3, baseOffset: '1' }]],
  ['no base offset', [...answers.slice(1), { topicName: 'b', partition: 0, errorCode: 0 }]],
  ['base offset -1', [...answers.slice(1), { topicName: 'b', partition: 0, errorCode: 0, baseOffset: '-1' }]],
])('takes %s for a failure', (_, bad) => {
  expect(() => recordPositions(records, bad)).toThrow(KafkaUnavailableError);
});
