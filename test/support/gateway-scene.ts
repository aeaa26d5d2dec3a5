import { randomBytes } from 'node:crypto';
import { GatewayClient } from './gateway-client.js';
import { LiveFeed, madeTrade } from './made-live-events.js';
import { ServiceProcess } from './service-process.js';

/** A name that no other test has; events of others are in the same topics. */
export const ownProduct = (): string => `G${randomBytes(5).toString('hex').toUpperCase()}-USD`;

/** Gateways as processes, and a feed that publishes what they hand on. */
export class GatewayScene {
  readonly feed: LiveFeed;
  private readonly processes: ServiceProcess[] = [];
  private readonly clients: GatewayClient[] = [];

  constructor(private readonly brokers: string[]) {
    this.feed = new LiveFeed(brokers);
  }

  async start(settings: Record<string, string> = {}): Promise<ServiceProcess> {
    const gateway = new ServiceProcess('gateway', { KAFKA_BROKERS: this.brokers.join(','), LOG_LEVEL: 'warn', ...settings });
    this.processes.push(gateway);
    await gateway.ready();
    return gateway;
  }

  async client(gateway: ServiceProcess, headers: Record<string, string> = {}): Promise<GatewayClient> {
    const client = await GatewayClient.to(await gateway.url(), headers);
    this.clients.push(client);
    return client;
  }

  /** Publishes trades of one product with ids from 1 on, some at a time. */
  async publishTrades(
    product: string,
    { from = 1, count, atOnce = 100 }: { from?: number; count: number; atOnce?: number },
  ): Promise<void> {
    for (let id = from; id < from + count; id += atOnce) {
      await this.feed.publish(Array.from({ length: Math.min(atOnce, from + count - id) }, (_, i) => madeTrade(product, id + i)));
    }
  }

  /** Ends what a test started. */
  async end(): Promise<void> {
    for (const client of this.clients.splice(0)) client.close();
    await Promise.all(this.processes.splice(0).map((one) => one.end()));
  }

  async close(): Promise<void> {
    await this.end();
    await this.feed.close();
  }
}

/** 1, 2, … */
export const numbersTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
