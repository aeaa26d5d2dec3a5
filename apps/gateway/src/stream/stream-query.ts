import { CLIENT_MESSAGES } from '@elias/contracts';
import { z } from 'zod';
import { parsePlace } from '../subscribe/place.js';
import type { Wanted } from '../subscribe/session.js';

const list = z.string().transform((text) => text.split(','));
const query = z.strictObject({ products: list, types: list, from: z.string().optional() });

/**
 * What a client of the event stream wants.
 * @param lastEventId header `Last-Event-ID`, which a browser sends by itself when it comes again; before `from`
 * @returns a sentence about what is wrong with it, where something is
 */
export function parseStreamQuery(given: unknown, lastEventId: string | undefined): Wanted | string {
  const asked = query.safeParse(given);
  if (!asked.success) return z.prettifyError(asked.error).replaceAll('\n', ' ');
  const { products, types, from } = asked.data;
  const after = lastEventId === undefined || lastEventId === '' ? undefined : parsePlace(lastEventId);
  if (after === null) return 'Last-Event-ID is none that this stream gave';
  const start = after === undefined ? from : { after };
  const wanted = CLIENT_MESSAGES.subscribe.safeParse({
    type: 'subscribe',
    products,
    types,
    ...(start === undefined ? {} : { from: start }),
  });
  return wanted.success ? wanted.data : z.prettifyError(wanted.error).replaceAll('\n', ' ');
}
