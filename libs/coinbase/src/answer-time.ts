/** Header values by lower-case name. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** When an answer was true, by the exchange's clock. */
export interface AnswerTime {
  /** `Date`: the exchange's now as it answered, milliseconds since the epoch, whole seconds */
  readonly dateMs: number;
  /** `Date − Age`: what the answer says was so at this instant; null when a cache gave it and nobody says when it was made */
  readonly answeredAtMs: number | null;
  /** whether a cache answered without asking the exchange */
  readonly cached: boolean;
}

/** Cloudflare's words for an answer that the exchange was not asked for. Source: Cloudflare, "Cache responses". */
const FROM_CACHE = new Set(['HIT', 'STALE', 'UPDATING']);

/** @returns null when the answer has no `Date` that can be read */
export function answerTimeOf(headers: AnswerHeaders): AnswerTime | null {
  const dateMs = Date.parse(single(headers['date']) ?? '');
  if (Number.isNaN(dateMs)) return null;
  const cached = FROM_CACHE.has(single(headers['cf-cache-status'])?.toUpperCase() ?? '');
  const age = headers['age'];
  const ageSeconds = age === undefined ? (cached ? null : 0) : wholeSeconds(single(age));
  return { dateMs, answeredAtMs: ageSeconds === null ? null : dateMs - ageSeconds * 1_000, cached };
}

/**
 * How long the exchange asks to be left alone, milliseconds; null when it does not say, or in words that mean nothing.
 * RFC 9110, section 10.2.3: seconds, or a date.
 */
export function retryAfterMs(headers: AnswerHeaders): number | null {
  const value = single(headers['retry-after']);
  if (value === undefined) return null;
  const seconds = wholeSeconds(value);
  if (seconds !== null) return seconds * 1_000;
  const untilMs = Date.parse(value);
  const dateMs = Date.parse(single(headers['date']) ?? '');
  return Number.isNaN(untilMs) || Number.isNaN(dateMs) ? null : Math.max(0, untilMs - dateMs);
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? (value.length === 1 ? value[0] : undefined) : value;
}

function wholeSeconds(text: string | undefined): number | null {
  return text !== undefined && /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : null;
}
