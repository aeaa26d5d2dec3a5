import type { ReplayOptions } from './replay-plan.js';
import { planReplay } from './replay-plan.js';

const GIVEN: ReplayOptions = { as: 'windows', speed: Infinity };
const time = (text: string) => ({ kind: 'time' as const, atMs: Date.parse(text) });

it('archives go to the tables of a store', () => {
  const { source, target } = planReplay({ ...GIVEN, fromArchives: true, store: 'rds', from: time('2023-12-01'), products: ['BTC-USD'] });
  expect(target).toEqual({ kind: 'store', store: 'rds', schema: 'market' });
  expect(source).toMatchObject({ kind: 'archives', filter: { fromMs: Date.parse('2023-12-01'), toMs: null, products: ['BTC-USD'] } });
});

it('a shadow that is there is compared without a source', () => {
  expect(planReplay({ ...GIVEN, store: 'redshift', schema: 'shadow', compare: true }).source).toBeNull();
});

it.each<[string, Partial<ReplayOptions>]>([
  ['--from-archives or --from-topic', { store: 'rds' }],
  ['either --from-archives or', { fromArchives: true, fromTopic: 'a', store: 'rds' }],
  ['where to', { fromArchives: true }],
  ['either --store or', { fromArchives: true, store: 'rds', intoTopic: 'a' }],
  ['into itself', { fromTopic: 'a', intoTopic: 'a' }],
  ['single events go', { fromArchives: true, store: 'rds', as: 'events' }],
  ['come from archives', { fromTopic: 'a', intoTopic: 'b', as: 'events', speed: 2 }],
  ['other than market', { fromArchives: true, store: 'rds', compare: true }],
  ['other than market', { fromArchives: true, store: 'rds', schema: 'market', promote: true }],
  ['no name', { fromArchives: true, store: 'rds', schema: 'live' }],
  ['no name', { fromArchives: true, store: 'rds', schema: 'pg_shadow' }],
  ['no name', { fromArchives: true, store: 'rds', schema: 'a; drop' }],
  ['ends after', { fromArchives: true, store: 'rds', from: time('2023-12-02'), to: time('2023-12-01') }],
  ['offsets are of a topic', { fromArchives: true, store: 'rds', from: { kind: 'offsets', offsets: new Map() } }],
])('refuses what makes no sense: %s', (why, options) => {
  expect(() => planReplay({ ...GIVEN, ...options })).toThrow(why);
});
