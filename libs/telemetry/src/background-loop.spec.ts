import { EliasError } from '@elias/errors';
import { BackgroundLoop } from './background-loop.js';
import { createLogger } from './logger.js';

class AwayError extends EliasError {
  override readonly name = 'AwayError';
  readonly code = 'ELIAS_AWAY';
  readonly disposition = 'retry';
}

const logger = createLogger({ app: 'test', level: 'silent' });
const DAY_MS = 86_400_000;

/** A loop whose rounds last until the test lets them go. */
function heldLoop(outcome: () => number): { loop: BackgroundLoop; begun: Promise<void>; letGo: () => void } {
  let letGo: () => void = () => undefined;
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const round = async (): Promise<number> => {
    begin();
    await held;
    return outcome();
  };
  return { loop: new BackgroundLoop({ name: 'held', idleMs: DAY_MS, logger, round }), begun, letGo };
}

it.each([
  ['found nothing to do', (): number => 0],
  [
    'failed',
    (): number => {
      throw new AwayError('away');
    },
  ],
])('stopped in mid-round, it does not wait for the next one: the round %s', async (_what, outcome) => {
  const { loop, begun, letGo } = heldLoop(outcome);
  loop.start((error) => {
    throw error;
  });
  await begun;
  const stopped = loop.stop();
  letGo();
  await stopped;
  expect(loop.trouble).toBeNull();
});

it('goes on at once while there is something to do, and when it is hurried', async () => {
  let rounds = 0;
  const loop = new BackgroundLoop({ name: 'busy', idleMs: DAY_MS, logger, round: () => Promise.resolve((rounds += 1) % 3) });
  loop.start((error) => {
    throw error;
  });
  const until = async (wanted: number): Promise<void> => {
    while (rounds < wanted) await new Promise((resolve) => setImmediate(resolve));
  };
  await until(3);
  loop.hurry();
  await until(6);
  await loop.stop();
  expect(rounds).toBe(6);
  loop.start((error) => {
    throw error;
  });
  await until(9);
  await loop.stop();
});

it('a bug is told, not repeated', async () => {
  const bugs: unknown[] = [];
  const loop = new BackgroundLoop({ name: 'bug', idleMs: 1, logger, round: () => Promise.reject(new TypeError('bug')) });
  loop.start((error) => bugs.push(error));
  while (bugs.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await loop.stop();
  expect(bugs).toHaveLength(1);
});
