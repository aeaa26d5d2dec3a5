import { lagByService } from './kafka-reads.js';
import type { Lags } from './service-answers.js';

type Lag = Lags['lags'][number];
const lag = (service: Lag['service'], group: string, records: number, members: number): Lag => ({
  ...{ service, group, topic: 't', lag: records, oldest_partition_lag: records, members },
});

it('a group that nobody is in any more does not count beside one that works', () => {
  const lags = [lag('rds-loader', 'topic', 2, 1), lag('rds-loader', 'topic', 3, 1), lag('rds-loader', 'archive', 900, 0)];
  expect([...lagByService({ lags })]).toEqual([['rds-loader', 5]]);
});

it('the lag of a service that is down is told', () => {
  expect([...lagByService({ lags: [lag('collector', 'a', 7, 0), lag('archiver', 'b', 1, 2)] })]).toEqual([
    ['collector', 7],
    ['archiver', 1],
  ]);
});
