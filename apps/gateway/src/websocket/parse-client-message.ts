import { clientMessageSchema } from '@elias/contracts';
import type { ClientMessage } from '@elias/contracts';
import { z } from 'zod';

/** What Nest calls a handler by, and hands to it. */
export type ParsedMessage = { event: 'message'; data: ClientMessage } | { event: 'refused'; data: string };

const REASON_CHARS_MAX = 500;

/** A client's message, or why it is none. Never throws. */
export function parseClientMessage(data: unknown): ParsedMessage {
  let json: unknown;
  try {
    json = JSON.parse(String(data));
  } catch {
    return { event: 'refused', data: 'that is no JSON' };
  }
  const parsed = clientMessageSchema.safeParse(json);
  if (parsed.success) return { event: 'message', data: parsed.data };
  return { event: 'refused', data: z.prettifyError(parsed.error).replaceAll('\n', ' ').slice(0, REASON_CHARS_MAX) };
}
