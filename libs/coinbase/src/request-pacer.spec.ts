import { allowanceOf } from './allowance.js';
import { RequestPacer } from './request-pacer.js';
import type { Priority } from './request-pacer.js';
import { VirtualClock } from './test-virtual-clock.js';

const SECOND_MS = 1_000;
/** The exchange's limit: 10 requests/s, burst 15; and what a client asks for that means to use 98 % of it. */
const ENFORCED = { perSecond: 10, burst: 15 };
const AIMED = allowanceOf(ENFORCED, 0.99, 1);

/** The exchange's own bucket: starts full, is filled lazily, refuses when it is empty. */
class Exchange {
  private tokens = ENFORCED.burst;
  private filledAtMs = 0;
  accepted = 0;
  refused = 0;

  arrive(nowMs: number): void {
    this.tokens = Math.min(ENFORCED.burst, this.tokens + ((nowMs - this.filledAtMs) * ENFORCED.perSecond) / SECOND_MS);
    this.filledAtMs = nowMs;
    if (this.tokens < 1) this.refused += 1;
    else {
      this.tokens -= 1;
      this.accepted += 1;
    }
  }
}

/** Numbers in [0, 1) that are the same in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Network {
  /** milliseconds from the send to the arrival */
  there(nowMs: number): number;
  back(nowMs: number): number;
}

/** Asks without end, as far as the pacer lets it. */
function askForEver(clock: VirtualClock, pacer: RequestPacer, exchange: Exchange, network: Network): void {
  const ask = async (): Promise<void> => {
    for (;;) {
      const answered = await pacer.permit('request');
      await new Promise<void>((resolve) => clock.after(network.there(clock.nowMs()), resolve));
      exchange.arrive(clock.nowMs());
      await new Promise<void>((resolve) => clock.after(network.back(clock.nowMs()), resolve));
      answered();
    }
  };
  for (let i = 0; i < 40; i += 1) void ask();
}

describe('request pacer against the bucket that the exchange enforces', () => {
  const random = seeded(7);
  const steady: Record<string, Network> = {
    'a near exchange': { there: () => 1, back: () => 1 },
    'a far exchange': { there: () => 120, back: () => 120 },
    'jitter of up to a second there': { there: () => random() * SECOND_MS, back: () => 20 },
    'jitter both ways, rarely much': {
      there: () => 20 + random() ** 8 * 2_000,
      back: () => 20 + random() ** 8 * 2_000,
    },
    'packets that leave every half second only': { there: (nowMs) => 500 - (nowMs % 500), back: () => 10 },
  };

  it.each(Object.entries(steady))('uses at least 98 % of the allowance without one refusal: %s', async (_name, network) => {
    const clock = new VirtualClock();
    const exchange = new Exchange();
    const pacer = new RequestPacer({ limit: AIMED, underWayMax: 32, clock });
    askForEver(clock, pacer, exchange, network);
    await clock.runUntil(600 * SECOND_MS);
    expect(exchange.refused).toBe(0);
    expect(exchange.accepted).toBeGreaterThanOrEqual(0.98 * 600 * ENFORCED.perSecond);
  });

  it('is never refused though everything sent in 3 s arrives at once', async () => {
    const clock = new VirtualClock();
    const exchange = new Exchange();
    const pacer = new RequestPacer({ limit: AIMED, underWayMax: 32, clock });
    const bunched = (nowMs: number): number => (random() < 0.01 || nowMs % 20_000 < 3_000 ? 3_000 - (nowMs % 3_000) : 40);
    askForEver(clock, pacer, exchange, { there: bunched, back: () => random() * 300 });
    await clock.runUntil(600 * SECOND_MS);
    expect(exchange.refused).toBe(0);
    expect(exchange.accepted).toBeGreaterThan(4_000);
  });

  it('three processes are never refused while the allowance is divided anew again and again', async () => {
    const clock = new VirtualClock();
    const exchange = new Exchange();
    const network = { there: (): number => random() * 200, back: (): number => random() * 200 };
    const share = (part: number): typeof AIMED => allowanceOf(ENFORCED, 0.99, part);
    const pacers = [1, 0, 0].map((part) => new RequestPacer({ limit: share(part), underWayMax: 16, clock }));
    for (const pacer of pacers) askForEver(clock, pacer, exchange, network);
    for (const [i, parts] of [
      [6, 6, 0],
      [4, 4, 4],
      [12, 0, 0],
      [0, 3, 9],
      [1, 10, 1],
      [4, 4, 4],
    ].entries()) {
      await clock.runUntil((i + 1) * 60 * SECOND_MS);
      for (const [member, part] of parts.entries()) {
        pacers[member]!.adjust(share(part / 12));
        pacers[member]!.empty();
      }
    }
    await clock.runUntil(600 * SECOND_MS);
    expect(exchange.refused).toBe(0);
    expect(exchange.accepted).toBeGreaterThan(0.9 * 600 * ENFORCED.perSecond);
  });

  it('twelve processes together use at least 98 % of the allowance without one refusal', async () => {
    const clock = new VirtualClock();
    const exchange = new Exchange();
    for (let i = 0; i < 12; i += 1) {
      const pacer = new RequestPacer({ limit: allowanceOf(ENFORCED, 0.99, 1 / 12), underWayMax: 16, clock });
      askForEver(clock, pacer, exchange, { there: () => 20 + random() * 60, back: () => 20 + random() * 40 });
    }
    await clock.runUntil(600 * SECOND_MS);
    expect(exchange.refused).toBe(0);
    expect(exchange.accepted).toBeGreaterThanOrEqual(0.98 * 600 * ENFORCED.perSecond);
  });

  it('bursts after a rest, still without a refusal', async () => {
    const clock = new VirtualClock();
    const exchange = new Exchange();
    const pacer = new RequestPacer({ limit: AIMED, underWayMax: 32, clock });
    await clock.runUntil(60 * SECOND_MS);
    askForEver(clock, pacer, exchange, { there: () => random() * 50, back: () => random() * 50 });
    await clock.runUntil(60 * SECOND_MS + 100);
    expect(exchange.accepted).toBe(13);
    await clock.runUntil(120 * SECOND_MS);
    expect(exchange.refused).toBe(0);
  });
});

