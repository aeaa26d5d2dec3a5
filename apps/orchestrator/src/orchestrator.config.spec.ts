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

it("takes no service's address with a password, and does not tell it", () => {
  const load = () =>
    loadConfig(orchestratorConfig, { ...settings, ORCHESTRATOR_SERVICE_URLS: 'archiver=http://user:hunter2@archiver:8080' });
  expect(load).toThrow('setting ORCHESTRATOR_SERVICE_URLS: is malformed');
  expect(load).not.toThrow('hunter2');
});

it('believes no proxy unless told which', () => {
  const trusted = (ORCHESTRATOR_TRUSTED_PROXIES?: string) =>
    loadConfig(orchestratorConfig, { ...settings, ORCHESTRATOR_TRUSTED_PROXIES }).ORCHESTRATOR_TRUSTED_PROXIES;
  expect(trusted()).toEqual([]);
  expect(trusted('10.0.0.0/8, ::1,192.0.2.7')).toEqual(['10.0.0.0/8', '::1', '192.0.2.7']);
  for (const wrong of ['true', 'proxy.example', '10.0.0.0/33', '10.0.0.1,,10.0.0.2']) {
    expect(() => trusted(wrong)).toThrow('setting ORCHESTRATOR_TRUSTED_PROXIES: is malformed');
  }
});
