import type { Logger } from '@elias/telemetry';
import type { GatewayMetrics } from '../gateway-metrics.js';
import { Session } from './session.js';
import type { Past, SessionLimits } from './session.js';
import type { EndCode, Sink } from './sink.js';

export interface SessionsParts {
  clientsMax: number;
  limits: SessionLimits;
  past: Past;
  metrics: GatewayMetrics;
  logger: Logger;
}

/** Every client that is connected, whatever by. */
export class Sessions {
  private readonly sessions = new Set<Session>();
  private closed = false;

  constructor(private readonly parts: SessionsParts) {}

  /** Whether nobody else may come. */
  get full(): boolean {
    return this.closed || this.sessions.size >= this.parts.clientsMax;
  }

  /** The caller has looked whether there is room, and calls `leave` when the connection ends. */
  join(sink: Sink): Session {
    const { limits, past, metrics, logger } = this.parts;
    const session = new Session({
      sink,
      limits,
      past,
      onSent: (type) => metrics.sent(type),
      onCut: (reason) => metrics.cut(reason),
      onBug: (error) => logger.error({ error }, 'a subscription failed in a way that is not foreseen'),
    });
    this.sessions.add(session);
    metrics.clients(this.sessions.size);
    return session;
  }

  leave(session: Session): void {
    session.close();
    if (this.sessions.delete(session)) this.parts.metrics.clients(this.sessions.size);
  }

  ping(): void {
    for (const { sink } of this.sessions) sink.ping();
  }

  /** Tells everybody why, and ends their connections; they may come again and go on where they were. */
  cutAll(code: EndCode, message: string): void {
    for (const session of this.sessions) session.cut(code, message);
  }

  /** For good. */
  close(): void {
    this.closed = true;
    this.cutAll('stopping', 'the gateway stops');
  }
}
