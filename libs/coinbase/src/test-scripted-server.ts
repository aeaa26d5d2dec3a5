import { createServer } from 'node:http';
import type { IncomingHttpHeaders, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** connection that it came by, counted from 0 */
  readonly connection: number;
  readonly atMs: number;
}

export type Answer = (response: ServerResponse, asked: Asked) => void;

/** An exchange for tests on this machine: answers from a script, one step per request, the last step for ever. */
export class ScriptedServer {
  readonly asked: Asked[] = [];
  private readonly connections = new Map<object, number>();
  private script: Answer[] = [];
  private readonly server = createServer(((request, response) => {
    if (!this.connections.has(request.socket)) this.connections.set(request.socket, this.connections.size);
    const asked = {
      url: request.url ?? '',
      headers: request.headers,
      connection: this.connections.get(request.socket)!,
      atMs: performance.now(),
    };
    const answer = this.script[Math.min(this.asked.length, this.script.length - 1)];
    this.asked.push(asked);
    answer?.(response, asked);
  }) satisfies RequestListener);

  answers(...script: Answer[]): this {
    this.script = script;
    return this;
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** An answer with its status, body and headers. */
export function say(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
    response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  };
}
