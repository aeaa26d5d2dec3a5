import { z } from 'zod';
import { byService, serviceViewSettings } from './services.js';

const settings = z.object(serviceViewSettings);

it('addresses and groups are told by service; a service may have several', () => {
  const { ORCHESTRATOR_SERVICE_URLS, ORCHESTRATOR_SERVICE_GROUPS } = settings.parse({
    ORCHESTRATOR_SERVICE_URLS: 'collector=http://a:1, archiver=https://b/x,archiver=http://c',
  });
  expect([...byService(ORCHESTRATOR_SERVICE_URLS)]).toEqual([
    ['collector', ['http://a:1']],
    ['archiver', ['https://b/x', 'http://c']],
  ]);
  expect(byService(ORCHESTRATOR_SERVICE_GROUPS).get('rds-loader')).toEqual([
    'elias-rds-loader',
    'elias-rds-loader-live',
    'elias-rds-loader-archive',
    'elias-rds-loader-archive-live',
  ]);
});

it.each([
  'collector',
  'collector=',
  'nobody=http://a',
  'collector=ftp://a',
  'orchestrator=http://a',
  'collector=http://a?token=x',
  ',',
  'collector=http://a b',
  'collector=http://user:secret@a',
  'collector=http://user@a',
])('no addresses: %s', (ORCHESTRATOR_SERVICE_URLS) => {
  expect(settings.safeParse({ ORCHESTRATOR_SERVICE_URLS }).success).toBe(false);
});
