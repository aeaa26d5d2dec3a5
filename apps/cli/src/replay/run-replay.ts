import type { Pace } from './pace.js';
import type { ReplayItem, ReplaySink } from './replay-item.js';

/** Everything of a source into a sink, at its pace; what fails ends both. */
export async function runReplay(items: AsyncGenerator<ReplayItem, void, undefined>, sink: ReplaySink, pace: Pace): Promise<void> {
  try {
    for await (const item of items) {
      await pace.turn(item.atMs);
      await sink.take(item);
    }
    await sink.end();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
