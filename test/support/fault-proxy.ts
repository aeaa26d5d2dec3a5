import { createServer, request as ask } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FaultProxyHooks {
  /** before the server sees the request; `cut` ends the connection instead */
  before?: (request: IncomingMessage) => 'pass' | 'cut';
  /** after the server did it, before the client hears of it; `swallow` ends the connection instead of answering */
  after?: (request: IncomingMessage, status: number) => 'answer' | 'swallow';
}

/** An HTTP server passed through, with faults at exact points. */
export class FaultProxy {
  hooks: FaultProxyHooks = {};
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async before(target: string): Promise<FaultProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new FaultProxy(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const { hostname, port } = new URL(target);
    server.on('request', (request, response) => {
      if (proxy.hooks.before?.(request) === 'cut') return void request.socket.destroy();
      const { method, url, headers } = request;
      const passed = ask({ hostname, port, method, path: url, headers }, (answer) => {
        const status = answer.statusCode ?? 502;
        if (proxy.hooks.after?.(request, status) === 'swallow') {
          answer.resume();
          return void request.socket.destroy();
        }
        response.writeHead(status, answer.headers);
        answer.pipe(response);
      });
      passed.on('error', () => request.socket.destroy());
      request.on('error', () => passed.destroy());
      request.pipe(passed);
    });
    return proxy;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
