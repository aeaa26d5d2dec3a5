import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@elias/config';
import { z } from 'zod';
import { clientConfig, postgresConnection } from './postgres-connection.js';
import type { PostgresConnection } from './postgres-connection.js';
import { postgresSettings } from './postgres-settings.js';

const folder = mkdtempSync(join(tmpdir(), 'elias-pem-'));
const pem = join(folder, 'ca.pem');
beforeAll(() => writeFileSync(pem, '-----BEGIN CERTIFICATE-----\n'));
afterAll(() => rmSync(folder, { recursive: true }));

const URL_OF_RDS = 'postgres://elias@elias.abc123.eu-central-1.rds.amazonaws.com:5432/elias';
const connection = (env: Record<string, string>): PostgresConnection =>
  postgresConnection(loadConfig(z.object(postgresSettings), { POSTGRES_URL: 'postgres://elias:s%40y@db/elias', ...env }));

it('is what the URL says, unless told otherwise', () => {
  expect(clientConfig(connection({}))).toEqual({ connectionString: 'postgres://elias:s%40y@db/elias' });
});

it('checks the server’s name and certificate, whatever the URL says of it', () => {
  const secured = connection({
    ...{ POSTGRES_URL: 'postgres://elias:s%40y@db/elias?sslmode=disable', POSTGRES_TLS: 'verify-full', POSTGRES_CA_FILE: pem },
  });
  expect(clientConfig(secured)).toEqual({
    ...{ host: 'db', port: 5_432, user: 'elias', password: 's@y', database: 'elias' },
    ssl: { host: 'db', rejectUnauthorized: true, ca: ['-----BEGIN CERTIFICATE-----\n'] },
  });
});

it('makes a token of RDS for each connection', async () => {
  const before = { ...process.env };
  Object.assign(process.env, { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'planted' });
  try {
    const { password } = clientConfig(
      connection({ POSTGRES_URL: URL_OF_RDS, POSTGRES_TLS: 'verify-full', POSTGRES_AUTHENTICATION: 'rds-iam' }),
    );
    if (typeof password !== 'function') throw new Error('it is no function');
    const token = await password();
    expect(token).toMatch(
      /^elias\.abc123\.eu-central-1\.rds\.amazonaws\.com:5432\/\?Action=connect&DBUser=elias&.*X-Amz-Signature=[0-9a-f]{64}/,
    );
    expect(token).not.toContain('planted');
  } finally {
    process.env = before;
  }
});

it.each([
  ['a certificate that nobody looks at', { POSTGRES_CA_FILE: pem }, 'POSTGRES_CA_FILE: wants POSTGRES_TLS verify-full'],
  ['a token in the clear', { POSTGRES_AUTHENTICATION: 'rds-iam' }, 'POSTGRES_AUTHENTICATION: wants POSTGRES_TLS verify-full'],
  [
    'a file that is not there',
    { POSTGRES_TLS: 'verify-full', POSTGRES_CA_FILE: `${pem}x` },
    'POSTGRES_CA_FILE: names a file that cannot be read (ENOENT)',
  ],
])('stops the start for %s', (_what, env, message) => {
  expect(() => connection(env as Record<string, string>)).toThrow(`setting ${message}`);
});
