import { CHANNELS } from './client-message.js';
import type { Channel, ClientOrder } from './client-message.js';

/** What one connection is subscribed to. */
export class Subscriptions {
  private readonly channels = new Map<Channel, Set<string>>(CHANNELS.map((channel) => [channel, new Set<string>()]));

  /** Carries out an order. @returns what it added */
  apply({ type, wanted }: ClientOrder): { channel: Channel; productId: string }[] {
    const added: { channel: Channel; productId: string }[] = [];
    for (const { channel, productIds } of wanted) {
      const products = this.of(channel);
      for (const productId of productIds ?? [...products]) {
        if (type === 'unsubscribe') products.delete(productId);
        else if (!products.has(productId)) added.push({ channel, productId });
        if (type === 'subscribe') products.add(productId);
      }
    }
    return added;
  }

  has(channel: Channel, productId: string): boolean {
    return this.of(channel).has(productId);
  }

  /** Products of any channel. */
  products(): Set<string> {
    return new Set(CHANNELS.flatMap((channel) => [...this.of(channel)]));
  }

  /** The cumulative answer: all that the connection has, whatever was asked last. */
  list(): { name: Channel; product_ids: string[] }[] {
    return CHANNELS.map((name) => ({ name, product_ids: [...this.of(name)] })).filter((entry) => entry.product_ids.length > 0);
  }

  private of(channel: Channel): Set<string> {
    const products = this.channels.get(channel);
    if (products === undefined) throw new RangeError(`no channel ${channel}`);
    return products;
  }
}
