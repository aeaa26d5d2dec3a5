import { setTimeout as sleep } from 'node:timers/promises';
import type { Position } from '@elias/contracts';
import { WebSocket } from 'ws';

export interface ToldEvent {
  type: string;
  data: Record<string, unknown>;
  ce_id: string;
  position: Position;
}
export interface ToldMessage {
  type: string;
  code?: string;
  positions?: Position[];
  [field: string]: unknown;
}

/** A client of the gateway over WebSocket, as anybody would write it. */
export class GatewayClient {
  readonly events: ToldEvent[] = [];
  readonly messages: ToldMessage[] = [];
  /** close code and reason, once it is closed */
  readonly closed: Promise<{ code: number; reason: string }>;
  private readonly last = new Map<string, Position>();

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (bytes: Buffer) => this.take(JSON.parse(bytes.toString()) as ToldMessage));
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })));
  }

  /** @throws Error with the HTTP status when it is not let in */
  static async to(url: string, headers: Record<string, string> = {}): Promise<GatewayClient> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, { headers });
    const client = new GatewayClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('unexpected-response', (_request, response) => {
        reject(new Error(`HTTP ${response.statusCode}`));
        response.resume();
        socket.terminate();
      });
      socket.once('error', reject);
    });
    return client;
  }

  say(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Asks, and waits until it is answered. */
  async subscribe(products: string[], types: string[], from?: unknown): Promise<ToldMessage> {
    const seen = this.messages.length;
    this.say({ type: 'subscribe', products, types, ...(from === undefined ? {} : { from }) });
    await this.until(() => this.messages.length > seen, 'an answer');
    return this.messages[seen]!;
  }

  /** Where to go on: the last position of each partition. */
  get positions(): Position[] {
    return [...this.last.values()];
  }

  ids(product: string): number[] {
    return this.events.flatMap(({ data }) => (data['product_id'] === product ? [Number(data['trade_id'])] : []));
  }

  async until(holds: () => boolean, what: string, withinMs = 30_000): Promise<void> {
    for (const deadline = performance.now() + withinMs; !holds(); await sleep(10)) {
      if (performance.now() < deadline) continue;
      const told = JSON.stringify(this.messages.slice(-3));
      throw new Error(`the client did not get ${what}: ${this.events.length} events, ${told}`);
    }
  }

  close(): void {
    this.socket.terminate();
  }

  private take(message: ToldMessage): void {
    if ('position' in message) {
      const event = message as unknown as ToldEvent;
      this.events.push(event);
      this.remember(event.position);
    } else {
      this.messages.push(message);
      for (const position of message.positions ?? []) this.remember(position);
    }
  }

  private remember(position: Position): void {
    this.last.set(`${position.topic}/${position.partition}`, position);
  }
}

/** A client of the event stream. */
export class StreamClient {
  readonly events: { id: string; type: string; data: ToldEvent & ToldMessage }[] = [];
  readonly ended: Promise<void>;
  private readonly abort = new AbortController();

  private constructor(
    readonly response: Response,
    signal: AbortController,
  ) {
    this.abort = signal;
    this.ended = this.read().catch(() => undefined);
  }

  static async to(url: string, query: string, headers: Record<string, string> = {}): Promise<StreamClient> {
    const abort = new AbortController();
    return new StreamClient(await fetch(`${url}/stream?${query}`, { headers, signal: abort.signal }), abort);
  }

  get lastId(): string {
    return this.events.findLast(({ id }) => id !== '')?.id ?? '';
  }

  ids(): number[] {
    return this.events.flatMap(({ type, data }) => (type === 'live.trade' ? [Number(data.data['trade_id'])] : []));
  }

  close(): void {
    this.abort.abort();
  }

  private async read(): Promise<void> {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of this.response.body!) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const parts = text.split('\n\n');
      text = parts.pop()!;
      for (const part of parts) this.take(part);
    }
  }

  private take(part: string): void {
    const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(part)?.[1] ?? '';
    if (field('data') === '') return;
    this.events.push({ id: field('id'), type: field('event'), data: JSON.parse(field('data')) as ToldEvent & ToldMessage });
  }
}
