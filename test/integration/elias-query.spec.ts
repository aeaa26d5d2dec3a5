import { runElias } from '../support/run-elias.js';
import type { ToolResult } from '../support/run-tool.js';
import { testStack } from '../support/stack.js';
import { WarehouseScene } from '../support/warehouse-scene.js';

let scene: WarehouseScene;
beforeAll(async () => {
  scene = await WarehouseScene.create();
  await scene.database.admin.query('CREATE TABLE public.told (n integer, word text); GRANT ALL ON public.told TO PUBLIC');
  await scene.database.admin.query(`INSERT INTO public.told VALUES (1, 'one'), (2, NULL), (3, '')`);
});
afterAll(() => scene?.close());

const query = (...args: string[]): Promise<ToolResult> => {
  const { s3 } = testStack();
  return runElias(['query', ...args], {
    POSTGRES_URL: scene.database.url,
    AWS_ENDPOINT_URL_REDSHIFT_DATA: scene.endpoint,
    AWS_REGION: s3.region,
    AWS_ACCESS_KEY_ID: s3.access_key_id,
    AWS_SECRET_ACCESS_KEY: s3.secret_access_key,
    REDSHIFT_DATABASE: 'dev',
    REDSHIFT_WORKGROUP: 'elias',
  });
};

const TOLD = 'select n, word from public.told order by n';

describe.each(['rds', 'redshift'])('in %s', (store) => {
  const ask = (...args: string[]): Promise<ToolResult> => query(...args, '--store', store);

  it('prints a table, CSV that tells null from an empty text, and JSON', async () => {
    expect(await ask(TOLD)).toEqual({ code: 0, out: 'n  word\n1  one\n2  null\n3\n3 rows\n', errors: '' });
    expect((await ask(TOLD, '--format', 'csv')).out).toBe('n,word\n1,one\n2,\n3,""\n');
    expect(JSON.parse((await ask(TOLD, '--json', '--limit', '2')).out)).toEqual({
      columns: ['n', 'word'],
      rows: [
        ['1', 'one'],
        ['2', null],
      ],
      more: true,
    });
  });

  it('keeps columns of equal names, and knows those of no rows', async () => {
    expect(JSON.parse((await ask('select 1 as a, 2 as a', '--json')).out)).toEqual({
      columns: ['a', 'a'],
      rows: [['1', '2']],
      more: false,
    });
    expect((await ask('select n, word from public.told where n > 9')).out).toBe('n  word\n0 rows\n');
  });

  it('says in one line what is wrong, and exits with 2', async () => {
    const { code, out, errors } = await ask('select nothing from public.told');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(errors).toMatch(/^[^\n]*nothing[^\n]*\n$/);
  });

  it('takes one statement', async () => {
    const { code } = await ask('select 1; commit; drop table public.told');
    expect(code).toBe(2);
    expect((await ask('select count(*) as n from public.told', '--format', 'csv')).out).toBe('n\n3\n');
  });
});

it('cannot write in Postgres', async () => {
  const { code, errors } = await query(`with gone as (delete from public.told returning n) select n from gone`);
  expect({ code, errors }).toEqual({ code: 2, errors: expect.stringMatching(/WITH|read-only/) as string });
  expect((await query(`select pg_advisory_lock(1) is null, setval(pg_get_serial_sequence('x', 'y'), 1)`)).code).toBe(2);
  expect((await query('select count(*) as n from public.told', '--format', 'csv')).out).toBe('n\n3\n');
});

it('exits with 2 where the words are wrong, and with 0 after help', async () => {
  expect(await query('delete from public.told')).toMatchObject({ code: 2, errors: expect.stringContaining('SELECT') as string });
  expect(await query(TOLD, '--limit', 'many')).toMatchObject({ code: 2, errors: expect.stringContaining('whole number') as string });
  expect(await query(TOLD, '--store', 'oracle')).toMatchObject({ code: 2 });
  const help = await query('--help');
  expect(help).toMatchObject({ code: 0, errors: '' });
  expect(help.out).toMatch(/Examples:[^]*Exit code/);
  expect(Math.max(...help.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});
