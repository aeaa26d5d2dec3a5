import { setTimeout as sleep } from 'node:timers/promises';
import { PostgresUnavailableError } from '@elias/postgres';
import { createLogger } from '@elias/telemetry';
import { LiveFeed } from './live-feed.js';
import type { FeedClient, FeedOptions } from './live-feed.js';

const logger = createLogger({ app: 'test', level: 'silent' });

class Listener implements FeedClient {
  text = '';
  ended = false;
  slow = false;

  write(text: string): boolean {
    this.text += text;
    return !this.slow;
  }

  end(): void {
    this.ended = true;
  }

  get events(): string[] {
    return [...this.text.matchAll(/^event: (\w+)\ndata: (.*)\n$/gm)].map(([, name, data]) => `${name} ${data}`);
  }
}

class Sources {
  looks = 0;
  alarmList: string[] = [];
  runList: { run_id: string; state: string }[] = [];
  away = false;
  readonly runsRead: string[] = [];

  services(): Promise<unknown> {
    this.looks += 1;
    if (this.away) return Promise.reject(new PostgresUnavailableError(null, null));
    return Promise.resolve({ look: this.looks });
  }
  alarms(): Promise<unknown> {
    return Promise.resolve(this.alarmList);
  }
  runMarks(): Promise<ReadonlyMap<string, string>> {
    return Promise.resolve(new Map(this.runList.map(({ run_id, state }) => [run_id, state])));
  }
  runsOf(runIds: readonly string[]): Promise<readonly { run_id: string }[]> {
    this.runsRead.push(...runIds);
    return Promise.resolve(this.runList.filter(({ run_id }) => runIds.includes(run_id)));
  }
}

const feeds: LiveFeed[] = [];
afterEach(() => feeds.splice(0).forEach((feed) => feed.close()));

function feed(sources: Sources, options: Partial<FeedOptions> = {}): LiveFeed {
  const one = new LiveFeed(sources, logger, { pollMs: 20, heartbeatMs: 5_000, clientsMax: 3, ...options });
  feeds.push(one);
  return one;
}
const until = async (holds: () => boolean): Promise<void> => {
  for (const deadline = Date.now() + 3_000; !holds(); await sleep(5)) if (Date.now() > deadline) throw new Error('it did not come');
};

it('looks only while somebody listens, once for all', async () => {
  const sources = new Sources();
  const one = feed(sources);
  await sleep(50);
  expect(sources.looks).toBe(0);
  const [a, b] = [new Listener(), new Listener()];
  one.join(a);
  await until(() => a.events.length > 0);
  one.join(b);
  expect(b.events).toEqual(a.events);
  await until(() => b.events.length >= 4);
  expect(a.events).toEqual(b.events);
  one.leave(a);
  one.leave(b);
  const { looks } = sources;
  await sleep(60);
  expect(sources.looks).toBeLessThanOrEqual(looks + 1);
});

it('services each time; alarms and runs when they changed, the older run first', async () => {
  const sources = new Sources();
  sources.runList = [{ run_id: 'old', state: 'running' }];
  const one = feed(sources);
  const listener = new Listener();
  one.join(listener);
  await until(() => sources.looks >= 3);
  expect(listener.events.filter((event) => !event.startsWith('services'))).toEqual(['alarms []']);
  sources.runList = [
    { run_id: 'new', state: 'running' },
    { run_id: 'old', state: 'succeeded' },
  ];
  sources.alarmList = ['late'];
  await until(() => listener.text.includes('new'));
  expect(listener.events.filter((event) => !event.startsWith('services'))).toEqual([
    'alarms []',
    'alarms ["late"]',
    'run {"run_id":"old","state":"succeeded"}',
    'run {"run_id":"new","state":"running"}',
  ]);
  expect(sources.runsRead).toEqual(['old', 'new']);
});

it('has room for so many, and again when one leaves', () => {
  const one = feed(new Sources());
  const listeners = [1, 2, 3].map(() => new Listener());
  for (const listener of listeners) one.join(listener);
  expect(() => one.join(new Listener())).toThrow('3 clients listen already');
  one.leave(listeners[0]!);
  one.join(new Listener());
  expect(one.size).toBe(3);
});

it('a client that is too slow is let go, the others are told on', async () => {
  const sources = new Sources();
  const one = feed(sources);
  const [slow, quick] = [new Listener(), new Listener()];
  slow.slow = true;
  one.join(slow);
  one.join(quick);
  await until(() => quick.events.length >= 3);
  expect({ ended: slow.ended, size: one.size }).toEqual({ ended: true, size: 1 });
});

it('a heartbeat comes between, a store that is away ends nothing', async () => {
  const sources = new Sources();
  sources.away = true;
  const one = feed(sources, { heartbeatMs: 30 });
  const listener = new Listener();
  one.join(listener);
  await until(() => listener.text.includes(': \n\n'));
  expect(listener.events).toEqual([]);
  sources.away = false;
  await until(() => listener.events.length > 0);
});

it('at the end every client is ended', () => {
  const one = feed(new Sources());
  const listener = new Listener();
  one.join(listener);
  one.close();
  expect(listener.ended).toBe(true);
  expect(() => one.join(new Listener())).toThrow();
});
