import { GATEWAY_EVENTS, GATEWAY_EVENT_TYPES, positionSchema } from '@elias/contracts';
import type { Position } from '@elias/contracts';

const PART = /^(\d{1,6}):(-1|\d{1,18})(?:\.(\d{1,6}))?$/;

/**
 * Positions as one short text, which an event stream carries as the id of its events, e.g.
 * `live.trade=3:1234,5:99;market.candle=2:77.12`: type, partition, offset and, within a window, row.
 */
export function formatPlace(positions: readonly Position[]): string {
  const types = GATEWAY_EVENT_TYPES.flatMap((type) => {
    const parts = positions
      .filter(({ topic }) => topic === GATEWAY_EVENTS[type].topic.name)
      .map(({ partition, offset, row }) => `${partition}:${offset}${row === undefined ? '' : `.${row}`}`);
    return parts.length === 0 ? [] : [`${type}=${parts.join(',')}`];
  });
  return types.join(';');
}

/** @returns null when the text is none that `formatPlace` gives */
export function parsePlace(text: string): Position[] | null {
  const positions: Position[] = [];
  for (const one of text.split(';')) {
    const [name = '', parts = ''] = one.split('=');
    const type = GATEWAY_EVENT_TYPES.find((known) => known === name);
    if (type === undefined) return null;
    for (const part of parts.split(',')) {
      const [, partition, offset, row] = PART.exec(part) ?? [];
      const position = { topic: GATEWAY_EVENTS[type].topic.name, partition: Number(partition), offset };
      const parsed = positionSchema.safeParse(row === undefined ? position : { ...position, row: Number(row) });
      if (!parsed.success) return null;
      positions.push(parsed.data);
    }
  }
  return positions;
}
