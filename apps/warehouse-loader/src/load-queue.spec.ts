import { LoadQueue } from './load-queue.js';
import type { OwedEvent } from './owed-event.js';

let now = 0;
const forever = new AbortController().signal;
const queueOf = (limits: { intervalMs?: number; eventsMax?: number; bytesMax?: number } = {}): LoadQueue =>
  new LoadQueue({ intervalMs: 60_000, eventsMax: 10, bytesMax: 1_000, nowMs: () => now, ...limits });

interface TestEvent {
  event: OwedEvent;
  lose: () => void;
}
function eventOf(bytes = 1): TestEvent {
  let owed = true;
  const event = { kind: 'sealed', data: { archive: { bytes } }, isOwed: () => owed } as unknown as OwedEvent;
  return { event, lose: () => (owed = false) };
}
const events = (count: number, bytes = 1): OwedEvent[] => Array.from({ length: count }, () => eventOf(bytes).event);

/** Whether a promise is still open after everything that can happen now has happened. */
async function isOpen(promise: Promise<unknown>): Promise<boolean> {
  let open = true;
  promise.then(
    () => (open = false),
    () => (open = false),
  );
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  return open;
}

describe('a load is due', () => {
  it('never while nothing waits', () => expect(queueOf().dueInMs()).toBeNull());

  it('the interval after its first event', () => {
    const queue = queueOf();
    now = 1_000;
    queue.add(events(1));
    now = 31_000;
    queue.add(events(1));
    expect(queue.dueInMs()).toBe(30_000);
    now = 61_000;
    expect(queue.dueInMs()).toBe(0);
  });

  it.each([
    { what: 'as many events as one load holds', given: events(10) },
    { what: 'as many bytes', given: events(2, 500) },
  ])('at once with $what', ({ given }) => {
    const queue = queueOf();
    queue.add(given);
    expect(queue.dueInMs()).toBe(0);
  });
});

describe('the next load', () => {
  it('holds the oldest events, no more than fit', async () => {
    const queue = queueOf();
    const all = events(14);
    queue.add(all);
    expect(await queue.next(forever)).toEqual(all.slice(0, 10));
    queue.remove(all.slice(0, 10));
    expect(queue.size).toBe(4);
  });

  it('holds one event that alone is too large', async () => {
    const queue = queueOf();
    const all = [...events(1, 5_000), ...events(1, 5_000)];
    queue.add(all);
    expect(await queue.next(forever)).toEqual(all.slice(0, 1));
  });

  it('leaves out what is no longer owed', async () => {
    const queue = queueOf({ eventsMax: 2 });
    const [lost, kept, late] = [eventOf(), eventOf(), eventOf()];
    queue.add([lost.event, kept.event, late.event]);
    lost.lose();
    expect(await queue.next(forever)).toEqual([kept.event, late.event]);
    expect(queue.size).toBe(2);
  });

  it('is the same one again until it is answered, with what came meanwhile', async () => {
    const queue = queueOf({ intervalMs: 0 });
    const first = events(1);
    queue.add(first);
    expect(await queue.next(forever)).toEqual(first);
    const second = events(1);
    queue.add(second);
    expect(await queue.next(forever)).toEqual([...first, ...second]);
  });

  it('is waited for until it is due or given up', async () => {
    const queue = queueOf({ intervalMs: 20 });
    const stop = new AbortController();
    const waiting = queue.next(stop.signal);
    expect(await isOpen(waiting)).toBe(true);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('room', () => {
  it('is there until two loads wait, and again when one is answered', async () => {
    const queue = queueOf();
    const all = events(20);
    queue.add(all.slice(0, 19));
    expect(await isOpen(queue.room(forever))).toBe(false);
    queue.add(all.slice(19));
    const room = queue.room(forever);
    expect(await isOpen(room)).toBe(true);
    queue.remove(all.slice(0, 10));
    expect(await isOpen(room)).toBe(false);
  });

  it('is no longer waited for by who lost the partition', async () => {
    const queue = queueOf();
    queue.add(events(20));
    const lost = new AbortController();
    const room = queue.room(lost.signal);
    lost.abort();
    expect(await isOpen(room)).toBe(false);
    await room;
  });
});
