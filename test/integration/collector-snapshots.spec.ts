import { checkWindowCsv } from '@elias/archive';
import { TOPICS } from '@elias/contracts';
import { partitionOf } from '@elias/kafka';
import { CollectorScene } from '../support/collector-scene.js';
import type { PublishedWindow } from '../support/collector-scene.js';

const DAY = '2024-03-01';
const PRODUCTS = `products/_all/${DAY}`;
const STATS = `exchange_stats/_all/${DAY}`;
const NOW = '2024-03-02T00:15:00Z';
let scene: CollectorScene;

beforeAll(async () => {
  scene = await CollectorScene.open({ SIMULATOR_NOW: NOW });
  await (await scene.start({ COLLECTOR_REQUEST_DEADLINE_MS: '4000' })).ready();
});
afterAll(() => scene.close());
beforeEach(async () => {
  await scene.clearFaults();
  await scene.forgetProductEdits();
});

interface Answered {
  window: PublishedWindow | undefined;
  failed: { permanent: boolean; reason: string; detail: string } | undefined;
  rows: Record<string, string>[];
}

/** What comes of one request. */
async function collected(id: string, products?: readonly string[]): Promise<Answered> {
  const requestId = await scene.request(id, products === undefined ? {} : { products: [...products] });
  await scene.answered([requestId]);
  const window = scene.windows.find(({ facts }) => facts.requestId === requestId);
  if (window !== undefined) expect(checkWindowCsv(window.csv, window.facts)).toMatchObject({ kind: 'ok' });
  const [header = '', ...lines] = window?.csv.toString().trimEnd().split('\n') ?? [];
  const names = header.split(',');
  const rows = lines.map((line) => Object.fromEntries(line.split(',').map((field, i) => [names[i]!, field])));
  return { window, failed: scene.results.failed.find(({ request_id }) => request_id === requestId), rows };
}

describe('the list of products', () => {
  it('is one record on the stats topic, with every product of the exchange; the same list is the same CSV', async () => {
    const { window, rows } = await collected(PRODUCTS);
    expect(window!.record).toMatchObject({
      ...{ topic: TOPICS.windowsStats.name, key: PRODUCTS, partition: partitionOf('_all', TOPICS.windowsStats.partitions) },
      headers: { ce_type: 'window.collected', ce_subject: PRODUCTS, ce_source: '/elias/collector' },
    });
    expect(window!.facts).toMatchObject({ coverage: { present: 1, noTrade: 0, unknown: 0, open: 0 }, revision: { unknown: 0, open: 0 } });
    expect(window!.facts.revision.collectedAtMs - Date.parse(NOW)).toBeLessThan(120_000);
    for (const product_id of scene.products) {
      const base_currency = product_id.slice(0, -'-USD'.length);
      const row = {
        product_id,
        as_of_date: DAY,
        base_currency,
        quote_currency: 'USD',
        status: 'online',
        status_message: '',
        fx_stablecoin: 'false',
      };
      expect(rows.find((one) => one['product_id'] === product_id)).toMatchObject(row);
    }
    expect(rows.map((row) => row['product_id'])).toContain('BTC-USD');
    const again = await collected(PRODUCTS);
    expect(again.window!.csv.equals(window!.csv)).toBe(true);
    expect(again.window!.facts.revision.collectionId > window!.facts.revision.collectionId).toBe(true);
  });

  it('says what the exchange says now: a product that it delisted, one that it forgot', async () => {
    const [one, two] = scene.products;
    await scene.order('products', { product_id: one, status: 'delisted', status_message: 'gone for good', trading_disabled: true });
    await scene.order('products', { product_id: two, unknown: true });
    const { rows } = await collected(PRODUCTS);
    expect(rows.find((row) => row['product_id'] === one)).toMatchObject({
      status: 'delisted',
      status_message: 'gone for good',
      trading_disabled: 'true',
    });
    expect(rows.map((row) => row['product_id'])).not.toContain(two);
  });

  it('what the exchange leaves out is null', async () => {
    const [one] = scene.products;
    await scene.order('products', { product_id: one, min_market_funds: null, fx_stablecoin: null, base_increment: '' });
    const { rows } = await collected(PRODUCTS);
    expect(rows.find((row) => row['product_id'] === one)).toMatchObject({
      min_market_funds: '',
      fx_stablecoin: '',
      base_increment: '',
      status: 'online',
    });
  });

  it.each([
    [{ post_only: 'no' }, 'bad_record', /post_only of .* is neither true nor false: "no"/],
    [{ quote_increment: 0.01 }, 'bad_record', /quote_increment of .* is no text: 0.01/],
    [{ min_market_funds: '0.000000000001' }, 'does_not_fit', /min_market_funds that cannot be stored, at .*: 0.000000000001/],
  ])('an entry with %j fails the list for good, and says why', async (fields, reason, detail) => {
    await scene.order('products', { product_id: scene.products[0], ...fields });
    const { window, failed } = await collected(PRODUCTS);
    expect(window).toBeUndefined();
    expect(failed).toMatchObject({ permanent: true, reason, detail: expect.stringMatching(detail) as string });
  });

  it.each(['html', 'garbage', '503', 'cut'])('%s that passes costs a repetition; that stays is told as passing', async (kind) => {
    await scene.order('faults', { kind, times: 2, match: '^/products$' });
    expect((await collected(PRODUCTS)).window).toBeDefined();
    await scene.order('faults', { kind, times: null, match: '^/products$' });
    const { window, failed } = await collected(PRODUCTS);
    expect(window).toBeUndefined();
    expect(failed).toMatchObject({ permanent: false, reason: 'exchange_unavailable' });
  });

  it("a cache's answer of the day itself is none", async () => {
    await scene.order('faults', { kind: 'stale_cache', times: null, age_s: 3_600, match: '^/products$' });
    expect((await collected(PRODUCTS)).failed).toMatchObject({
      permanent: false,
      detail: expect.stringMatching(/not as of the time after/) as string,
    });
  });
});

