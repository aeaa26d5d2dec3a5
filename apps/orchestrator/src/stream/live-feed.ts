import { isRetryable } from '@elias/errors';
import type { Logger } from '@elias/telemetry';
import { StreamFullError } from './stream-errors.js';

/** Whoever listens. */
export interface FeedClient {
  /** @returns false when it is too slow to be kept */
  write(text: string): boolean;
  end(): void;
}

/** What is told, as it stands now. */
export interface FeedSources {
  services(): Promise<unknown>;
  alarms(): Promise<unknown>;
  /** of the newest ones, by their ids, the newest first: what is another text once the run has changed */
  runMarks(): Promise<ReadonlyMap<string, string>>;
  /** those of these ids, each with its id */
  runsOf(runIds: readonly string[]): Promise<readonly { run_id: string }[]>;
}

export interface FeedOptions {
  pollMs: number;
  heartbeatMs: number;
  clientsMax: number;
}

export const FEED: FeedOptions = { pollMs: 2_000, heartbeatMs: 15_000, clientsMax: 100 };

/**
 * Tells everybody who listens what changes: services each time, alarms and runs when they changed. One look for all, and none while nobody
 * listens. A client that joins is told services and alarms at once, and from then on which runs change.
 */
export class LiveFeed {
  private readonly clients = new Set<FeedClient>();
  private timers: NodeJS.Timeout[] = [];
  private looking = false;
  private closed = false;
  private services: string | undefined;
  private alarms: string | undefined;
  private runMarks: ReadonlyMap<string, string> | undefined;

  constructor(
    private readonly sources: FeedSources,
    private readonly logger: Logger,
    private readonly options: FeedOptions = FEED,
  ) {}

  get size(): number {
    return this.clients.size;
  }

  /** @throws StreamFullError */
  makeRoom(): void {
    if (this.closed || this.clients.size >= this.options.clientsMax) throw new StreamFullError(this.options.clientsMax);
  }

  /** @throws StreamFullError */
  join(client: FeedClient): void {
    this.makeRoom();
    this.clients.add(client);
    if (this.clients.size === 1) this.begin();
    else for (const text of [this.services, this.alarms]) if (text !== undefined) this.tell(client, text);
  }

  leave(client: FeedClient): void {
    if (this.clients.delete(client) && this.clients.size === 0) this.rest();
  }

  /** Ends every client; nobody joins any more. */
  close(): void {
    this.closed = true;
    const clients = [...this.clients];
    this.clients.clear();
    this.rest();
    for (const client of clients) client.end();
  }

  private begin(): void {
    const { pollMs, heartbeatMs } = this.options;
    this.timers = [setInterval(() => void this.look(), pollMs), setInterval(() => this.tellAll(': \n\n'), heartbeatMs)];
    void this.look();
  }

  /** What was known is forgotten: it would be old when somebody listens again. */
  private rest(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.timers = [];
    this.services = this.alarms = this.runMarks = undefined;
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    const timers = this.timers;
    try {
      const [services, alarms, runMarks] = await Promise.all([this.sources.services(), this.sources.alarms(), this.sources.runMarks()]);
      const changed = changedRuns(this.runMarks, runMarks);
      const runs = changed.length === 0 ? [] : await this.sources.runsOf(changed);
      // whoever listened has gone meanwhile
      if (timers !== this.timers || this.clients.size === 0) return;
      this.compare(services, alarms);
      this.runMarks = runMarks;
      for (const id of changed) for (const run of runs) if (run.run_id === id) this.tellAll(eventText('run', run));
    } catch (error) {
      if (isRetryable(error)) this.logger.debug({ error }, 'the stream has nothing to tell while a store is away');
      else this.logger.error({ error }, 'the stream could not be fed');
    } finally {
      this.looking = false;
    }
  }

  private compare(services: unknown, alarms: unknown): void {
    this.services = eventText('services', services);
    this.tellAll(this.services);
    const text = eventText('alarms', alarms);
    if (text !== this.alarms) this.tellAll((this.alarms = text));
  }

  private tellAll(text: string): void {
    for (const client of this.clients) this.tell(client, text);
  }

  private tell(client: FeedClient, text: string): void {
    if (client.write(text)) return;
    this.leave(client);
    client.end();
  }
}

/** Ids of runs that are new or changed, the oldest first, as they came to be; none while nothing was known. */
function changedRuns(known: ReadonlyMap<string, string> | undefined, now: ReadonlyMap<string, string>): string[] {
  if (known === undefined) return [];
  return [...now].flatMap(([id, mark]) => (known.get(id) === mark ? [] : [id])).reverse();
}

/** One event as `text/event-stream` has it; JSON has no line breaks. */
export function eventText(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
