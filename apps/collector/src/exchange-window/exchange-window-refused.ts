import { EliasError } from '@elias/errors';
import type { PermanentReason, TransientReason } from '../collected-window.js';

export type RefusalReason = TransientReason | PermanentReason | 'no_allowance' | 'not_asked_for' | 'wrong_token';

const STATUS: Partial<Record<RefusalReason, number>> = {
  ...{ not_asked_for: 400, bad_request: 400, wrong_token: 401, unknown_product: 404 },
  ...{ no_allowance: 503, exchange_unavailable: 503, rate_limited: 503, deadline: 503 },
};

/** There is nothing to tell of a window, and why. */
export class ExchangeWindowRefused extends EliasError {
  override readonly name = 'ExchangeWindowRefused';
  readonly code = 'ELIAS_EXCHANGE_WINDOW_REFUSED';
  readonly disposition = 'stop';
  constructor(
    readonly reason: RefusalReason,
    detail: string,
  ) {
    super(detail);
  }

  /** 503 where asking later is right; 502 where the exchange's answer cannot be right */
  get status(): number {
    return STATUS[this.reason] ?? 502;
  }
}
