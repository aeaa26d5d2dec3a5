import { faultSchema } from './fault.js';
import { FaultBox } from './fault-box.js';

const box = (...faults: object[]): FaultBox => {
  const made = new FaultBox();
  for (const fault of faults) made.arm(faultSchema.parse(fault));
  return made;
};

it('shows a fault as often as asked, after the occasions to skip', () => {
  const faults = box({ kind: 'throttle', times: 2, skip: 1 });
  const shown = [1, 2, 3, 4].map(() => faults.takeRequestFault('ExecuteStatement', ['SELECT 1']));
  expect(shown).toEqual([null, 'throttle', 'throttle', null]);
  expect(faults.list()).toEqual([]);
});

it('keeps to the operation and the SQL asked for', () => {
  const faults = box({ kind: 'internal_error', operation: 'DescribeStatement' }, { kind: 'serializable', match: '^copy\\s.*candles' });
  expect(faults.takeRequestFault('ExecuteStatement', [])).toBeNull();
  expect(faults.takeRequestFault('DescribeStatement', [])).toBe('internal_error');
  expect(faults.takeRunFault('commit', ['COPY market.candles'])).toBeNull();
  expect(faults.takeRunFault('statement', ['COPY market.trades'])).toBeNull();
  expect(faults.takeRunFault('statement', ['COPY\nmarket.candles'])?.kind).toBe('serializable');
});

it('a fault of a run without SQL to match shows at the commit', () => {
  const faults = box({ kind: 'serializable' }, { kind: 'delay', at: 'statement', delay_ms: 5 });
  expect(faults.takeRunFault('statement', ['x'])).toMatchObject({ kind: 'delay', delay_ms: 5 });
  expect(faults.takeRunFault('commit', ['x'])?.kind).toBe('serializable');
});

it('refuses what is no fault', () => {
  expect(() => faultSchema.parse({ kind: 'rain' })).toThrow();
  expect(() => faultSchema.parse({ kind: 'throttle', match: '(' })).toThrow(/not a regular expression/);
  expect(() => faultSchema.parse({ kind: 'throttle', time: 1 })).toThrow();
});
