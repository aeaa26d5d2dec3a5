import type { Window } from '@elias/market-data';
import { windowId } from '@elias/market-data';
import type { PermanentReason } from './collected-window.js';

/** The window as it was asked for cannot be collected, now or ever. */
export class WindowNotServable extends RangeError {
  override readonly name = 'WindowNotServable';
  constructor(
    readonly reason: PermanentReason,
    message: string,
  ) {
    super(message);
  }
}

/** Nobody can tell when what was answered was so. Asking again later is right. */
export class OnlyCachedAnswers extends Error {
  override readonly name = 'OnlyCachedAnswers';
  constructor(window: Window) {
    super(`the exchange's cache answered for ${windowId(window)}, and does not say how old its answers are`);
  }
}

/** What was answered was so before the window's end, or nobody can tell when. Asking again later is right. */
export class NotOfTheDay extends Error {
  override readonly name = 'NotOfTheDay';
  /** @param answeredAtMs null when nobody can tell */
  constructor(window: Window, answeredAtMs: number | null) {
    const when = answeredAtMs === null ? 'an unknown time' : new Date(answeredAtMs).toISOString();
    super(`the exchange's cache answered for ${windowId(window)} as of ${when}, not as of the time after its end`);
  }
}

/** The window is over, and what is answered may still change, or may be of before its end. Asking again in a while is right. */
export class NotSettledYet extends Error {
  override readonly name = 'NotSettledYet';
  constructor(window: Window, nowMs: number) {
    super(`${windowId(window)} is not settled yet: the exchange's answer is of ${new Date(nowMs).toISOString()}`);
  }
}
