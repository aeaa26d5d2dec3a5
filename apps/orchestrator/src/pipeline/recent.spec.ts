import { Recent } from './recent.js';

it('is read once for all who ask within its time, and again after it', async () => {
  let nowMs = 0;
  let reads = 0;
  const recent = new Recent(
    () => Promise.resolve((reads += 1)),
    2_000,
    () => nowMs,
  );
  expect(await Promise.all([recent.get(), recent.get()])).toEqual([1, 1]);
  nowMs = 1_999;
  expect(await recent.get()).toBe(1);
  nowMs = 2_000;
  expect(await recent.get()).toBe(2);
});

it('a slow read is waited for by all, and its time begins when it is there', async () => {
  let nowMs = 0;
  const answers: ((value: number) => void)[] = [];
  const recent = new Recent(
    () => new Promise<number>((resolve) => answers.push(resolve)),
    2_000,
    () => nowMs,
  );
  const first = recent.get();
  nowMs = 2_500;
  void recent.get();
  answers[0]!(1);
  await first;
  nowMs = 4_000;
  expect(await recent.get()).toBe(1);
  expect(answers).toHaveLength(1);
});

it('a failure is told to those who asked, and not kept', async () => {
  let reads = 0;
  const recent = new Recent(
    () => ((reads += 1) === 1 ? Promise.reject(new Error('away')) : Promise.resolve(reads)),
    2_000,
    () => 0,
  );
  await expect(recent.get()).rejects.toThrow('away');
  expect(await recent.get()).toBe(2);
});
