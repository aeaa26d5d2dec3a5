import { planRequests } from './plan-requests.js';

const day = 'candles/60/BTC-USD/2023-12-01';
const task = (run_id: string, window_id = day) => ({ run_id, window_id, request_ids: [], origin: 'scheduled' as const, product_ids: null });
const nowMs = Date.parse('2023-12-02T00:20:00Z');
const underWay = (request_id: string, requestedAt: string) => ({
  ...{ request_id, window_id: day, requested_at: new Date(requestedAt), age_ms: nowMs - Date.parse(requestedAt) },
});

it('tasks of several runs whose turn comes together share one request per window', () => {
  const [a, b, c] = [task('a'), task('b'), task('c', 'candles/60/ETH-USD/2023-12-01')];
  expect(planRequests([a, b, c], [], nowMs)).toEqual({
    ask: [
      { windowId: day, tasks: [a, b] },
      { windowId: c.window_id, tasks: [c] },
    ],
    join: [],
    wait: [],
  });
});

it('a request that was made when the window was over is shared by whoever comes later', () => {
  const [first, second] = [underWay('1', '2023-12-02T00:15:00Z'), underWay('2', '2023-12-02T00:16:00Z')];
  expect(planRequests([task('a')], [second, first], nowMs)).toEqual({ ask: [], join: [{ task: task('a'), request: second }], wait: [] });
});

it('a request that was made while the window was open, or hardly settled, is waited for', () => {
  for (const instant of ['2023-12-01T23:00:00Z', '2023-12-02T00:00:59Z']) {
    expect(planRequests([task('a')], [underWay('1', instant)], nowMs)).toEqual({ ask: [], join: [], wait: [task('a')] });
  }
});
