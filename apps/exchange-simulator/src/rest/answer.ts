import { createHash } from 'node:crypto';

/** What happens to an answer on its way; `null` for none. */
export type Disturbance = { kind: 'cut' } | { kind: 'stall'; ms: number } | { kind: 'slow'; ms: number };

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
  disturbance: Disturbance | null;
}

/** How fresh an answer is said to be. */
export interface Freshness {
  cache: 'REVALIDATED' | 'HIT' | 'MISS';
  /** seconds; null: no such header */
  ageS: number | null;
}

/** Sent with every answer, as recorded in August 2025. */
const ALWAYS = {
  'Content-Type': 'application/json; charset=utf-8',
  'Access-Control-Allow-Headers': 'Content-Type, Accept, cb-session, cb-fp, cb-form-factor',
  'Access-Control-Allow-Methods': 'GET,POST,DELETE,PUT',
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'cb-before, cb-after, cb-gdpr',
  'Access-Control-Max-Age': '7200',
  'Strict-Transport-Security': 'max-age=15552000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-Dns-Prefetch-Control': 'off',
  'X-Download-Options': 'noopen',
  'X-Frame-Options': 'SAMEORIGIN',
  'X-Xss-Protection': '1; mode=block',
  Vary: 'Accept-Encoding',
  Server: 'cloudflare',
};

/** An answer that may be kept for five minutes, as candles are. */
export function cacheable(body: Buffer, freshness: Freshness, more: Record<string, string> = {}): Answer {
  return answer(200, body, { 'Cache-Control': 'public, max-age=300, must-revalidate', ...cacheHeaders(freshness), ...more });
}

/** An answer that is of its moment. */
export function uncacheable(body: Buffer, freshness: Freshness = { cache: 'MISS', ageS: null }, more: Record<string, string> = {}): Answer {
  return answer(200, body, { 'Cache-Control': 'no-store', ...cacheHeaders(freshness), ...more });
}

export function refusal(status: number, message: string, more: Record<string, string> = {}): Answer {
  return answer(status, jsonBody({ message }), { 'Cache-Control': 'no-store', 'Cf-Cache-Status': 'MISS', ...more });
}

export function jsonBody(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function answer(status: number, body: Buffer, headers: Record<string, string>): Answer {
  return { status, headers: { ...ALWAYS, Etag: etag(body), ...headers }, body, disturbance: null };
}

function cacheHeaders({ cache, ageS }: Freshness): Record<string, string> {
  return { 'Cf-Cache-Status': cache, ...(ageS === null ? {} : { Age: String(ageS) }) };
}

/** Length in hex and a hash, the form that the recorded answers have. */
function etag(body: Buffer): string {
  return `W/"${body.length.toString(16)}-${createHash('sha1').update(body).digest('base64').slice(0, 27)}"`;
}