describe('request pacer', () => {
  const slow = { perSecond: 1, burst: 2 };

  it('lets go by priority, then in order', async () => {
    const clock = new VirtualClock();
    const pacer = new RequestPacer({ limit: slow, underWayMax: 8, clock });
    const order: string[] = [];
    const ask = async (name: string, priority: Priority): Promise<void> => {
      const answered = await pacer.permit(priority);
      order.push(name);
      answered();
    };
    void ask('audit', 'audit');
    void ask('repair', 'repair');
    void ask('request 1', 'request');
    void ask('poll', 'live-poll');
    void ask('request 2', 'request');
    expect(pacer.queued).toBe(5);
    await clock.runUntil(5_100);
    expect(order).toEqual(['request 1', 'request 2', 'poll', 'repair', 'audit']);
    expect(pacer.queued).toBe(0);
  });

  it('keeps no token for who gave up waiting', async () => {
    const clock = new VirtualClock();
    const pacer = new RequestPacer({ limit: slow, underWayMax: 8, clock });
    const gone = new AbortController();
    const first = pacer.permit('request', gone.signal);
    let granted = false;
    void pacer.permit('audit').then(() => (granted = true));
    gone.abort(new Error('the partition was lost'));
    await expect(first).rejects.toThrow('the partition was lost');
    await clock.runUntil(1_000);
    expect(granted).toBe(true);
    await expect(pacer.permit('request', gone.signal)).rejects.toThrow('the partition was lost');
  });

  it('asks nothing while a refusal says to wait, and then begins from an empty bucket', async () => {
    const clock = new VirtualClock();
    const pacer = new RequestPacer({ limit: ENFORCED, underWayMax: 8, clock });
    await clock.runUntil(10_000);
    pacer.refused(5_000);
    const grantedAtMs: number[] = [];
    for (let i = 0; i < 8; i += 1) void pacer.permit('request').then(() => grantedAtMs.push(clock.nowMs()));
    await clock.runUntil(14_999);
    expect(grantedAtMs).toEqual([]);
    await clock.runUntil(15_000);
    expect(grantedAtMs).toHaveLength(8);
  });

  it('has at most so many requests under way, with the limit off too', async () => {
    const clock = new VirtualClock();
    const off = { perSecond: Number.POSITIVE_INFINITY, burst: Number.POSITIVE_INFINITY };
    const pacer = new RequestPacer({ limit: off, underWayMax: 3, clock });
    const answers: (() => void)[] = [];
    for (let i = 0; i < 7; i += 1) void pacer.permit('request').then((answered) => answers.push(answered));
    await clock.runUntil(1);
    expect(answers).toHaveLength(3);
    answers[0]!();
    answers[0]!();
    await clock.runUntil(2);
    expect(answers).toHaveLength(4);
  });

  it('waits without a share and goes on when it gets one', async () => {
    const clock = new VirtualClock();
    const pacer = new RequestPacer({ limit: { perSecond: 0, burst: 0 }, underWayMax: 3, clock });
    let granted = false;
    void pacer.permit('request').then(() => (granted = true));
    await clock.runUntil(3_600_000);
    expect(granted).toBe(false);
    pacer.adjust(ENFORCED);
    await clock.runUntil(3_600_100);
    expect(granted).toBe(true);
  });
});
