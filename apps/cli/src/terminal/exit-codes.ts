/** How a command ended: what was asked for is done or true; it is not so; it could not be asked. Ctrl-C ends with 130. */
export const EXIT = { done: 0, not: 1, failed: 2 } as const;

/** Exit code after Ctrl-C, as shells have it: 128 and the signal's number. */
export const INTERRUPTED = 130;

export const EXIT_CODES_HELP = 'Exit code: 0 done; 1 no, see what was printed; 2 could not be done; 130 Ctrl-C.';
