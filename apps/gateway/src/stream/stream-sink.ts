import type { ServerResponse } from 'node:http';
import type { GatewayEventType, ServerMessage } from '@elias/contracts';
import type { EndCode, Sink } from '../subscribe/sink.js';

/** How long a client may take to read why its stream ends. */
const END_WITHIN_MS = 2_000;
const END_OF_EVENT = Buffer.from('\n\n');

/** A client of the event stream. Where it can go on is the id of each event, which browsers send when they come again. */
export class StreamSink implements Sink {
  constructor(private readonly response: ServerResponse) {}

  get bufferedBytes(): number {
    return this.response.writableLength;
  }

  event(type: GatewayEventType, text: Buffer, place: () => string): void {
    this.response.write(Buffer.concat([Buffer.from(`id: ${place()}\nevent: ${type}\ndata: `), text, END_OF_EVENT]));
  }

  message(message: ServerMessage, place: () => string): void {
    const id = place();
    this.response.write(`${id === '' ? '' : `id: ${id}\n`}event: ${message.type}\ndata: ${JSON.stringify(message)}\n\n`);
  }

  together<T>(write: () => T): T {
    this.response.cork();
    try {
      return write();
    } finally {
      this.response.uncork();
    }
  }

  onceDrained(listener: () => void): () => void {
    this.response.once('drain', listener);
    return () => this.response.off('drain', listener);
  }

  /** Whoever does not read it is cut once the socket is full. */
  ping(): void {
    this.response.write(': \n\n');
  }

  end(code: EndCode, message: string): void {
    const { response } = this;
    // without an id: the client keeps that of the last event
    if (code !== 'stopping') response.write(`event: error\ndata: ${JSON.stringify({ type: 'error', code, message })}\n\n`);
    response.end();
    setTimeout(() => response.destroy(), END_WITHIN_MS).unref();
  }
}
