import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { archiveKey, revokedMarkerKey, sealStream } from '@elias/archive';
import { windowId } from '@elias/market-data';
import type { ObjectStore } from '@elias/object-store';
import { CollectorScene } from '../support/collector-scene.js';
import { sealed, testBucket } from '../support/loader-sources.js';
import { madeTelling } from '../support/made-telling.js';
import type { MadeTelling } from '../support/made-telling.js';
import { madeTrades } from '../support/made-trades.js';
import type { MadeTrades } from '../support/made-trades.js';
import { storeSettings, testStack } from '../support/stack.js';

const PREFIX = `test/exchange-${randomBytes(5).toString('hex')}`;
const PRODUCT = `Z${randomBytes(4).toString('hex').toUpperCase()}-USD`;
let bucket: ObjectStore;
let scene: CollectorScene;
let days: MadeTelling[];
let hour: MadeTrades;

beforeAll(async () => {
  bucket = testBucket();
  await bucket.ensureBucket();
  const minutes = Array.from({ length: 1_440 }, (_, minute) => minute).filter((minute) => minute % 7 !== 3);
  days = ['2023-12-01', '2023-12-02'].map((day) => madeTelling({ productId: PRODUCT, day, telling: `${PRODUCT} ${day}`, minutes }));
  for (const day of days) await sealed(day, bucket, PREFIX);
  const withdrawn = madeTelling({
    productId: PRODUCT,
    day: '2023-12-02',
    telling: `${PRODUCT} wrong`,
    collectedAt: '2024-01-01T00:00:00Z',
  });
  const { value } = await sealed(withdrawn, bucket, PREFIX);
  const { archive } = JSON.parse(String(value)) as { archive: { key: string } };
  await bucket.put(revokedMarkerKey(archive.key), Buffer.from('{}'));
  hour = madeTrades({ window: `trades/${PRODUCT}/2023-12-01T13`, count: 2_500 });
  const zipped = await sealStream(hour.facts, { bytes: hour.csv.length, chunks: () => Readable.from([hour.csv]) });
  if (zipped.kind !== 'ok') throw new Error(zipped.reason);
  await bucket.put(archiveKey(PREFIX, hour.facts.window, hour.facts.revision, hour.facts.csvSha256), zipped.value.zip);
  scene = await CollectorScene.open({ ...storeSettings(), SIMULATOR_ARCHIVES: `s3://${testStack().s3.bucket}/${PREFIX}` });
  await (await scene.start()).ready();
});
afterAll(async () => {
  await scene.close();
  bucket.close();
});

it('a collector of an exchange that serves the archives gives the same bytes', async () => {
  const requests = await scene.requestAll(days.map(({ facts }) => windowId(facts.window)));
  await scene.answered(requests);
  // a request that is delivered twice is collected twice, and gives the same
  const told = scene.windows.map(({ facts }) => ({ id: windowId(facts.window), facts }));
  expect(new Set(told.map(({ id }) => id))).toEqual(new Set(days.map(({ facts }) => windowId(facts.window))));
  for (const { id, facts } of told) {
    const archived = days.find((day) => windowId(day.facts.window) === id)!.facts;
    expect({ id, csvSha256: facts.csvSha256, coverage: facts.coverage }).toEqual({
      id,
      csvSha256: archived.csvSha256,
      coverage: archived.coverage,
    });
  }
});

it('and so do trades', async () => {
  await scene.answered([await scene.request(windowId(hour.facts.window))]);
  expect(scene.tradeWindows.map(({ facts, csv }) => [facts.csvSha256, csv.equals(hour.csv)])).toEqual([[hour.facts.csvSha256, true]]);
});
