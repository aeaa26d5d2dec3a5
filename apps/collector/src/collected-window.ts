import type { COLLECTION_FAILURES } from '@elias/contracts';
import type { Coverage, Revision } from '@elias/market-data';
import type { CsvParts } from './csv-parts.js';

export type TransientReason = (typeof COLLECTION_FAILURES.transient)[number];
export type PermanentReason = (typeof COLLECTION_FAILURES.permanent)[number];

/** A window as it will travel. */
export interface CollectedWindow {
  /** as one record, or, of trades, as the parts that it will travel in */
  readonly csv: Buffer | CsvParts;
  readonly rowCount: number;
  readonly coverage: Coverage;
  readonly revision: Revision;
  /** requests that it took, repeats not counted */
  readonly questions: number;
}

/** What a collection came to. A failure is an outcome: it is told to whoever asked, and the partition goes on. */
export type CollectionOutcome =
  | ({ readonly kind: 'collected' } & CollectedWindow)
  | { readonly kind: 'failed'; readonly permanent: false; readonly reason: TransientReason; readonly cause: unknown }
  | { readonly kind: 'failed'; readonly permanent: true; readonly reason: PermanentReason; readonly cause: unknown };
