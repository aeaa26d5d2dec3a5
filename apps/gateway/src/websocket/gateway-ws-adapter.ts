import type { IncomingMessage } from 'node:http';
import type { INestApplicationContext } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import type { Logger } from '@elias/telemetry';
import type { WebSocket, WebSocketServer } from 'ws';
import { parseClientMessage } from './parse-client-message.js';

export interface AdapterOptions {
  /** a larger message ends its connection (close code 1009) */
  messageBytesMax: number;
  /** why a client may not come in, as an HTTP status; null when it may */
  refusal: (request: IncomingMessage) => 401 | 403 | 503 | null;
  logger: Logger;
}

/** Nest's adapter of `ws`, with our bounds, our messages, and a door. */
export class GatewayWsAdapter extends WsAdapter {
  constructor(
    app: INestApplicationContext,
    private readonly given: AdapterOptions,
  ) {
    super(app, { messageParser: parseClientMessage });
  }

  override create(port: number, options: { path?: string } = {}): unknown {
    const { messageBytesMax, refusal } = this.given;
    return super.create(port, {
      ...options,
      maxPayload: messageBytesMax,
      perMessageDeflate: false,
      verifyClient: ({ req }: { req: IncomingMessage }, answer: (come: boolean, status?: number) => void) => {
        const status = refusal(req);
        if (status === null) answer(true);
        else answer(false, status);
      },
    });
  }

  /** What clients do wrong is theirs, and no fault of this service. */
  override bindErrorHandler(server: WebSocketServer): WebSocketServer {
    const { logger } = this.given;
    server.on('connection', (client: WebSocket) => client.on('error', (error) => logger.debug({ error }, 'a client broke its connection')));
    server.on('error', (error) => logger.error({ error }, 'the WebSocket server failed'));
    return server;
  }
}
