import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/service-process.js';
import type { DrillCase, Fault, StepFault } from './drill-case.js';
import { S3_TARGETS } from './drill-case.js';
import type { DrillStack } from './drill-stack.js';
import type { StepAct } from './step-orders.js';

/** A fault that lies in wait. */
export interface Infliction {
  /** how often it was met, and after how often there is no more of it */
  met(): Promise<{ hits: number; most: number }>;
  /** the drill's own part, once it was met; whoever was held goes on */
  act(): Promise<void>;
  /** takes away whatever is left of it, and of what it needed */
  stop(): Promise<void>;
}

/** What a fault needs of the case it belongs to. */
export interface CaseAtHand {
  readonly drillCase: DrillCase;
  readonly productId: string;
  /** waits until the case's run is over, for so long at most */
  untilRunIsOver(withinMs: number): Promise<void>;
}

/** A member that is paused loses its partitions after this, and somebody else has done its work. */
const TAKEN_OVER_MS = 14_000;

/** Lays a fault; what it needs, a second instance for example, is there when this resolves. */
export async function inflictFault(stack: DrillStack, atHand: CaseAtHand): Promise<Infliction> {
  const { fault } = atHand.drillCase;
  if (fault.kind === 'step') return inflictAtStep(stack, atHand, fault);
  if (fault.kind === 's3') return inflictS3(stack, fault);
  if (fault.kind === 'data-api') return inflictDataApi(stack, fault);
  if (fault.kind === 'sql') return inflictSql(stack, fault);
  if (fault.kind === 'exchange') return inflictExchange(stack, atHand, fault);
  throw new RangeError(`${atHand.drillCase.name} is a story`);
}

const ACTS: Readonly<Record<StepFault, StepAct>> = {
  kill: 'kill',
  term: 'terminate',
  pause: 'pause',
  join: 'hold',
  leave: 'hold',
  kafka: 'hold',
  'pg-cut': 'hold',
  'pg-new': 'hold',
};

type FaultOf<K extends Fault['kind']> = Extract<Fault, { kind: K }>;

async function inflictAtStep(stack: DrillStack, atHand: CaseAtHand, { what, point, passing }: FaultOf<'step'>): Promise<Infliction> {
  const { orders } = stack;
  const { seed } = atHand.drillCase;
  const id = `${atHand.drillCase.name}-${Date.now()}`;
  const second = `${point.service}-2`;
  if (what === 'pause' || what === 'leave') await stack.startService(point.service, second);
  orders.place({ ...point, id, passing, act: ACTS[what] });
  const release = (): void => orders.release(id);
  const holder = (): number => orders.carriedOut(id)?.pid ?? 0;
  const act = async (): Promise<void> => {
    if (what === 'pause') {
      await atHand.untilRunIsOver(TAKEN_OVER_MS);
      process.kill(holder(), 'SIGCONT');
    }
    if (what === 'join') await stack.startService(point.service, second);
    if (what === 'leave') {
      const other = [point.service, second].find((name) => stack.services.get(name)?.pid !== holder())!;
      await stack.stopService(other);
    }
    if (what === 'kafka') await stack.servers.restart('kafka', seed % 2 === 0 ? 'SIGKILL' : 'SIGTERM', 500 + (seed % 1_000), release);
    if (what === 'pg-new') await stack.servers.restart('postgres', 'SIGINT', 200 + (seed % 800), release);
    if (what === 'pg-cut') {
      const gate = stack.postgresGates.get(point.service)!;
      gate.shut();
      release();
      await sleep(200 + (seed % 800));
      gate.reopen();
    }
    release();
  };
  return {
    met: () => Promise.resolve({ hits: orders.carriedOut(id) === null ? 0 : 1, most: 1 }),
    act,
    stop: async () => {
      orders.place(null);
      release();
      stack.postgresGates.get(point.service)?.reopen();
      const pid = holder();
      if (what === 'pause' && pid !== 0 && [...stack.services.values()].some((service) => service.pid === pid))
        process.kill(pid, 'SIGCONT');
      await stack.stopService(second);
      // whoever was asked to leave comes again
      if (!stack.services.has(point.service)) await stack.startService(point.service, point.service);
    },
  };
}

function inflictS3(stack: DrillStack, { target, how, times }: FaultOf<'s3'>): Infliction {
  const { service, method, path } = S3_TARGETS[target];
  const gate = stack.s3Gates.get(service)!;
  gate.plan({ method, path, how, times });
  return {
    met: () => Promise.resolve({ hits: gate.hits, most: times }),
    act: () => Promise.resolve(),
    stop: () => Promise.resolve(gate.plan(null)),
  };
}

async function inflictDataApi(stack: DrillStack, { order }: FaultOf<'data-api'>): Promise<Infliction> {
  const url = `${stack.addresses.redshift_data.endpoint}/_emulator/faults`;
  const { times = 1 } = order;
  await ask(url, { method: 'POST', headers: JSON_BODY, body: JSON.stringify(order) });
  return {
    met: async () => {
      const { armed } = (await ask(url, {})) as { armed: { times: number }[] };
      return { hits: times - (armed[0]?.times ?? 0), most: times };
    },
    act: () => Promise.resolve(),
    stop: async () => void (await ask(url, { method: 'DELETE' })),
  };
}

async function inflictSql({ postgresFaults }: DrillStack, { fault }: FaultOf<'sql'>): Promise<Infliction> {
  await postgresFaults.arm(fault);
  return {
    met: async () => ({ hits: await postgresFaults.hits(), most: fault.times }),
    act: () => Promise.resolve(),
    stop: () => postgresFaults.clear(),
  };
}

async function inflictExchange({ simulator }: DrillStack, { productId }: CaseAtHand, { order }: FaultOf<'exchange'>): Promise<Infliction> {
  await simulator.order('faults', { ...order, match: `^/products/${productId}/candles` });
  return {
    met: async () => ({ hits: await simulator.hits(), most: order.times ?? 1 }),
    act: () => Promise.resolve(),
    stop: () => simulator.clear('faults'),
  };
}

const JSON_BODY = { 'content-type': 'application/json' };

async function ask(url: string, request: RequestInit): Promise<unknown> {
  const response = await fetch(url, request);
  if (!response.ok) throw new Error(`${url} refused: ${await response.text()}`);
  return response.json();
}

/** Waits until a fault was met once. @throws Error it was not */
export async function untilMet(infliction: Infliction, withinMs: number): Promise<void> {
  await until(
    async () => (await infliction.met()).hits > 0,
    withinMs,
    () => 'the fault was not met',
  );
}
