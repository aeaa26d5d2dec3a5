import type { Run } from '../../support/runs-client.js';
import { dayOf } from '../../support/watched-window.js';
import type { E2eScene } from '../e2e-scene.js';

const SERVERS = ['kafka', 's3mock', 'postgres', 'redshift-emulator', 'exchange-simulator'];

/** Whatever the services stand on is away for a while in the middle of a run: they wait for it, and nothing is lost. */
export function killedServers(scene: E2eScene, { products, from, to }: { products: string[]; from: string; to: string }): void {
  let run: Run;

  it(`${SERVERS.join(', ')}: each is killed with -9 in the middle of a run, and the run succeeds`, async () => {
    await scene.disconnect();
    await scene.simulator.order('faults', { kind: 'slow', ms: 2_000, times: null, match: 'candles' });
    const runId = await scene.runs.start({ products, from, to });
    for (const server of SERVERS) {
      const victim = scene.current.processOf(server);
      const done = (stage: 'load_rds' | 'collect'): number => run.windows.filter(({ stages }) => stages[stage] === 'done').length;
      await scene.current.until(
        async () => {
          run = (await scene.runs.run(runId).catch(() => undefined)) ?? run;
          return run?.windows !== undefined && done('load_rds') > 0;
        },
        180_000,
        `${server}: nothing is loaded yet`,
      );
      expect({ server, collected: done('collect') }).not.toEqual({ server, collected: run.windows.length });
      scene.current.kill(victim);
      await scene.current.until(() => scene.current.output.includes(`${server} is back`), 120_000, `${server} does not come back`);
    }
    run = await scene.runs.finished(runId, 240_000);
    expect(run.windows.filter(({ state }) => state !== 'succeeded')).toEqual([]);
    await scene.connect();
  }, 600_000);

  it('every window is equal in the archive, Redshift and Postgres', async () => {
    const ids = run.windows.map(({ window }) => window.id);
    expect(ids).toContain(dayOf(products[0]!, from).id);
    const { code, out } = await scene.elias('compare', ...ids);
    expect(out.split('\n').filter((line) => !line.startsWith('equal  '))).toEqual(['']);
    expect(code).toBe(0);
  }, 120_000);
}
