import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { createLogger } from '@elias/telemetry';
import { PipelineLoops } from './pipeline-loops.js';

const logger = createLogger({ app: 'test', level: 'silent' });
const idle = { run: () => Promise.resolve(0) };

/** @returns the loops in a running Nest application, and how often the schedule looked */
async function running(schedule: boolean) {
  let looks = 0;
  const daily = { run: () => Promise.resolve((looks += 1) - looks) };
  const work = { release: idle, outbox: idle, close: idle, supervise: idle, notifications: idle, purge: idle, daily };
  const loops = new PipelineLoops(work as never, {
    schedule,
    scheduleLookMs: 3_600_000,
    logger,
  });
  const module = await Test.createTestingModule({
    imports: [ScheduleModule.forRoot()],
    providers: [{ provide: PipelineLoops, useFactory: () => loops }],
  }).compile();
  await module.init();
  loops.start((error) => {
    throw error;
  });
  await settled();
  const close = async (): Promise<void> => {
    await loops.stop();
    await module.close();
  };
  return { hour: module.get(SchedulerRegistry).getCronJob('daily run'), looks: () => looks, close, loops };
}
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

it('the schedule looks when it starts, and at quarter past midnight UTC', async () => {
  const { hour, looks, close } = await running(true);
  expect(looks()).toBe(1);
  expect(hour.nextDate().toUTC().toFormat('HH:mm:ss')).toBe('00:15:00');
  await hour.fireOnTick();
  await settled();
  expect(looks()).toBe(2);
  await close();
});

it('while it is off, or another instance leads, its hour passes by', async () => {
  const off = await running(false);
  await off.hour.fireOnTick();
  await settled();
  expect(off.looks()).toBe(0);
  await off.close();
  const deposed = await running(true);
  await deposed.loops.stop();
  await deposed.hour.fireOnTick();
  await settled();
  expect(deposed.looks()).toBe(1);
  deposed.loops.start(() => undefined);
  await settled();
  expect(deposed.looks()).toBe(2);
  await deposed.close();
});
