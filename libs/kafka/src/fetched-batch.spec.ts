import type { KafkaMessage } from 'kafkajs';
import { EmptyFetches, endOfBatch } from './fetched-batch.js';

const message = (offset: string, batchContext?: object): KafkaMessage => ({ offset, batchContext }) as unknown as KafkaMessage;
const batch = (lastOffset: string, messages: KafkaMessage[]) => ({ lastOffset: () => lastOffset, messages });

it.each([
  { name: 'behind the last record', found: batch('9', [message('9')]), end: 10n },
  {
    name: 'behind the record batch, whose end was compacted away',
    found: batch('5', [message('5', { firstOffset: '3', lastOffsetDelta: 6 })]),
    end: 10n,
  },
  {
    name: 'behind a control record after the last one',
    found: batch('7', [message('6', { firstOffset: '6', lastOffsetDelta: 0 })]),
    end: 8n,
  },
])('a fetch ends $name', ({ found, end }) => {
  expect(endOfBatch(found)).toBe(end);
});

it('accepts an empty fetch where reading is, and doubts others until they come again', () => {
  const fetches = new EmptyFetches();
  const empty = (lastOffset: string) => ({ topic: 't', partition: 1, batchSize: 0, lastOffset });
  expect(fetches.fits(empty('5'), 5n)).toBe(true);
  expect(fetches.fits(empty('9'), 5n)).toBe(false);
  expect(fetches.fits(empty('7'), 5n)).toBe(false);
  expect(fetches.fits(empty('7'), 5n)).toBe(true);
  expect(fetches.fits(empty('7'), 5n)).toBe(false);
  fetches.forget();
  expect(fetches.fits(empty('7'), 5n)).toBe(false);
  expect(fetches.fits(empty('3'), 5n)).toBe(false);
  expect(fetches.fits(empty('3'), 5n)).toBe(false);
});
