import { isLoopback, listeningSockets } from '../../support/listening-sockets.js';
import type { ListeningSocket } from '../../support/listening-sockets.js';
import type { E2eScene } from '../e2e-scene.js';

/** Seven servers with eight ports, and five services with health and metrics. */
const SOCKETS_MIN = 11;
const itOnLinux = process.platform === 'linux' ? it : it.skip;

/** A stack has its state for itself, and keeps to this machine. */
export function oneStackPerState(scene: E2eScene): void {
  it('a second start says in one sentence that Elias runs there, and ends', async () => {
    const { pid } = scene.stack;
    const second = scene.secondStart();
    expect(await second.exited).toBe(1);
    expect(second.output).toBe(`Elias already runs on ${scene.state} (process ${pid}).\n`);
    expect(scene.stack).toMatchObject({ pid, state: 'up' });
  }, 300_000);

  itOnLinux('nothing listens on other than loopback', () => {
    const sockets = socketsOf(scene);
    expect(sockets.length).toBeGreaterThanOrEqual(SOCKETS_MIN);
    expect(sockets.filter((socket) => !isLoopback(socket))).toEqual([]);
  });
}

export function socketsOf(scene: E2eScene): ListeningSocket[] {
  return listeningSockets([scene.stack.pid, ...scene.stack.processes.map(({ pid }) => pid)]);
}
