import { FEED_ORIGIN, WINDOW_TOPICS } from '@elias/contracts';
import { redrivenRecord } from '@elias/kafka';
import type { ConsumedRecord, OutgoingRecord } from '@elias/kafka';
import { formatInstant, parseWindowId } from '@elias/market-data';
import type { Letter, SettledAs } from './letter.js';

/** A letter that came back so often is not sent again unless somebody insists: what is wrong with it is not the moment. */
export const ATTEMPTS_MAX = 5;

/** What dealing with letters needs. */
export interface SettlingParts {
  /** durable once it resolves */
  send(record: OutgoingRecord): Promise<unknown>;
  recordAt(topic: string, partition: number, offset: string): Promise<ConsumedRecord | null>;
  /** asks for a window of candles once more; the same key again is the same question */
  askAgain(window: { granularity: number; products: string[]; from: string; to: string; idempotencyKey: string }): Promise<unknown>;
  settle(letter: Letter, settledAs: SettledAs, because: string | null): Promise<void>;
}

export type Settled = { readonly letter: Letter } & (
  { readonly settledAs: SettledAs; readonly problem: null } | { readonly settledAs: null; readonly problem: string }
);

/**
 * Sends a letter back to the group that refused it. What lies in a topic of windows is not sent again: the window is asked for, so that a
 * better telling comes. A crash between sending and noting has it sent twice, which handlers bear.
 * @param insist also when it came back `ATTEMPTS_MAX` times
 */
export async function redrive(letter: Letter, parts: SettlingParts, insist: boolean): Promise<Settled> {
  const { told, record } = letter;
  const not = (problem: string): Settled => ({ letter, settledAs: null, problem });
  if (letter.settledAs !== null) return not(`it is ${wordOf(letter.settledAs)} already`);
  if (told.topic === FEED_ORIGIN) return not('it came from the feed of the exchange, which takes nothing back');
  if (WINDOW_TOPICS.some(({ name }) => name === told.topic)) return askAgain(letter, parts);
  if (told.attempts >= ATTEMPTS_MAX && !insist) return not(`it was tried ${told.attempts} times; --insist sends it all the same`);
  let value = record.value;
  if (told.omittedValueBytes !== null) {
    const original = await parts.recordAt(told.topic, told.partition, told.offset);
    if (original === null) return not(`its value of ${told.omittedValueBytes} bytes stayed in ${told.topic}, which has it no more`);
    value = original.value;
  }
  await parts.send(redrivenRecord(told, record, value));
  await parts.settle(letter, 'redriven', null);
  return { letter, settledAs: 'redriven', problem: null };
}

/** Nobody will look at the letter any more. The topic keeps it for its time. */
export async function drop(letter: Letter, parts: Pick<SettlingParts, 'settle'>, because: string): Promise<Settled> {
  if (letter.settledAs !== null) return { letter, settledAs: null, problem: `it is ${wordOf(letter.settledAs)} already` };
  await parts.settle(letter, 'dropped', because);
  return { letter, settledAs: 'dropped', problem: null };
}

async function askAgain(letter: Letter, parts: SettlingParts): Promise<Settled> {
  const window = windowOf(letter.told.key);
  if (window?.dataset !== 'candles') {
    return { letter, settledAs: null, problem: `${letter.told.key ?? 'a record without a key'} is no window that can be asked for` };
  }
  await parts.askAgain({
    granularity: window.granularity,
    products: [window.productId],
    from: formatInstant(window.fromMs),
    to: formatInstant(window.toMs),
    idempotencyKey: `dead-letter ${letter.id}`,
  });
  await parts.settle(letter, 'asked_again', null);
  return { letter, settledAs: 'asked_again', problem: null };
}

function windowOf(key: string | null): ReturnType<typeof parseWindowId> | null {
  try {
    return parseWindowId(key ?? '');
  } catch {
    return null;
  }
}

const wordOf = (settledAs: SettledAs): string => settledAs.replace('_', ' ');
