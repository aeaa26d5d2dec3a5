import { setTimeout as sleep } from 'node:timers/promises';
import { OneAtATime } from './one-at-a-time.js';

it('keeps the order of a key, goes on after a failure, and keeps nothing', async () => {
  const turns = new OneAtATime();
  const log: string[] = [];
  const work = (name: string, ms: number) => async (): Promise<string> => {
    log.push(`${name} begins`);
    await sleep(ms);
    log.push(`${name} ends`);
    if (name === 'b') throw new Error('b');
    return name;
  };
  const [a, b, c, other] = await Promise.allSettled([
    turns.run('k', work('a', 20)),
    turns.run('k', work('b', 5)),
    turns.run('k', work('c', 1)),
    turns.run('else', work('d', 1)),
  ]);
  expect(log.filter((line) => !line.startsWith('d'))).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(log.indexOf('d ends')).toBeLessThan(log.indexOf('a ends'));
  expect([a.status, b.status, c.status, other.status]).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(turns.size).toBe(0);
});