describe("the exchange's own stats", () => {
  it('have a row per product that was asked for, with the instant of the figures', async () => {
    const asked = [...scene.products, 'NOSUCH-USD'].sort();
    const { window, rows } = await collected(STATS, [...asked, asked[0]!].reverse());
    expect(rows.map((row) => row['product_id'])).toEqual(asked);
    expect(rows.map((row) => row['as_of_date'])).toEqual(asked.map(() => DAY));
    for (const { product_id, asked_at, ...figures } of rows) {
      if (product_id === 'NOSUCH-USD') {
        expect([asked_at, ...Object.values(figures).slice(1)]).toEqual(Array.from({ length: 7 }, () => ''));
        continue;
      }
      expect(Date.parse(asked_at!)).toBeGreaterThanOrEqual(Date.parse(NOW));
      const { open, high, low, last, volume, volume_30day } = figures;
      expect(Number(low)).toBeGreaterThan(0);
      expect(Number(high)).toBeGreaterThanOrEqual(Math.max(Number(open), Number(last)));
      expect(Number(low)).toBeLessThanOrEqual(Math.min(Number(open), Number(last)));
      expect(Number(volume_30day)).toBeGreaterThan(Number(volume));
    }
    expect(window!.facts.revision.collectedAtMs).toBe(
      Math.min(...rows.flatMap((row) => (row['asked_at'] === '' ? [] : [Date.parse(row['asked_at']!)]))),
    );
  });

  it('of one that was not answered the day is unknown, and has the others', async () => {
    await scene.order('faults', { kind: '503', times: null, match: `${scene.products[1]}/stats` });
    const { window, rows } = await collected(STATS, scene.products);
    expect(rows.map((row) => row['product_id'])).toEqual([scene.products[0], scene.products[2]].sort());
    expect(window!.facts).toMatchObject({ coverage: { present: 0, unknown: 1 }, revision: { unknown: 1 } });
  });

  it('that are no JSON at all are told as passing', async () => {
    await scene.order('faults', { kind: 'html', times: null, match: '/stats' });
    expect((await collected(STATS, scene.products)).failed).toMatchObject({ permanent: false, reason: 'exchange_unavailable' });
  });

  it('are wanted of products, not of anything else', async () => {
    const { failed } = await collected(STATS, ['BTC-USD', '../time']);
    expect(failed).toMatchObject({
      permanent: true,
      reason: 'bad_request',
      detail: expect.stringContaining('"../time" is not a product id') as string,
    });
  });
});

it.each(['products', 'exchange_stats'])('%s of a day that is not over, or too long over, are refused, and say so', async (dataset) => {
  expect((await collected(`${dataset}/_all/2024-03-02`)).failed).toMatchObject({
    ...{ permanent: true, reason: 'bad_request' },
    detail: expect.stringMatching(/is not over: the exchange has 2024-03-02T00:1/) as string,
  });
  const before = scene.deadLetters.length;
  expect((await collected(`${dataset}/_all/2024-02-29`)).failed).toMatchObject({
    ...{ permanent: true, reason: 'too_late' },
    detail: expect.stringMatching(/of its present alone: .* could be asked for until 6 h after its day/) as string,
  });
  expect(scene.deadLetters.slice(before).filter(({ headers }) => JSON.stringify(headers).includes('too'))).toEqual([]);
});
