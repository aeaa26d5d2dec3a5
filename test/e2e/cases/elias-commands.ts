import type { WatchedWindow } from '../../support/watched-window.js';
import type { E2eScene } from '../e2e-scene.js';

/** The commands that README names, on a stack that runs. */
export function eliasCommands(scene: E2eScene, window: WatchedWindow): void {
  const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

  it('status shows the whole pipeline in one screen', async () => {
    const { out, errors } = await scene.elias('status');
    expect(errors).toBe('');
    for (const service of ['orchestrator', 'collector', 'archiver', 'warehouse-loader', 'rds-loader', 'transformer']) {
      expect(out).toMatch(new RegExp(`^${service} +ready `, 'm'));
    }
    expect(out).toMatch(new RegExp(`^${window.productId} +\\d{4}-\\d\\d-\\d\\d +\\d+`, 'm'));
    expect(widest(out)).toBeLessThanOrEqual(80);
    const { out: json } = await scene.elias('status', '--json');
    expect(JSON.parse(json)).toMatchObject({
      dead_letters: expect.any(Array) as unknown[],
      last_run: { state: expect.any(String) as string },
    });
  }, 60_000);

  it.each(['rds', 'redshift'])(
    'query gives the same rows of %s as the ledger tells',
    async (store) => {
      const at = (ms: number): string => new Date(ms).toISOString().slice(0, 19);
      const sql = `select count(*) as n from market.candles where product_id = '${window.productId}' and granularity = 60
      and started_at >= '${at(window.fromMs)}' and started_at < '${at(window.toMs)}'`;
      const ledger = await scene.elias(
        'query',
        `select row_count from market.load_ledger where window_id = '${window.id}'`,
        '--format',
        'csv',
      );
      const [, rows] = ledger.out.trimEnd().split('\n');
      expect(await scene.elias('query', sql, '--store', store, '--format', 'csv')).toEqual({ code: 0, out: `n\n${rows}\n`, errors: '' });
    },
    60_000,
  );

  it('revisions and dead letters are listed', async () => {
    const { code, out } = await scene.elias('revisions', 'list', window.id);
    expect(code).toBe(0);
    expect(out).toMatch(/ current$/m);
    expect(widest(out)).toBeLessThanOrEqual(80);
    expect(await scene.elias('dlq', 'list')).toMatchObject({ code: 0, errors: '' });
  }, 60_000);

  it('doctor finds nothing wrong', async () => {
    const { code, out } = await scene.elias('doctor', '--redshift');
    expect({ code, wrong: out.split('\n').filter((line) => line.startsWith('wrong')) }).toEqual({ code: 0, wrong: [] });
  }, 60_000);
}
