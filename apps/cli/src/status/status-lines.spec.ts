import type { PipelineStatus } from './read-status.js';
import { isWell, statusLines } from './status-lines.js';

const day = { product_id: 'BTC-USD', date: '2023-12-01', condition: 'partial' as const, candles: 1_430, no_trade: 4, unknown: 6, open: 0 };
const status: PipelineStatus = {
  services: [
    {
      name: 'warehouse-loader',
      health: 'not_ready',
      reasons: ['x'],
      lag: 12,
      rate_per_minute: 3,
      last_event_at: '2023-12-02T00:31:12.345Z',
    },
    { name: 'collector', health: 'ready', reasons: [], lag: null, rate_per_minute: 0, last_event_at: null },
  ],
  dead_letters: [
    { group: 'elias-archiver', count: 2 },
    { group: 'elias-collector', count: 0 },
  ],
  alarms: [{ severity: 'error', text: 'warehouse-loader is not ready: x', since: '2023-12-02T00:31:12Z' }],
  last_run: { kind: 'daily', date: '2023-12-01', state: 'partial', counts: { succeeded: 20, partial: 1 } },
  products: [
    { product_id: 'BTC-USD', last: day, days: ['missing', 'available', 'partial'] },
    { product_id: 'XRP-USD', last: null, days: [] },
  ],
};

it('is one screen of at most 80 columns', () => {
  const lines = statusLines(status);
  expect(lines).toEqual([
    'service           health     waiting  windows/min  last event (UTC)',
    'warehouse-loader  not ready       12            3  2023-12-02 00:31:12',
    'collector         ready            ?            0  -',
    '',
    'product  last day    candles  no trade  unknown  open  days',
    'BTC-USD  2023-12-01     1430         4        6     0  .#~',
    'XRP-USD  -                 -         -        -     -',
    'days: # available, ~ partial, . missing; the newest last',
    '',
    'last run      daily 2023-12-01 partial: 20 succeeded, 1 partial',
    'dead letters  2 of elias-archiver',
    'alarms',
    '  error: warehouse-loader is not ready: x',
  ]);
});

it('is well when every service is and no alarm is up', () => {
  expect(isWell(status)).toBe(false);
  expect(isWell({ ...status, alarms: [] })).toBe(false);
  expect(isWell({ ...status, alarms: [], services: status.services.slice(1) })).toBe(true);
});
