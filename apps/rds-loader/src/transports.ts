/** The loader's two consumer groups: what belongs to one is never held up by the other. */
export const WINDOWS_TRANSPORT = Symbol('windows');
export const LIVE_TRANSPORT = Symbol('live');
