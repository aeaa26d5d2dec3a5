import { createLogger } from '@elias/telemetry';
import { Assignment } from './assignment.js';
import { OffsetCommitter } from './offset-committer.js';

const logger = createLogger({ app: 'test', level: 'silent' });

function begun(): Assignment {
  const assignment = new Assignment(1, { t: [0, 1] });
  for (const partition of assignment.all()) {
    partition.readFrom(5n);
    partition.committed = 5n;
  }
  return assignment;
}

it('commits what moved, once, and the beginning where nothing was committed', async () => {
  const assignment = begun();
  assignment.find('t', 1)!.committed = null;
  const commits: unknown[] = [];
  const committer = new OffsetCommitter(
    () => assignment,
    (offsets) => Promise.resolve(void commits.push(offsets)),
    logger,
  );
  await committer.commitDone();
  assignment.find('t', 0)!.readFrom(9n);
  await committer.commitDone();
  await committer.commitDone();
  expect(commits).toEqual([[{ topic: 't', partition: 1, offset: '5' }], [{ topic: 't', partition: 0, offset: '9' }]]);
});

it('commits nothing of a partition whose beginning is not known, nor of an assignment that ended', async () => {
  const commits: unknown[] = [];
  const fresh = new Assignment(1, { t: [0] });
  const ended = begun();
  ended.find('t', 0)!.readFrom(9n);
  ended.end('joined anew');
  for (const assignment of [fresh, ended, null]) {
    await new OffsetCommitter(
      () => assignment,
      (offsets) => Promise.resolve(void commits.push(offsets)),
      logger,
    ).commitDone();
  }
  expect(commits).toEqual([]);
});

it('tells why it cannot commit, and commits the same with the next try', async () => {
  const assignment = begun();
  assignment.find('t', 0)!.readFrom(9n);
  const commits: unknown[] = [];
  let away = true;
  const committer = new OffsetCommitter(
    () => assignment,
    (offsets) => (away ? Promise.reject(new Error('no coordinator')) : Promise.resolve(void commits.push(offsets))),
    logger,
  );
  await committer.commitDone();
  expect(committer.whyNotReady()).toBe('offsets cannot be committed: no coordinator');
  away = false;
  await committer.commitDone();
  expect(commits).toEqual([[{ topic: 't', partition: 0, offset: '9' }]]);
  expect(committer.whyNotReady()).toBeNull();
});

it('waits on stop for the commit in flight, then commits the rest', async () => {
  const assignment = begun();
  assignment.find('t', 0)!.readFrom(6n);
  const commits: string[] = [];
  let release = (): void => undefined;
  const committer = new OffsetCommitter(
    () => assignment,
    async ([first]) => {
      if (commits.length === 0) await new Promise<void>((resolve) => (release = resolve));
      commits.push(first!.offset);
    },
    logger,
  );
  const inFlight = committer.commitDone();
  assignment.find('t', 0)!.readFrom(7n);
  const stopped = committer.stop();
  release();
  await Promise.all([inFlight, stopped]);
  expect(commits).toEqual(['6', '7']);
});

it('does not wait for a commit whose assignment ended', async () => {
  let assignment = begun();
  assignment.find('t', 0)!.readFrom(6n);
  const commits: string[] = [];
  const committer = new OffsetCommitter(
    () => assignment,
    async ([first]) => {
      if (commits.push(first!.offset) === 1) await new Promise(() => undefined);
    },
    logger,
  );
  const silent = committer.commitDone();
  assignment.end('joined anew');
  await silent;
  assignment = begun();
  assignment.find('t', 0)!.readFrom(8n);
  await committer.commitDone();
  expect(commits).toEqual(['6', '8']);
});
