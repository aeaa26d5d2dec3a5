/** Channels that every product is subscribed to. */
export const FEED_CHANNELS = ['heartbeat', 'matches', 'ticker'] as const;

/** One message to the exchange; the next goes when this one is answered, since answers do not say to what they are one. */
export interface SubscriptionRequest {
  readonly type: 'subscribe' | 'unsubscribe';
  readonly productIds: readonly string[];
}

export interface RefusedProduct {
  readonly productId: string;
  readonly reason: string;
  /** the exchange named it; else it was alone when the exchange refused, and is asked for again later */
  readonly named: boolean;
}

type Channels = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Which products are to be subscribed to, and what to ask next. One bad product spoils a whole request at the exchange: the one that the
 * error names is left out; where it names none, the request is halved until the bad ones stand alone. What was learnt outlives the
 * connection.
 */
export class SubscriptionPlan {
  private readonly wanted = new Set<string>();
  private readonly refused = new Map<string, RefusedProduct>();
  private readonly leaving = new Set<string>();
  private confirmed = new Set<string>();
  /** parts of a request that was refused, each to be asked by itself */
  private suspects: string[][] = [];
  private asked: SubscriptionRequest | null = null;
  private answers = 0;

  /** Of a product that was refused: it is asked for again. */
  add(productIds: Iterable<string>): void {
    for (const productId of productIds) {
      this.wanted.add(productId);
      this.refused.delete(productId);
    }
  }

  remove(productIds: Iterable<string>): void {
    for (const productId of productIds) {
      if (!this.wanted.delete(productId)) continue;
      const asked = this.asked?.type === 'subscribe' && this.asked.productIds.includes(productId);
      if (this.confirmed.delete(productId) || asked) this.leaving.add(productId);
      this.refused.delete(productId);
    }
    this.suspects = this.suspects.map((part) => part.filter((id) => this.wanted.has(id))).filter((part) => part.length > 0);
  }

  wants(productId: string): boolean {
    return this.wanted.has(productId);
  }

  /** Whether data of it may still come, though it is wanted no more. */
  leaves(productId: string): boolean {
    return this.leaving.has(productId);
  }

  /** Products that a connection is worth opening for. */
  get askableCount(): number {
    return this.wanted.size - this.refused.size;
  }

  get confirmedCount(): number {
    return this.confirmed.size;
  }

  /** Whether products wait to be asked for again, see `retryUnnamed`. */
  get hasUnnamed(): boolean {
    return [...this.refused.values()].some(({ named }) => !named);
  }

  /** Whether an answer is awaited. */
  get waiting(): boolean {
    return this.asked !== null;
  }

  /** @returns null while an answer is awaited, and when there is nothing to ask */
  next(): SubscriptionRequest | null {
    if (this.asked !== null) return null;
    const leaving = [...this.leaving].filter((id) => !this.wanted.has(id));
    if (leaving.length > 0) return this.ask({ type: 'unsubscribe', productIds: leaving });
    const suspected = new Set(this.suspects.flat());
    const fresh = [...this.wanted].filter((id) => !this.confirmed.has(id) && !this.refused.has(id) && !suspected.has(id));
    if (fresh.length > 0) return this.ask({ type: 'subscribe', productIds: fresh });
    const part = this.suspects.shift();
    return part === undefined ? null : this.ask({ type: 'subscribe', productIds: part });
  }

  /** The exchange's answer, which tells all that this connection has. */
  told(channels: Channels): void {
    this.answers++;
    const inAll = (id: string): boolean => FEED_CHANNELS.every((name) => channels.get(name)?.has(id) === true);
    const inAny = (id: string): boolean => FEED_CHANNELS.some((name) => channels.get(name)?.has(id) === true);
    this.confirmed = new Set([...this.wanted].filter(inAll));
    if (this.asked === null) return;
    const { type, productIds } = this.asked;
    const open = productIds.filter((id) => (type === 'subscribe' ? this.wanted.has(id) && !inAll(id) : inAny(id)));
    if (open.length > 0) return;
    if (type === 'unsubscribe') for (const id of productIds) this.leaving.delete(id);
    this.asked = null;
  }

  /** @returns products that are left out from now on */
  failed(reason: string): RefusedProduct[] {
    const asked = this.asked;
    this.asked = null;
    if (asked === null) return [];
    if (asked.type === 'unsubscribe') return this.forgetLeaving(asked.productIds);
    const wanted = asked.productIds.filter((id) => this.wanted.has(id));
    const said = new Set(reason.toUpperCase().split(/[^A-Z0-9-]+/));
    const named = wanted.filter((id) => said.has(id));
    const rest = wanted.filter((id) => !said.has(id));
    if (named.length > 0) {
      if (rest.length > 0) this.suspects.unshift(rest);
      return named.map((productId) => this.refuse({ productId, reason, named: true }));
    }
    return this.part(rest, reason);
  }

  /**
   * No whole answer came in time.
   * @returns products that are left out from now on; null when there was no answer at all, so that the connection is good for nothing
   */
  timedOut(): RefusedProduct[] | null {
    const asked = this.asked;
    if (asked === null) return [];
    if (this.answers === 0) return null;
    this.asked = null;
    if (asked.type === 'unsubscribe') return this.forgetLeaving(asked.productIds);
    const missing = asked.productIds.filter((id) => this.wanted.has(id) && !this.confirmed.has(id));
    return this.part(missing, 'the exchange did not confirm it');
  }

  /** Products that the exchange never named are asked for again, each by itself. */
  retryUnnamed(): void {
    for (const { productId, named } of this.refused.values()) {
      if (named) continue;
      this.refused.delete(productId);
      this.suspects.push([productId]);
    }
  }

  /** The connection is gone, and all that it had. */
  lost(): void {
    const asked = this.asked;
    this.asked = null;
    this.confirmed.clear();
    this.leaving.clear();
    const again = asked?.type === 'subscribe' && this.suspects.length > 0 ? asked.productIds.filter((id) => this.wanted.has(id)) : [];
    if (again.length > 0) this.suspects.unshift(again);
  }

  private ask(request: SubscriptionRequest): SubscriptionRequest {
    this.asked = request;
    this.answers = 0;
    return request;
  }

  private part(productIds: readonly string[], reason: string): RefusedProduct[] {
    if (productIds.length === 1) return [this.refuse({ productId: productIds[0]!, reason, named: false })];
    const middle = Math.ceil(productIds.length / 2);
    const halves = [productIds.slice(0, middle), productIds.slice(middle)].filter((half) => half.length > 0);
    this.suspects.unshift(...halves);
    return [];
  }

  private refuse(product: RefusedProduct): RefusedProduct {
    this.refused.set(product.productId, product);
    return product;
  }

  private forgetLeaving(productIds: readonly string[]): RefusedProduct[] {
    for (const id of productIds) this.leaving.delete(id);
    return [];
  }
}
