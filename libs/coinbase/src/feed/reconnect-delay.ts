const FIRST_MS = 500;
/** The exchange allows about eight connections a second from one address. */
export const RECONNECT_DELAY_MS_MIN = 125;
export const RECONNECT_DELAY_MS_MAX = 30_000;
/** A connection that stood this long was a good one: the next delay is a first one again. */
export const STABLE_AFTER_MS = 60_000;

/** How long to wait before connecting again: anything up to a bound that doubles, so that those who were cut together come back apart. */
export class ReconnectDelay {
  private failures = 0;

  /** @param random in [0, 1) */
  constructor(private readonly random: () => number) {}

  /**
   * @param stoodMs how long the connection that was lost had stood, milliseconds; 0 when there was none
   * @returns milliseconds, `RECONNECT_DELAY_MS_MIN` to `RECONNECT_DELAY_MS_MAX`
   */
  afterLossMs(stoodMs: number): number {
    if (stoodMs >= STABLE_AFTER_MS) this.failures = 0;
    const boundMs = Math.min(RECONNECT_DELAY_MS_MAX, FIRST_MS * 2 ** Math.min(this.failures, 16));
    this.failures++;
    return RECONNECT_DELAY_MS_MIN + (boundMs - RECONNECT_DELAY_MS_MIN) * this.random();
  }
}
