import { createRequire } from 'node:module';
import { createLogger } from '@elias/telemetry';
import kafkajs from 'kafkajs';
import { isRoutine, kafkajsLogs, mendRequestQueue } from './quiet-kafkajs.js';

const require = createRequire(import.meta.url);
const errors = require('kafkajs/src/protocol/error') as { errorCodes: { type: string; message: string }[] };
const message = (type: string): string => errors.errorCodes.find((each) => each.type === type)!.message;

it.each([
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
  'REBALANCE_IN_PROGRESS',
  'MEMBER_ID_REQUIRED',
])('%s belongs to everyday joining, in kafkajs’s own words', (type) => {
  const log = { timestamp: '', message: 'Response JoinGroup(key: 11, version: 5)', error: message(type) };
  expect(isRoutine({ namespace: 'Connection', log })).toBe(true);
});

it('does not hide anything else', () => {
  for (const type of ['TOPIC_AUTHORIZATION_FAILED', 'UNKNOWN_MEMBER_ID', 'OFFSET_OUT_OF_RANGE']) {
    expect(isRoutine({ namespace: 'Connection', log: { timestamp: '', message: 'Response', error: message(type) } })).toBe(false);
  }
});

it('writes kafkajs’s errors as warnings, and its routine as debug lines', () => {
  const lines: { level: number; msg: string; part: string; broker?: string }[] = [];
  const logger = createLogger({ app: 'test', level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const write = kafkajsLogs(logger)(kafkajs.logLevel.INFO);
  const entry = (level: kafkajs.logLevel, error: string) => ({
    namespace: 'Connection',
    level,
    label: '',
    log: { timestamp: 't', logger: 'kafkajs', message: 'Response', error, broker: 'b:1' },
  });
  write(entry(kafkajs.logLevel.ERROR, message('OFFSET_OUT_OF_RANGE')));
  write(entry(kafkajs.logLevel.ERROR, message('GROUP_LOAD_IN_PROGRESS')));
  write(entry(kafkajs.logLevel.INFO, ''));
  expect(lines.map(({ level }) => level)).toEqual([40, 20, 20]);
  expect(lines[0]).toMatchObject({ msg: 'kafkajs: Response', part: 'Connection', broker: 'b:1' });
});

it('schedules no timer in the past, and one only while a request waits', () => {
  mendRequestQueue();
  const RequestQueue = require('kafkajs/src/network/requestQueue') as new (options: object) => {
    pending: unknown[];
    throttledUntil: number;
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    scheduleCheckPendingRequests(): void;
    destroy(): void;
  };
  const warnings: Error[] = [];
  const onWarning = (warning: Error): number => warnings.push(warning);
  process.on('warning', onWarning);
  const logger = { debug: () => undefined };
  const queue = new RequestQueue({
    maxInFlightRequests: 1,
    requestTimeout: 1,
    enforceRequestTimeout: false,
    clientId: '',
    broker: '',
    logger,
  });
  queue.scheduleCheckPendingRequests();
  expect(queue.throttleCheckTimeoutId).toBeNull();
  queue.pending.push({});
  queue.throttledUntil = Date.now() - 5_000;
  queue.scheduleCheckPendingRequests();
  expect(queue.throttleCheckTimeoutId).not.toBeNull();
  queue.destroy();
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});
