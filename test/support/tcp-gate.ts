import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** A TCP server passed through, which can be shut, or cut at an exact answer. */
export class TcpGate {
  /** looks at what the server answers; `cut` ends the connection instead of handing it on */
  onAnswer: (bytes: Buffer) => 'pass' | 'cut' = () => 'pass';
  private readonly sockets = new Set<Socket>();
  private open = true;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async before(host: string, port: number): Promise<TcpGate> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const gate = new TcpGate(server, (server.address() as AddressInfo).port);
    server.on('connection', (client) => gate.pass(client, connect({ host, port })));
    return gate;
  }

  /** Ends every connection, and each new one at once, until it is opened again. */
  shut(): void {
    this.open = false;
    for (const socket of this.sockets) socket.destroy();
  }

  reopen(): void {
    this.open = true;
  }

  async close(): Promise<void> {
    this.shut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private pass(client: Socket, server: Socket): void {
    if (!this.open) {
      client.destroy();
      server.destroy();
      return;
    }
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        this.sockets.delete(socket);
        end();
      });
    }
    client.on('data', (bytes) => {
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      if (this.onAnswer(bytes) === 'cut') end();
      else client.write(bytes);
    });
  }
}
