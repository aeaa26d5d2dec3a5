import { createHmac } from 'node:crypto';

/** A secret as Standard Webhooks writes it: `whsec_` and the Base64 of 24 to 64 random bytes. */
export const WEBHOOK_SECRET = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;

/**
 * Headers by which a receiver knows a message as ours, unaltered and fresh (Standard Webhooks 1.0, symmetric).
 * @param secret see `WEBHOOK_SECRET`
 * @param id the same for every try of one message, so that a receiver passes over the second
 * @param sentAtMs milliseconds since the epoch
 */
export function signWebhook(secret: string, id: string, sentAtMs: number, body: string): Record<string, string> {
  const timestamp = Math.floor(sentAtMs / 1_000).toString();
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
