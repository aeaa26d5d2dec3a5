import { durableStep, watchDurableSteps } from './durable-step.js';

afterEach(() => watchDurableSteps(undefined));

it('does the work alone while nobody watches', async () => {
  await expect(durableStep('archiver.put-archive', () => Promise.resolve(7))).resolves.toBe(7);
});

it('shows both moments to whoever watches, in order, and waits for them', async () => {
  const seen: string[] = [];
  watchDurableSteps(async (step, moment) => {
    await Promise.resolve();
    seen.push(`${moment} ${step}`);
  });
  const work = (): Promise<void> => {
    seen.push('work');
    return Promise.resolve();
  };
  await durableStep('archiver.put-archive', work);
  expect(seen).toEqual(['before archiver.put-archive', 'work', 'after archiver.put-archive']);
});

it('has no moment behind work that failed', async () => {
  const seen: string[] = [];
  watchDurableSteps((_step, moment) => Promise.resolve(void seen.push(moment)));
  await expect(durableStep('rds-loader.load', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(seen).toEqual(['before']);
});
