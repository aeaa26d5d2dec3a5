import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { signWebhook, WEBHOOK_SECRET } from './sign-webhook.js';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const body = '{"type":"run.failed"}';

it('is what a receiver of Standard Webhooks takes, and no other body', () => {
  const headers = signWebhook(secret, 'msg', Date.now(), body);
  expect(new Webhook(secret).verify(body, headers)).toEqual({ type: 'run.failed' });
  expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow(/signature/);
  expect(() => new Webhook(secret).verify(body, { ...headers, 'webhook-id': 'other' })).toThrow(/signature/);
  expect(() => new Webhook(secret).verify(body, signWebhook(secret, 'msg', Date.now() - 3_600_000, body))).toThrow(/old/);
});

it.each([
  [secret, true],
  [`whsec_${randomBytes(24).toString('base64')}`, true],
  [secret.slice(6), false],
  ['whsec_dG9vIHNob3J0', false],
  ['whsec_*', false],
])('%s is a secret: %s', (text, is) => {
  expect(WEBHOOK_SECRET.test(text)).toBe(is);
});
