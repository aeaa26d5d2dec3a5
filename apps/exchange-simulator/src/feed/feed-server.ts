import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { WebSocketServer } from 'ws';
import { RateLimit } from '../control/rate-limit.js';
import { TokenBucket } from '../control/token-bucket.js';
import { Feed } from './feed.js';

/** Longest message of a client; a longer one closes the connection with 1009. */
const MESSAGE_BYTES_MAX = 65_536;
/** New connections per second and address. Source: Coinbase Exchange, "WebSocket rate limits". */
const CONNECTIONS_PER_SECOND = 8;
const ADDRESSES_MAX = 10_000;

/** The feed on the HTTP server's own port: an upgrade of `/`. */
@Injectable()
export class FeedServer implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX, autoPong: false });
  private buckets = new Map<string, TokenBucket>();

  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(Feed) private readonly feed: Feed,
    @Inject(RateLimit) private readonly limit: RateLimit,
  ) {}

  onApplicationBootstrap(): void {
    const server = this.host.httpAdapter.getHttpServer() as Server;
    server.on('upgrade', (request, stream, head) => this.upgrade(request, stream, head));
  }

  onModuleDestroy(): void {
    this.feed.close();
    this.sockets.close();
  }

  private upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const address = request.socket.remoteAddress ?? '';
    stream.on('error', () => stream.destroy());
    if ((request.url ?? '/').split('?', 1)[0] !== '/') return refuse(stream, '404 Not Found');
    if (this.limit.settings.enabled && !this.allows(address)) return refuse(stream, '429 Too Many Requests');
    this.sockets.handleUpgrade(request, stream, head, (socket) => this.feed.accept(socket, stream, address));
  }

  private allows(address: string): boolean {
    const nowMs = performance.now();
    if (this.buckets.size >= ADDRESSES_MAX) this.buckets = new Map();
    const bucket = this.buckets.get(address) ?? new TokenBucket(CONNECTIONS_PER_SECOND, CONNECTIONS_PER_SECOND, nowMs);
    this.buckets.set(address, bucket);
    return bucket.take(nowMs);
  }
}

function refuse(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
