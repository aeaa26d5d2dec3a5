import type { IncomingMessage } from 'node:http';
import { Inject } from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { OnGatewayConnection, OnGatewayDisconnect } from '@nestjs/websockets';
import type { ClientMessage } from '@elias/contracts';
import type { WebSocket } from 'ws';
import type { Session } from '../subscribe/session.js';
import { Sessions } from '../subscribe/sessions.js';
import { SocketSink } from './socket-sink.js';

export const WEBSOCKET_PATH = '/ws';

@WebSocketGateway({ path: WEBSOCKET_PATH })
export class MarketGateway implements OnGatewayConnection<WebSocket>, OnGatewayDisconnect<WebSocket> {
  private readonly clients = new WeakMap<WebSocket, Session>();

  constructor(@Inject(Sessions) private readonly sessions: Sessions) {}

  handleConnection(client: WebSocket, request: IncomingMessage): void {
    this.clients.set(client, this.sessions.join(new SocketSink(client, request.socket)));
  }

  handleDisconnect(client: WebSocket): void {
    const session = this.clients.get(client);
    if (session !== undefined) this.sessions.leave(session);
  }

  @SubscribeMessage('message')
  onMessage(@ConnectedSocket() client: WebSocket, @MessageBody() message: ClientMessage): void {
    this.clients.get(client)?.take(message);
  }

  @SubscribeMessage('refused')
  onRefused(@ConnectedSocket() client: WebSocket, @MessageBody() reason: string): void {
    this.clients.get(client)?.refuse(reason);
  }
}
