import { createHmac } from 'node:crypto';
import { sameText } from '@elias/telemetry';

/** Name of the cookie that browsers carry in place of the token, which a page's event stream cannot send. */
export const SESSION_COOKIE = 'elias_session';
/** How long a browser is known, seconds. */
export const SESSION_S = 7 * 86_400;

const SESSION = /^(\d{1,15})\.([A-Za-z0-9_-]{43})$/;

/**
 * What the cookie holds: until when it is good, sealed with the token. Whoever reads it does not learn the token, every instance knows it,
 * and a changed token ends it.
 * @param expiresAtMs milliseconds since the epoch
 */
export function sealSession(token: string, expiresAtMs: number): string {
  return `${expiresAtMs}.${sealOf(token, String(expiresAtMs))}`;
}

/** Whether the value was sealed with this token and is still good. */
export function isSession(token: string, value: string | undefined, nowMs: number): boolean {
  const [, expiresAtMs, seal] = SESSION.exec(value ?? '') ?? [];
  if (expiresAtMs === undefined || seal === undefined || Number(expiresAtMs) <= nowMs) return false;
  return sameText(seal, sealOf(token, expiresAtMs));
}

function sealOf(token: string, text: string): string {
  return createHmac('sha256', token).update(`elias session ${text}`).digest('base64url');
}
