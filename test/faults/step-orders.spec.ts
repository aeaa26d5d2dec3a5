import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StepOrders } from './step-orders.js';
import type { StepOrder } from './step-orders.js';

const folder = mkdtempSync(join(tmpdir(), 'elias-orders-'));
afterAll(() => rmSync(folder, { recursive: true }));

const order: StepOrder = { id: 'a/b', service: 'archiver', step: 'archiver.put-archive', moment: 'before', passing: 1, act: 'kill' };

it('shows the order that was placed last, and none after it was taken back', () => {
  const [drill, service] = [new StepOrders(folder), new StepOrders(folder)];
  expect(service.placed()).toBeNull();
  drill.place(order);
  drill.place({ ...order, id: 'c' });
  expect(service.placed()).toEqual({ ...order, id: 'c' });
  drill.place(null);
  expect(service.placed()).toBeNull();
});

it('lets one alone carry an order out, and tells who', () => {
  const [drill, first, second] = [new StepOrders(folder), new StepOrders(folder), new StepOrders(folder)];
  expect(drill.carriedOut('a/b')).toBeNull();
  expect([first, second].map((one, i) => one.claim('a/b', { pid: i + 1, service: 'archiver' }))).toEqual([true, false]);
  expect(drill.carriedOut('a/b')).toEqual({ pid: 1, service: 'archiver' });
});

it('releases one order and no other', () => {
  const orders = new StepOrders(folder);
  orders.release('x');
  expect([orders.isReleased('x'), orders.isReleased('y')]).toEqual([true, false]);
});

it('counts passings of all processes', () => {
  const [first, second] = [new StepOrders(folder), new StepOrders(folder)];
  for (const orders of [first, second, first]) orders.passed(order);
  second.passed({ ...order, moment: 'after' });
  expect(Object.fromEntries(first.passings())).toEqual({
    'archiver archiver.put-archive before': 3,
    'archiver archiver.put-archive after': 1,
  });
});
