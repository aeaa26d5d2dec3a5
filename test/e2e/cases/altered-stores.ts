import type { WatchedWindow } from '../../support/watched-window.js';
import type { E2eScene } from '../e2e-scene.js';

/** `elias compare` sees a value, a row and a minute of coverage that is not the archive's, and says where. */
export function alteredStores(scene: E2eScene, { id, productId, fromMs }: WatchedWindow): void {
  const date = id.slice(-10);
  const minute = 617;
  const at = (minutes: number): string => new Date(fromMs + minutes * 60_000).toISOString().replace(/\.000Z$/, 'Z');
  const key = (minutes: number): string =>
    `product_id = '${productId}' AND granularity = 60 AND started_at = '${at(minutes).slice(0, 19)}Z'`;

  it('all is equal, and nothing else is said', async () => {
    const { code, out, errors } = await scene.elias('compare', id);
    expect(out).toMatch(new RegExp(`^equal  ${productId} 60 s ${date}: archive (\\d+), Redshift \\1, Postgres \\1\\n$`));
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
  }, 300_000);

  it('a value changed in Postgres: exit 1, the row, the column and both values', async () => {
    const { postgres } = scene.readers;
    const close = async (): Promise<string> =>
      (await postgres.query<{ close: string }>(`SELECT trim_scale(close)::text AS close FROM market.candles WHERE ${key(minute)}`)).rows[0]!
        .close;
    const before = await close();
    await postgres.query(`UPDATE market.candles SET close = close + 0.0000000001 WHERE ${key(minute)}`);
    const after = await close();
    const { code, out } = await scene.elias('compare', id);
    await postgres.query(`UPDATE market.candles SET close = close - 0.0000000001 WHERE ${key(minute)}`);
    expect(after).not.toBe(before);
    expect(out).toContain(`DIFFER ${productId} 60 s ${date}`);
    expect(out).toMatch(/Postgres: row \d+ is of /);
    expect(out).toContain(`is of ${at(minute)} and has close ${after}, in the archive ${before}\n`);
    expect(out).not.toContain('Redshift:');
    expect(code).toBe(1);
  }, 300_000);

  it('a row dropped in Redshift: exit 1, and which row', async () => {
    const { redshift } = scene.readers;
    const table = 'market.candles';
    await redshift.query(`CREATE TEMP TABLE dropped AS SELECT * FROM ${table} WHERE ${key(minute)}`);
    expect((await redshift.query(`DELETE FROM ${table} WHERE ${key(minute)}`)).rowCount).toBe(1);
    const { code, out } = await scene.elias('compare', id);
    await redshift.query(`INSERT INTO ${table} SELECT * FROM dropped`);
    await redshift.query('DROP TABLE dropped');
    expect(out).toMatch(/archive (\d+), Redshift (\d+), Postgres \1\n/);
    expect(out).toMatch(/Redshift: row \d+ is of /);
    expect(out).toContain(`, in the archive of ${at(minute)}\n`);
    expect(out).not.toContain('Postgres:');
    expect(code).toBe(1);
  }, 300_000);

  it.each(['Redshift', 'Postgres'] as const)(
    'a minute of coverage altered in the ledger of %s: exit 1, and what the ledger says',
    async (store) => {
      const client = store === 'Redshift' ? scene.readers.redshift : scene.readers.postgres;
      const alter = (ranges: string): Promise<unknown> =>
        client.query('UPDATE market.load_ledger SET unknown_ranges = $2 WHERE window_id = $1', [id, ranges]);
      await alter(`${minute}+1`);
      const { code, out } = await scene.elias('compare', '--json', id);
      await alter('');
      const told = JSON.parse(out) as { equal: boolean; windows: { equal: boolean; error: string }[] };
      expect(told).toMatchObject({ equal: false, windows: [{ equal: false }] });
      expect(told.windows[0]!.error).toBe(`${store}: its ledger has unknown periods "${minute}+1", the manifest ""`);
      expect(code).toBe(1);
    },
    300_000,
  );

  it('mended, all is equal again', async () => {
    expect(await scene.elias('compare', id)).toMatchObject({ code: 0, errors: '' });
  }, 300_000);
}
