import { createRequire } from 'node:module';
import kafkajs from 'kafkajs';
import type { LogEntry, logCreator } from 'kafkajs';
import type { Logger } from '@elias/telemetry';

/*
 * kafkajs 2.2.4 is loud in two ways that say nothing. Both are handled here, and nowhere else.
 */

/**
 * Answers that belong to a healthy start, join or broker restart; kafkajs logs them at ERROR and then asks again.
 * Texts: kafkajs `src/protocol/error.js` (15 GROUP_COORDINATOR_NOT_AVAILABLE, 14 GROUP_LOAD_IN_PROGRESS,
 * 16 NOT_COORDINATOR_FOR_GROUP, 27 REBALANCE_IN_PROGRESS, 79 MEMBER_ID_REQUIRED).
 */
const ROUTINE_ANSWERS = [
  'The group coordinator is not available',
  "The coordinator is loading and hence can't process requests for this group",
  'This is not the correct coordinator for this group',
  'The group is rebalancing, so a rejoin is needed',
  'The group member needs to have a valid member id before actually entering a consumer group',
];

/** Whether an entry belongs to everyday joining, so that nobody need read it. */
export function isRoutine(entry: Pick<LogEntry, 'namespace' | 'log'>): boolean {
  const { message, error } = entry.log as { message: string; error?: unknown };
  if (message === 'The group is rebalancing, re-joining') return true;
  return ROUTINE_ANSWERS.includes(message) || (typeof error === 'string' && ROUTINE_ANSWERS.includes(error));
}

/**
 * kafkajs's lines through pino. Its ERROR means "failed, will try again", which is a WARN here (ERROR: data lost or
 * wrong, someone must act); what it gives up on is thrown, and logged where it is handled.
 */
export function kafkajsLogs(logger: Logger): logCreator {
  return () => (entry) => {
    const { message, timestamp: _timestamp, logger: _name, stack: _stack, ...fields } = entry.log;
    const loud = entry.level <= kafkajs.logLevel.WARN && !isRoutine(entry);
    logger[loud ? 'warn' : 'debug']({ ...fields, part: entry.namespace }, `kafkajs: ${message}`);
  };
}

interface RequestQueue {
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  pending: unknown[];
  checkPendingRequests(): void;
}

const PENDING_CHECK_MS = 10;

/**
 * After every answer kafkajs schedules a look at its queue of waiting requests in `throttledUntil - now` ms, also when
 * none waits and nothing was throttled; `throttledUntil` is then -1, and current Node prints TimeoutNegativeWarning
 * (tulios/kafkajs #1751). Same scheduling here, but only while a request waits, and never in the past.
 */
export function mendRequestQueue(): void {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as { prototype: Record<string, unknown> };
  if (typeof prototype['scheduleCheckPendingRequests'] !== 'function')
    throw new Error('kafkajs is not the version that Elias was written for');
  prototype['scheduleCheckPendingRequests'] = function (this: RequestQueue): void {
    if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
    const throttledMs = this.throttledUntil - Date.now();
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttledMs > 0 ? throttledMs : PENDING_CHECK_MS,
    );
  };
}
