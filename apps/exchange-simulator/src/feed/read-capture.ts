import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { RecordingError } from '../recordings/recording-error.js';

const checked = z.looseObject({
  type: z.enum(['match', 'last_match', 'ticker']),
  product_id: z.string(),
  trade_id: z.number().int().nonnegative(),
  sequence: z.number().int().nonnegative(),
  price: z.string(),
  side: z.enum(['buy', 'sell']),
  time: z.iso.datetime(),
  /** a match has the one, a ticker the other */
  size: z.string().optional(),
  last_size: z.string().optional(),
});
/** A recorded match or ticker; it keeps the order and the fields that it came with. */
export type CapturedMessage = z.infer<typeof checked>;
const message = z.custom<CapturedMessage>((value) => checked.safeParse(value).success, 'is no match and no ticker');

/** A recorded message of the feed, and when it came. */
export interface Captured {
  /** milliseconds since the epoch, by the clock of whoever recorded */
  receivedMs: number;
  message: CapturedMessage;
}

const typed = z.looseObject({ type: z.string() });
const line = z.object({ recv_ts: z.number(), dir: z.enum(['in', 'out']), msg: z.unknown() });

/**
 * Matches and tickers of a capture of the feed: lines of `{"recv_ts": seconds, "dir": "in"|"out", "msg"}`, as they came.
 * Other messages are left out.
 * @param path `.jsonl` or `.jsonl.gz`
 * @throws RecordingError names the line that cannot be told
 */
export function readCapture(path: string): Captured[] {
  const captured: Captured[] = [];
  textOf(path)
    .split('\n')
    .forEach((text, index) => {
      if (text.trim() === '') return;
      try {
        const { recv_ts, dir, msg } = line.parse(JSON.parse(text));
        if (dir !== 'in' || !['match', 'last_match', 'ticker'].includes(typed.parse(msg).type)) return;
        captured.push({ receivedMs: recv_ts * 1_000, message: message.parse(msg) });
      } catch (cause) {
        throw new RecordingError(path, index + 1, 'is no message of the feed', cause);
      }
    });
  if (captured.length === 0) throw new RecordingError(path, null, 'holds no match and no ticker');
  return captured.sort((one, other) => one.receivedMs - other.receivedMs);
}

function textOf(path: string): string {
  try {
    const bytes = readFileSync(path);
    return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (cause) {
    throw new RecordingError(path, null, 'cannot be read', cause);
  }
}
