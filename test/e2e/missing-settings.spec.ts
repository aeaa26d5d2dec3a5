import { spawnSync } from 'node:child_process';
import { ServiceProcess } from '../support/service-process.js';

/** An app ends within 2 s on a quiet machine; how much slower this one is at the moment is told by Node's own work. */
const EXIT_WITHIN_MS = 2_000;
const SECRET = 'hunter2-sesame';

/** What each service cannot do without, by name. */
const REQUIRED = {
  collector: ['KAFKA_BROKERS'],
  archiver: ['KAFKA_BROKERS', 'AWS_REGION', 'ARCHIVE_BUCKET'],
  'warehouse-loader': ['KAFKA_BROKERS', 'ARCHIVE_BUCKET', 'REDSHIFT_DATABASE'],
  'rds-loader': ['KAFKA_BROKERS', 'POSTGRES_URL'],
  transformer: ['KAFKA_BROKERS', 'POSTGRES_URL'],
  gateway: ['KAFKA_BROKERS'],
  orchestrator: ['KAFKA_BROKERS', 'POSTGRES_URL', 'AWS_REGION', 'ARCHIVE_BUCKET'],
  'redshift-emulator': ['EMULATOR_POSTGRES_URL'],
} as const;
const APPS = Object.entries(REQUIRED);

async function ended(app: string, env: Record<string, string>): Promise<{ code: number | null; output: string; elapsedMs: number }> {
  const began = performance.now();
  const service = new ServiceProcess(app, env);
  const stuck = setTimeout(() => service.kill('SIGKILL'), 60_000);
  const { code } = await service.exited;
  clearTimeout(stuck);
  return { code, output: service.output, elapsedMs: performance.now() - began };
}

/** How much longer than on a quiet machine things take now, at least 1; bare Node with a framework starts in 0.4 s there. */
function slowness(): number {
  const began = performance.now();
  spawnSync(process.execPath, ['--input-type=module', '--eval', "await import('@nestjs/core'); await import('kafkajs')"]);
  return Math.max(1, (performance.now() - began) / 400);
}

it.each(APPS)(
  '%s without settings: exit 1 in 2 s, one line that names %j',
  async (app, names) => {
    const slower = slowness();
    const { code, output, elapsedMs } = await ended(app, {});
    expect(code).toBe(1);
    expect(output.trimEnd().split('\n')).toHaveLength(1);
    for (const name of names) expect(output).toContain(`setting ${name}: is missing`);
    expect(elapsedMs).toBeLessThan(EXIT_WITHIN_MS * slower);
  },
  120_000,
);

it.each([...APPS, ['exchange-simulator', []] as const])(
  '%s with malformed settings: exit 1, their names and never a value',
  async (app, names) => {
    const given = Object.fromEntries(
      [...names.filter((name) => /URL$/.test(name)), 'HTTP_PORT', 'LOG_LEVEL'].map((name) => [name, SECRET]),
    );
    const { code, output } = await ended(app, given);
    expect(code).toBe(1);
    for (const name of Object.keys(given)) expect(output).toContain(`setting ${name}: is malformed`);
    expect(output).not.toContain(SECRET);
  },
  120_000,
);

it('rds-loader that reads archives names the settings of the bucket too', async () => {
  const settings = { RDS_LOADER_SOURCE: 'archive', KAFKA_BROKERS: '127.0.0.1:1', POSTGRES_URL: 'postgres://127.0.0.1:1/none' };
  const { code, output } = await ended('rds-loader', settings);
  expect(code).toBe(1);
  for (const name of ['AWS_REGION', 'ARCHIVE_BUCKET']) expect(output).toContain(`setting ${name}: is missing`);
}, 120_000);
