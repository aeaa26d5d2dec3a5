import type { FeedConnection } from './feed-connection.js';
import type { FeedEvent } from './feed-event.js';
import type { FeedFaultPlan, PlannedFeedFault } from './feed-fault-plan.js';
import type { ToldMatches } from './told-matches.js';

/** Tells events to whoever is subscribed, with the faults that were asked for. */
export class TellEvents {
  /** matches held back to come after the next one of their product */
  private readonly held = new Map<string, string>();

  constructor(
    private readonly connections: ReadonlyMap<number, FeedConnection>,
    private readonly faults: FeedFaultPlan,
    private readonly matches: ToldMatches,
  ) {}

  tell(event: FeedEvent): void {
    if (event.match !== null) this.tellMatch(event, event.match);
    if (event.ticker === null) return;
    const readers = this.readers('ticker', event.productId);
    if (readers.length === 0) return;
    const text = event.ticker();
    for (const reader of readers) reader.send(text);
  }

  /** Tells what was held back, at the latest a second later. */
  releaseHeld(): void {
    for (const productId of [...this.held.keys()]) this.release(productId);
  }

  private tellMatch({ productId, tradeId }: FeedEvent, match: () => string): void {
    if (this.readers('matches', productId).length === 0) return;
    const counts = this.matches.passed(productId, tradeId);
    const fault = this.faults.take(productId);
    if (fault !== null) this.breakConnections(fault, productId);
    const text = match();
    if (fault?.kind === 'drop') counts.dropped += 1;
    else if (fault?.kind === 'reorder' && !this.held.has(productId)) {
      counts.reordered += 1;
      this.held.set(productId, text);
      return;
    } else this.send(productId, text);
    if (fault?.kind === 'double') {
      counts.doubled += 1;
      this.send(productId, text);
    }
    this.release(productId);
  }

  /** A stall and a cut hit the oldest connection that the match would be told to. */
  private breakConnections(fault: PlannedFeedFault, productId: string): void {
    const [oldest] = this.readers('matches', productId);
    if (fault.kind === 'stall') oldest?.stall(fault.ms);
    if (fault.kind === 'cut') oldest?.cut('cut');
    if (fault.kind === 'cut_all') for (const connection of this.connections.values()) connection.cut('cut');
  }

  private release(productId: string): void {
    const text = this.held.get(productId);
    if (text === undefined) return;
    this.held.delete(productId);
    this.send(productId, text);
  }

  private send(productId: string, text: string): void {
    const counts = this.matches.of(productId);
    for (const reader of this.readers('matches', productId)) if (reader.send(text)) counts.sent += 1;
  }

  private readers(channel: 'matches' | 'ticker', productId: string): FeedConnection[] {
    return [...this.connections.values()].filter(({ ending, subscriptions }) => ending === null && subscriptions.has(channel, productId));
  }
}
