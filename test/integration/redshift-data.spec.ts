import { migrateRedshift, MigrationMismatchError, MIGRATIONS, StatementFailedError } from '@elias/redshift';
import { createLogger } from '@elias/telemetry';
import { WarehouseScene } from '../support/warehouse-scene.js';

const logger = createLogger({ app: 'test', level: 'silent' });
const names = MIGRATIONS.map(({ name }) => name);
let scene: WarehouseScene;
beforeAll(async () => {
  scene = await WarehouseScene.create({ migrated: false });
});
afterAll(() => scene?.close());

describe('migrations of Redshift', () => {
  it('run once, though two start on an empty database at once', async () => {
    const applied = await Promise.all([migrateRedshift(scene.data, logger), migrateRedshift(scene.data, logger)]);
    expect(applied.flat().sort()).toEqual([...names].sort());
    expect(await migrateRedshift(scene.data, logger)).toEqual([]);
    expect((await scene.rows('SELECT name FROM market.schema_migrations ORDER BY name')).map(({ name }) => name)).toEqual(names);
    for (const table of ['candles', 'load_ledger', 'revocations']) {
      expect(await scene.rows(`SELECT COUNT(*) AS n FROM market.${table}`)).toEqual([{ n: 0 }]);
    }
  });

  it('stop where an applied one has another text', async () => {
    const changed = [{ ...MIGRATIONS[0]!, statements: [...MIGRATIONS[0]!.statements, 'SELECT 1'] }];
    await expect(migrateRedshift(scene.data, logger, changed)).rejects.toBeInstanceOf(MigrationMismatchError);
  });

  it('leave nothing of one that fails', async () => {
    const failing = { name: '9999-failing', statements: ['CREATE TABLE market.half (n INTEGER)', 'SELECT nothing FROM market.nowhere'] };
    await expect(migrateRedshift(scene.data, logger, [...MIGRATIONS, failing])).rejects.toBeInstanceOf(StatementFailedError);
    await expect(scene.rows('SELECT n FROM market.half')).rejects.toThrow(/half/);
    expect((await scene.rows('SELECT name FROM market.schema_migrations')).map(({ name }) => name)).toEqual(names);
  });
});

it('gives every row of a result of many pages', async () => {
  const rows = Array.from({ length: 2_100 }, (_, number) => `('w${number}', 'c${number}', '2023-12-01 00:00:00', '')`);
  for (const from of [0, 700, 1_400]) {
    const values = rows.slice(from, from + 700).join(', ');
    await scene.data.execute(`INSERT INTO market.revocations (window_id, collection_id, revoked_at, reason) VALUES ${values}`);
  }
  const found = await scene.rows('SELECT window_id, reason, revoked_at FROM market.revocations');
  expect(new Set(found.map(({ window_id }) => window_id)).size).toBe(2_100);
  expect(found[0]).toMatchObject({ reason: '', revoked_at: expect.stringMatching(/^2023-12-01 00:00:00/) });
});
