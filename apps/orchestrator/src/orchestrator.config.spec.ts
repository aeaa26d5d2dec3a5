import { loadConfig } from '@elias/config';
import { orchestratorConfig } from './orchestrator.config.js';

const settings = {
  ...{ KAFKA_BROKERS: '127.0.0.1:9092', POSTGRES_URL: 'postgres://u:p@127.0.0.1:5432/d' },
  ...{ AWS_REGION: 'eu-central-1', ARCHIVE_BUCKET: 'elias' },
};

it.each([undefined, '127.0.0.1', '127.8.0.1', '::1', 'localhost'])('needs no token on %s', (HTTP_HOST) => {
  expect(loadConfig(orchestratorConfig, { ...settings, HTTP_HOST }).ORCHESTRATOR_API_TOKEN).toBeUndefined();
});

it.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.com'])('needs a token on %s', (HTTP_HOST) => {
  expect(() => loadConfig(orchestratorConfig, { ...settings, HTTP_HOST })).toThrow('setting ORCHESTRATOR_API_TOKEN: is missing');
  const ORCHESTRATOR_API_TOKEN = 'sixteen-signs-ok';
  expect(loadConfig(orchestratorConfig, { ...settings, HTTP_HOST, ORCHESTRATOR_API_TOKEN }).ORCHESTRATOR_API_TOKEN).toBe(
    ORCHESTRATOR_API_TOKEN,
  );
});

it('takes no short token, and does not tell it', () => {
  const load = () => loadConfig(orchestratorConfig, { ...settings, ORCHESTRATOR_API_TOKEN: 'short-secret' });
  expect(load).toThrow('setting ORCHESTRATOR_API_TOKEN: is malformed');
  expect(load).not.toThrow('short-secret');
});

it('takes no webhook whose address holds a password, which no request is sent with, and does not tell it', () => {
  const load = () =>
    loadConfig(orchestratorConfig, {
      ...settings,
      ORCHESTRATOR_WEBHOOK_URL: 'https://user:hunter2@example.com/hook',
      ORCHESTRATOR_WEBHOOK_SECRET: `whsec_${'A'.repeat(32)}`,
    });
  expect(load).toThrow('setting ORCHESTRATOR_WEBHOOK_URL: is malformed');
  expect(load).not.toThrow('hunter2');
});
