import { Readiness } from './readiness.js';

it('is ready when every check is, and gives each reason otherwise', async () => {
  const readiness = new Readiness(20);
  readiness.add('kafka', () => null);
  expect(await readiness.report()).toEqual({ ready: true, reasons: [] });
  readiness.add('postgres', () => Promise.reject(new Error('connection refused')));
  readiness.add('store', () => new Promise<null>(() => undefined));
  expect(await readiness.report()).toEqual({
    ready: false,
    reasons: [
      { check: 'postgres', reason: 'connection refused' },
      { check: 'store', reason: 'no answer within 20 ms' },
    ],
  });
});

it('tells what is good to know, which makes nothing unready', async () => {
  const readiness = new Readiness();
  readiness.inform('leadership', () => 'standby');
  expect(await readiness.report()).toEqual({ ready: true, reasons: [], notes: [{ about: 'leadership', note: 'standby' }] });
});
