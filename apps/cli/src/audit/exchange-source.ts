import type { Coverage, Window } from '@elias/market-data';

/** What the exchange tells of a window now, or why it is not asked. */
export type ExchangeTold =
  | { readonly kind: 'told'; readonly window: Window; readonly coverage: Coverage; readonly csv: Buffer }
  | { readonly kind: 'not-asked'; readonly detail: string };

/** Somebody who asks the exchange within the allowance. */
export interface ExchangeSource {
  /** @throws EliasError when the exchange, or who asks it, does not answer */
  tell(window: Window): Promise<ExchangeTold>;
}
