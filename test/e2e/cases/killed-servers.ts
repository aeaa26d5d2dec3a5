import { until } from '../../support/service-process.js';
import type { Run } from '../../support/runs-client.js';
import type { E2eScene } from '../e2e-scene.js';

const SERVERS = ['kafka', 's3mock', 'postgres', 'redshift-emulator', 'exchange-simulator'];

/** Whatever the services stand on dies at one moment in the middle of a run: they wait for it, and nothing is lost. */
export function killedServers(scene: E2eScene, order: { products: string[]; from: string; to: string }): void {
  let run: Run;

  it(`${SERVERS.join(', ')}: all are killed with -9 at once, and the run succeeds`, async () => {
    // they are about to be cut
    await scene.disconnect();
    await scene.simulator.order('faults', { kind: 'slow', ms: 2_000, times: null, match: 'candles' });
    const runId = await scene.runs.start(order);
    const collected = (): number => run.windows.filter(({ stages }) => stages.collect === 'done').length;
    await until(
      async () => ((run = await scene.runs.run(runId)), collected() > 1),
      240_000,
      () => 'nothing is collected',
    );
    expect(collected()).toBeLessThan(run.windows.length);
    const victims = SERVERS.map((name) => scene.current.processOf(name));
    for (const victim of victims) scene.current.kill(victim);
    for (const name of SERVERS) await scene.current.says(`${name} is back`, 240_000);
    run = await scene.runs.finished(runId, 360_000);
    expect(run.windows.filter(({ state }) => state !== 'succeeded')).toEqual([]);
  }, 900_000);

  it('every window is equal in the archive, Redshift and Postgres, and no row stands twice', async () => {
    await scene.connect();
    const { code, out } = await scene.elias('compare', ...run.windows.map(({ window }) => window.id));
    expect(out.split('\n').filter((line) => !line.startsWith('equal  '))).toEqual(['']);
    expect(code).toBe(0);
    expect(await scene.rowsTwice()).toEqual([]);
  }, 300_000);
}
