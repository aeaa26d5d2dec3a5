/**
 * Preloaded into a service's process (`node --import`): at each durable step it counts, looks for an order, and carries it out. The service
 * knows nothing of it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { watchDurableSteps } from '@elias/telemetry';
import { StepOrders } from './step-orders.js';
import type { StepAct } from './step-orders.js';

const LOOK_MS = 20;
const { DRILL_FOLDER: folder = '', DRILL_SERVICE: service = '' } = process.env;
const orders = new StepOrders(folder);
const met = new Map<string, number>();

watchDurableSteps(async (step, moment) => {
  orders.passed({ service, step, moment });
  const order = orders.placed();
  if (order === null || order.service !== service || order.step !== step || order.moment !== moment) return;
  const passing = (met.get(order.id) ?? 0) + 1;
  met.set(order.id, passing);
  if (passing < order.passing || !orders.claim(order.id, { pid: process.pid, service })) return;
  await carryOut(order.act, order.id);
});

async function carryOut(act: StepAct, id: string): Promise<void> {
  if (act === 'kill') {
    process.kill(process.pid, 'SIGKILL');
    // the signal takes hold before anything else is done
    await sleep(60_000);
  }
  if (act === 'pause') process.kill(process.pid, 'SIGSTOP');
  if (act === 'terminate') process.kill(process.pid, 'SIGTERM');
  while (act === 'hold' && !orders.isReleased(id)) await sleep(LOOK_MS);
}
