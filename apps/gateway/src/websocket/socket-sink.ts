import type { Socket } from 'node:net';
import type { GatewayEventType, ServerMessage } from '@elias/contracts';
import type { WebSocket } from 'ws';
import type { EndCode, Sink } from '../subscribe/sink.js';

/** How long a client may take to read why its connection ends. */
const END_WITHIN_MS = 2_000;
/** Of a close frame, which has at most 123 bytes for it. */
const REASON_CHARS_MAX = 100;
/** Source: RFC 6455, 7.4.1, and IANA's registry of close codes. */
const CLOSE_CODES: Readonly<Partial<Record<EndCode, number>>> = {
  stopping: 1001,
  'too-many-bad-messages': 1008,
  failed: 1011,
  'too-slow': 1013,
  'records-lost': 1013,
};

/** A client over WebSocket. Positions are in the events themselves. */
export class SocketSink implements Sink {
  private answered = true;

  /** @param socket what the WebSocket writes to */
  constructor(
    private readonly client: WebSocket,
    private readonly socket: Socket,
  ) {
    client.on('pong', () => (this.answered = true));
  }

  get bufferedBytes(): number {
    return this.client.bufferedAmount;
  }

  event(_type: GatewayEventType, text: Buffer): void {
    this.client.send(text, { binary: false });
  }

  message(message: ServerMessage): void {
    if (this.client.readyState === this.client.OPEN) this.client.send(JSON.stringify(message));
  }

  together<T>(write: () => T): T {
    this.socket.cork();
    try {
      return write();
    } finally {
      this.socket.uncork();
    }
  }

  onceDrained(listener: () => void): () => void {
    this.socket.once('drain', listener);
    return () => this.socket.off('drain', listener);
  }

  ping(): void {
    if (!this.answered) return this.client.terminate();
    this.answered = false;
    if (this.client.readyState === this.client.OPEN) this.client.ping();
  }

  end(code: EndCode, message: string): void {
    if (code !== 'stopping') this.message({ type: 'error', code, message });
    this.client.close(CLOSE_CODES[code] ?? 1011, message.slice(0, REASON_CHARS_MAX));
    setTimeout(() => this.client.terminate(), END_WITHIN_MS).unref();
  }
}
