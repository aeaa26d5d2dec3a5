import { MARKET_SCHEMA } from '@elias/contracts';
import type { Dataset } from '@elias/market-data';
import { isShadowName } from '../shadow/shadow-store.js';
import type { WindowFilter } from './archived-windows.js';
import { ReplayRefusedError } from './replay-item.js';
import type { RangeEnd } from './topic-range.js';

/** Options of the command, as they were given. */
export interface ReplayOptions {
  readonly fromArchives?: true;
  readonly fromTopic?: string;
  readonly from?: RangeEnd;
  readonly to?: RangeEnd;
  readonly dataset?: Dataset;
  readonly products?: readonly string[];
  readonly granularity?: number;
  readonly store?: 'rds' | 'redshift' | 'none';
  readonly schema?: string;
  readonly intoTopic?: string;
  readonly as: 'windows' | 'events';
  readonly speed: number;
  readonly compare?: true;
  readonly promote?: true;
  readonly yes?: true;
  readonly drop?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

export type ReplaySource =
  | { readonly kind: 'archives'; readonly filter: WindowFilter }
  | {
      readonly kind: 'topic';
      readonly topic: string;
      readonly from: RangeEnd | null;
      readonly to: RangeEnd | null;
      readonly filter: WindowFilter;
    };

export type ReplayTarget =
  | { readonly kind: 'store'; readonly store: 'rds' | 'redshift'; readonly schema: string }
  | { readonly kind: 'topic'; readonly topic: string; readonly as: 'windows' | 'events' }
  | { readonly kind: 'none' };

/** What is to be done, and in which order. */
export interface ReplayPlan {
  /** null where only a shadow that is there is looked at */
  readonly source: ReplaySource | null;
  readonly target: ReplayTarget;
  /** multiple of the speed at which it happened; Infinity: as fast as it goes */
  readonly speed: number;
}

/** Makes sense of the options. @throws ReplayRefusedError when they make none */
export function planReplay(options: ReplayOptions): ReplayPlan {
  const target = targetOf(options);
  const source = sourceOf(options);
  const shadow = target.kind === 'store' && target.schema !== MARKET_SCHEMA;
  const afterwards = options.compare === true || options.promote === true || options.drop === true;
  if (afterwards && !shadow) refuse('--compare, --promote and --drop need a store and a --schema other than market');
  if (source === null && !afterwards) refuse('what is to be replayed: --from-archives or --from-topic');
  if (source?.kind === 'topic' && target.kind === 'topic' && source.topic === target.topic) refuse('a topic is not replayed into itself');
  if (source?.kind === 'topic' && target.kind === 'topic' && target.as === 'events' && options.speed !== Infinity)
    refuse('events at a pace of their own come from archives, which tell them in the order of time');
  return { source, target, speed: options.speed };
}

function sourceOf({ fromArchives, fromTopic, from, to, dataset, products, granularity }: ReplayOptions): ReplaySource | null {
  const filter = { dataset: dataset ?? null, products: products ?? null, granularity: granularity ?? null, fromMs: null, toMs: null };
  if (fromArchives === true && fromTopic !== undefined) refuse('either --from-archives or --from-topic');
  if (fromTopic !== undefined) return { kind: 'topic', topic: fromTopic, from: from ?? null, to: to ?? null, filter };
  if (fromArchives !== true) return null;
  const [fromMs, toMs] = [from, to].map((end) => {
    if (end === undefined) return null;
    return end.kind === 'time' ? end.atMs : refuse('offsets are of a topic; archives are named by time');
  }) as [number | null, number | null];
  if (fromMs !== null && toMs !== null && fromMs >= toMs) refuse('a range ends after it begins');
  return { kind: 'archives', filter: { ...filter, fromMs, toMs } };
}

function targetOf({ store, schema, intoTopic, as }: ReplayOptions): ReplayTarget {
  if (store !== undefined && intoTopic !== undefined) refuse('either --store or --into-topic');
  if (intoTopic !== undefined) return { kind: 'topic', topic: intoTopic, as };
  if (as === 'events') refuse('single events go --into-topic');
  if (store === undefined) return refuse('where to: --store rds, redshift or none, or --into-topic');
  if (store === 'none') return { kind: 'none' };
  const into = schema ?? MARKET_SCHEMA;
  if (into !== MARKET_SCHEMA && !isShadowName(into)) refuse(`no name for a schema of one's own: ${into}`);
  return { kind: 'store', store, schema: into };
}

function refuse(why: string): never {
  throw new ReplayRefusedError(why);
}
