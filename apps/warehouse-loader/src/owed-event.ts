import type { EventData } from '@elias/contracts';
import { revisionFromWire, windowFromWire } from '@elias/contracts';
import type { Revision, Window } from '@elias/market-data';

/** An event that somebody waits to have answered. Where it came from stays outside. */
export interface Owed {
  /** false for ever once it was given to another member: then nothing is announced for it */
  isOwed(): boolean;
  /** its effects are durable and announced */
  done(): void;
  /** kept aside with its reason; counts as done */
  putAside(reason: string, cause: unknown): Promise<void>;
}

/** An archive that is to be loaded. */
export interface SealedEvent extends Owed {
  readonly kind: 'sealed';
  readonly data: EventData<'archive.sealed'>;
  readonly window: Window;
  readonly revision: Revision;
}

/** A revision that is never to be loaded again. */
export interface RevokedEvent extends Owed {
  readonly kind: 'revoked';
  readonly data: EventData<'archive.revoked'>;
  readonly window: Window;
}

export type OwedEvent = SealedEvent | RevokedEvent;

export function sealedEvent(data: EventData<'archive.sealed'>, owed: Owed): SealedEvent {
  return { kind: 'sealed', data, window: windowFromWire(data.window), revision: revisionFromWire(data.revision), ...owed };
}

export function revokedEvent(data: EventData<'archive.revoked'>, owed: Owed): RevokedEvent {
  return { kind: 'revoked', data, window: windowFromWire(data.window), ...owed };
}
