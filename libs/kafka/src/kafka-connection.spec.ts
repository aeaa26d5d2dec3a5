import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@elias/config';
import { z } from 'zod';
import { kafkaConnection } from './kafka-connection.js';
import type { KafkaConnection } from './kafka-connection.js';
import { kafkaSettings } from './kafka-settings.js';

const folder = mkdtempSync(join(tmpdir(), 'elias-pem-'));
const pem = join(folder, 'ca.pem');
const other = join(folder, 'ca.der');
beforeAll(() => {
  writeFileSync(pem, '-----BEGIN CERTIFICATE-----\n');
  writeFileSync(other, 'no certificate');
});
afterAll(() => rmSync(folder, { recursive: true }));

const MSK = 'b-1.elias.abc123.c2.kafka.eu-central-1.amazonaws.com:9098';
const connection = (env: Record<string, string>): KafkaConnection =>
  kafkaConnection(loadConfig(z.object(kafkaSettings), { KAFKA_BROKERS: 'kafka:9092', ...env }));

it('is in the clear, by nobody, unless told otherwise', () => {
  expect(connection({})).toEqual({ brokers: ['kafka:9092'], ssl: null, sasl: null });
});

it('checks the broker’s name and certificate, against our authority where one is given', () => {
  expect(connection({ KAFKA_SECURITY_PROTOCOL: 'SSL' }).ssl).toEqual({ rejectUnauthorized: true });
  const { ssl } = connection({ KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA_FILE: pem });
  expect(ssl).toEqual({ rejectUnauthorized: true, ca: ['-----BEGIN CERTIFICATE-----\n'] });
});

it('says who it is', () => {
  const who = { KAFKA_SASL_USERNAME: 'elias', KAFKA_SASL_PASSWORD: 'secret' };
  const scram = connection({ KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', ...who });
  expect(scram.sasl).toEqual({ mechanism: 'scram-sha-512', username: 'elias', password: 'secret' });
});

it('makes a token of IAM for the region that the brokers are named by', async () => {
  const before = { ...process.env };
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'planted' });
  try {
    const { sasl } = connection({ KAFKA_BROKERS: MSK, KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_MECHANISM: 'AWS_MSK_IAM' });
    if (sasl?.mechanism !== 'oauthbearer') throw new Error(`it is ${sasl?.mechanism}`);
    const { value } = await sasl.oauthBearerProvider();
    const address = new URL(Buffer.from(value, 'base64url').toString());
    expect(address.host).toBe('kafka.eu-central-1.amazonaws.com');
    expect(address.searchParams.get('Action')).toBe('kafka-cluster:Connect');
    expect(address.searchParams.get('X-Amz-Credential')).toMatch(/^AKIDEXAMPLE\/\d{8}\/eu-central-1\/kafka-cluster\/aws4_request$/);
    expect(address.searchParams.get('X-Amz-Signature')).toMatch(/^[0-9a-f]{64}$/);
    expect(address.href).not.toContain('planted');
  } finally {
    process.env = before;
  }
});

it.each([
  ['a mechanism is missing', { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' }, 'KAFKA_SASL_MECHANISM: is missing'],
  [
    'nobody would ask for the password',
    { KAFKA_SASL_MECHANISM: 'PLAIN' },
    'KAFKA_SECURITY_PROTOCOL: is PLAINTEXT, which sends no password',
  ],
  [
    'a certificate would not be looked at',
    { KAFKA_SSL_CA_FILE: pem },
    'KAFKA_SSL_CA_FILE: is not used with KAFKA_SECURITY_PROTOCOL PLAINTEXT',
  ],
  [
    'a file is not there',
    { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA_FILE: `${pem}x` },
    'KAFKA_SSL_CA_FILE: names a file that cannot be read (ENOENT)',
  ],
  ['a file is no PEM', { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA_FILE: other }, 'KAFKA_SSL_CA_FILE: names a file that is not in PEM'],
  ['a certificate has no key', { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CERTIFICATE_FILE: pem }, 'KAFKA_SSL_KEY_FILE: is missing'],
  [
    'user and password are missing',
    { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_MECHANISM: 'SCRAM-SHA-256' },
    'KAFKA_SASL_USERNAME: is missing, as SCRAM-SHA-256 wants it; setting KAFKA_SASL_PASSWORD: is missing',
  ],
  [
    'a token would go over the wire in the clear',
    { KAFKA_BROKERS: MSK, KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT', KAFKA_SASL_MECHANISM: 'AWS_MSK_IAM' },
    'KAFKA_SECURITY_PROTOCOL: is not SASL_SSL',
  ],
  ['no region is known', { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_MECHANISM: 'AWS_MSK_IAM' }, 'KAFKA_SASL_REGION: is missing'],
])('stops the start when %s', (_what, env, message) => {
  expect(() => connection(env as Record<string, string>)).toThrow(`setting ${message}`);
});
