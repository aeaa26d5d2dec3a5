import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

export interface Asked {
  readonly type: string;
  readonly product_ids: readonly string[];
  readonly channels: readonly string[];
}

/** One client of the scripted feed. */
export class FeedGuest {
  readonly asked: Asked[] = [];
  /** what it is subscribed to, by the exchange's word */
  readonly has = new Set<string>();
  closeCode: number | null = null;

  constructor(
    readonly socket: WebSocket,
    readonly userAgent: string | undefined,
  ) {}

  say(...told: readonly unknown[]): void {
    for (const each of told) this.socket.send(typeof each === 'string' ? each : JSON.stringify(each));
  }

  /** The cumulative answer. */
  acknowledge(channels: readonly string[] = ['heartbeat', 'matches', 'ticker']): void {
    this.say({ type: 'subscriptions', channels: channels.map((name) => ({ name, product_ids: [...this.has] })) });
  }

  refuse(reason: string): void {
    this.say({ type: 'error', message: 'Failed to subscribe', reason });
  }

  /** Cuts the connection as the net does, without a goodbye. */
  cut(): void {
    this.socket.terminate();
  }

  /** Cuts it in the middle of a text frame of 100 bytes. */
  cutInMidMessage(begin: string): void {
    const { _socket: wire } = this.socket as unknown as { _socket: { write(bytes: Buffer): void; destroySoon(): void } };
    wire.write(Buffer.concat([Buffer.from([0x81, 100]), Buffer.from(begin)]));
    wire.destroySoon();
  }
}

/** A feed on loopback that does as the test says; left alone it acknowledges what it is asked. */
export class ScriptedFeed {
  readonly guests: FeedGuest[] = [];
  onAsked: (guest: FeedGuest, asked: Asked) => void = (guest, asked) => this.grant(guest, asked);
  onConnected: (guest: FeedGuest) => void = () => undefined;
  private readonly server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  private readonly changed = new Set<() => void>();

  async listen(): Promise<string> {
    this.server.on('connection', (socket, request) => {
      const guest = new FeedGuest(socket, request.headers['user-agent']);
      this.guests.push(guest);
      socket.on('error', () => undefined);
      socket.on('message', (data: Buffer) => {
        const asked = JSON.parse(data.toString()) as Asked;
        guest.asked.push(asked);
        this.onAsked(guest, asked);
        this.tell();
      });
      socket.on('close', (code: number) => {
        guest.closeCode = code;
        this.tell();
      });
      this.onConnected(guest);
      this.tell();
    });
    if (this.server.address() === null) await once(this.server, 'listening');
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** As the exchange answers a request that it likes. */
  grant(guest: FeedGuest, { type, product_ids }: Asked): void {
    for (const id of product_ids)
      if (type === 'subscribe') guest.has.add(id);
      else guest.has.delete(id);
    guest.acknowledge();
  }

  /** Resolves when what is looked for is there, whenever something happens here. */
  async until<T>(look: () => T | undefined | false): Promise<T> {
    for (;;) {
      const found = look();
      if (found !== undefined && found !== false) return found;
      await new Promise<void>((resolve) => {
        const woken = (): void => {
          this.changed.delete(woken);
          resolve();
        };
        this.changed.add(woken);
      });
    }
  }

  guest(index: number): Promise<FeedGuest> {
    return this.until(() => this.guests[index]);
  }

  async close(): Promise<void> {
    for (const { socket } of this.guests) socket.terminate();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private tell(): void {
    for (const woken of [...this.changed]) woken();
  }
}
