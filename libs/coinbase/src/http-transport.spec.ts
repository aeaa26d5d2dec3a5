import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import { HttpTransport } from './http-transport.js';
import { ScriptedServer, say } from './test-scripted-server.js';

const options = { connections: 2, timeoutMs: 1_000, userAgent: 'elias/test' };
const PROXY_SETTINGS = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'];

describe('through a proxy', () => {
  const before = Object.fromEntries(PROXY_SETTINGS.map((name) => [name, process.env[name]]));
  const asked: string[] = [];
  let proxy: Server;
  let exchange: ScriptedServer;
  let exchangeUrl: string;

  beforeEach(async () => {
    exchange = new ScriptedServer().answers(say(200, '[]'));
    exchangeUrl = await exchange.listen();
    asked.length = 0;
    const toExchange = (client: Socket): void => {
      const upstream = connect(Number(new URL(exchangeUrl).port), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        client.pipe(upstream).pipe(client);
      });
      client.on('error', () => upstream.destroy());
      upstream.on('error', () => client.destroy());
    };
    proxy = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end('[]');
    }).on('connect', (request, client) => {
      asked.push(`CONNECT ${request.url}`);
      toExchange(client as Socket);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    for (const name of PROXY_SETTINGS) delete process.env[name];
    process.env.HTTP_PROXY = process.env.HTTPS_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    for (const name of PROXY_SETTINGS) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
    await exchange.close();
  });

  it('goes what is far away', async () => {
    const transport = new HttpTransport({ ...options, url: 'http://exchange.invalid' });
    expect((await transport.get('/time')).status).toBe(200);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain('exchange.invalid');
    await transport.close();
  });

  it('and what is encrypted, which the proxy does not see', async () => {
    const transport = new HttpTransport({ ...options, url: 'https://exchange.invalid' });
    await expect(transport.get('/time')).rejects.toThrow();
    expect(asked).toEqual(['CONNECT exchange.invalid:443']);
    await transport.close();
  });

  it('does not go what is on this machine', async () => {
    const transport = new HttpTransport({ ...options, url: exchangeUrl });
    expect((await transport.get('/time')).status).toBe(200);
    expect(asked).toEqual([]);
    expect(exchange.asked).toHaveLength(1);
    await transport.close();
  });
});

it('keeps the path that the address has', async () => {
  const server = new ScriptedServer().answers(say(200, '[]'));
  const transport = new HttpTransport({ ...options, url: `${await server.listen()}/coinbase/` });
  await transport.get('/products?x=1');
  expect(server.asked[0]!.url).toBe('/coinbase/products?x=1');
  await transport.close();
  await server.close();
});

it('does not read an answer without end', async () => {
  const server = new ScriptedServer().answers((response) => {
    const megabyte = Buffer.alloc(1024 * 1024, ' ');
    const pour = (): void => void (response.destroyed || response.write(megabyte, pour));
    pour();
  });
  const transport = new HttpTransport({ ...options, timeoutMs: 10_000, url: await server.listen() });
  await expect(transport.get('/')).rejects.toThrow(/max size/i);
  await transport.close();
  await server.close();
});
