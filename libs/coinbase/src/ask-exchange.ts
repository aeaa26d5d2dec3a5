import { setTimeout as sleep } from 'node:timers/promises';
import { retryAfterMs } from './answer-time.js';
import {
  BadAnswerError,
  ExchangeUnavailableError,
  ForeignAnswerError,
  RequestRefusedError,
  UnknownProductError,
} from './coinbase-errors.js';
import type { Unavailability } from './coinbase-errors.js';
import type { HttpAnswer } from './http-transport.js';
import type { Priority, RequestPacer } from './request-pacer.js';
import { backoffMs, meaningOf } from './retry-policy.js';

/** How a question is asked: what it waits behind, how long it may take with all its repeats, what ends it. */
export interface Call {
  readonly priority?: Priority;
  /** end of patience, on `performance.now()`; default: a minute from now */
  readonly deadlineAtMs?: number;
  readonly signal?: AbortSignal;
}

/** What became of one attempt, for metrics. */
export type AttemptOutcome = 'ok' | 'refused' | 'not-found' | 'bad-answer' | Unavailability;

export interface Question<T> {
  readonly path: string;
  /** whose 404 it would be */
  readonly productId?: string;
  /**
   * @throws ForeignAnswerError it is asked for again, as after a cut
   * @throws BadAnswerError it may be a passing mistake: it is asked for again, a few times
   */
  readonly read: (answer: HttpAnswer) => T;
}

export interface ExchangeParts {
  transport: { get(path: string, signal?: AbortSignal): Promise<HttpAnswer> };
  pacer: RequestPacer;
  /** in [0, 1) */
  random: () => number;
  /** wait before the next attempt, milliseconds; default: `backoffMs` */
  backoffMs?: typeof backoffMs;
  onAttempt?: (outcome: AttemptOutcome, elapsedMs: number) => void;
}

const PATIENCE_MS = 60_000;
/** A mistake that is made this often is no passing one. */
const BAD_ANSWERS_MAX = 3;
/** A pause that is longer is taken for a mistake; it is cut to this. */
const RETRY_AFTER_MS_MAX = 3_600_000;
/** Longest delay that Node's timers keep; a longer one would end at once. */
const TIMER_MS_MAX = 2_147_483_647;

class OutOfTime extends Error {}

/** Asks until there is an answer, the exchange refuses, or patience ends: 429, 5xx, cuts and stalls are asked again after a backoff. */
export class AskExchange {
  constructor(private readonly parts: ExchangeParts) {}

  /**
   * @throws ExchangeUnavailableError no answer before the deadline
   * @throws UnknownProductError
   * @throws RequestRefusedError
   * @throws BadAnswerError the same mistake several times
   * @throws the signal's reason, when it is aborted
   */
  async ask<T>(question: Question<T>, call: Call = {}): Promise<T> {
    const deadlineAtMs = call.deadlineAtMs ?? performance.now() + PATIENCE_MS;
    const patience = new AbortController();
    const patienceMs = Math.min(TIMER_MS_MAX, Math.max(0, deadlineAtMs - performance.now()));
    const timer = setTimeout(() => patience.abort(new OutOfTime()), patienceMs);
    const signal = call.signal === undefined ? patience.signal : AbortSignal.any([call.signal, patience.signal]);
    const failures: Failure[] = [];
    try {
      for (;;) {
        const result = await this.attempt(question, call.priority ?? 'request', signal);
        if ('value' in result) return result.value;
        failures.push(result);
        const badAnswers = failures.filter(({ cause }) => cause instanceof BadAnswerError).length;
        if (badAnswers >= BAD_ANSWERS_MAX) throw result.cause;
        const waitMs = Math.max(result.retryAfterMs, (this.parts.backoffMs ?? backoffMs)(failures.length, this.parts.random()));
        if (performance.now() + waitMs >= deadlineAtMs) throw new OutOfTime();
        await sleep(waitMs, undefined, { signal });
      }
    } catch (error) {
      call.signal?.throwIfAborted();
      if (!(error instanceof OutOfTime) && !patience.signal.aborted) throw error;
      const last = failures.at(-1);
      throw new ExchangeUnavailableError(question.path, last?.reason ?? 'deadline', failures.length, last?.cause);
    } finally {
      clearTimeout(timer);
    }
  }

  private async attempt<T>(question: Question<T>, priority: Priority, signal: AbortSignal): Promise<{ value: T } | Failure> {
    const { pacer, transport, onAttempt } = this.parts;
    const answered = await pacer.permit(priority, signal);
    const startedAtMs = performance.now();
    const tell = (outcome: AttemptOutcome): void => onAttempt?.(outcome, performance.now() - startedAtMs);
    let answer: HttpAnswer;
    try {
      answer = await transport.get(question.path, signal);
    } catch (cause) {
      signal.throwIfAborted();
      tell('exchange_unavailable');
      return { reason: 'exchange_unavailable', retryAfterMs: 0, cause };
    } finally {
      answered();
    }
    try {
      return this.judge(question, answer, tell);
    } catch (error) {
      if (!(error instanceof BadAnswerError || error instanceof ForeignAnswerError)) throw error;
      tell('bad-answer');
      return { reason: 'exchange_unavailable', retryAfterMs: 0, cause: error };
    }
  }

  private judge<T>(question: Question<T>, answer: HttpAnswer, tell: (outcome: AttemptOutcome) => void): { value: T } | Failure {
    const meaning = meaningOf(answer.status);
    if (meaning === 'ok') {
      const value = question.read(answer);
      tell('ok');
      return { value };
    }
    tell(meaning);
    if (meaning === 'not-found' && question.productId !== undefined) throw new UnknownProductError(question.productId);
    if (meaning === 'not-found' || meaning === 'refused') throw new RequestRefusedError(question.path, answer.status, messageOf(answer));
    const askedMs = Math.min(RETRY_AFTER_MS_MAX, retryAfterMs(answer.headers) ?? 0);
    if (meaning === 'rate_limited') this.parts.pacer.refused(askedMs);
    return { reason: meaning, retryAfterMs: askedMs, cause: new StatusError(answer.status, messageOf(answer)) };
  }
}

interface Failure {
  readonly reason: Unavailability;
  readonly retryAfterMs: number;
  readonly cause: unknown;
}

/** Keeps what the exchange said, for the log. */
class StatusError extends Error {
  override readonly name = 'StatusError';
  constructor(
    readonly status: number,
    said: string,
  ) {
    super(`status ${status}: ${said}`);
  }
}

/** Errors are `{"message":"…"}`, or whatever a proxy in between writes. */
function messageOf({ body }: HttpAnswer): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    if (typeof message === 'string') return message.slice(0, 200);
  } catch {
    // not the exchange's own words: shown as they are
  }
  return body.slice(0, 200);
}
