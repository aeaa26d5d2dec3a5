import fc from 'fast-check';
import { madeWindow } from '../../../test/support/made-window.js';
import { ArchiveCorruptError } from './archive-errors.js';
import { archiveKey, archiveName, parseArchiveKey } from './archive-key.js';
import { decodeCandlesCsv, encodeCandlesCsv } from './candles-csv.js';
import { checkWindowCsv, csvSha256 } from './check-window-csv.js';
import { csvField, splitCsvLine } from './csv-fields.js';
import { decodeManifest, encodeManifest } from './manifest.js';
import { openArchive } from './open-archive.js';
import { sealArchive } from './seal-archive.js';
import { writeZip } from './write-zip.js';
import { MANIFEST_ENTRY } from './manifest.js';
import { deflateBytes } from './deflate-bytes.js';

const wish = fc.record({
  telling: fc.nat(500),
  seed: fc.nat(50),
  unknownTail: fc.nat(20),
  granularity: fc.constantFrom(3_600 as const, 86_400 as const),
  gap: fc.integer({ min: 1, max: 9 }),
});
const windows = wish.map(({ gap, ...rest }) => madeWindow({ ...rest, present: (period) => period % gap === 0 }));

it('candles, manifest and zip come out as they went in', async () => {
  await fc.assert(
    fc.asyncProperty(windows, async ({ facts, candles, csv }) => {
      expect(decodeCandlesCsv(encodeCandlesCsv(facts.window, candles))).toEqual(candles);
      expect(checkWindowCsv(csv, facts)).toEqual({ kind: 'ok', value: { rows: candles.length } });
      const { zip } = await sealArchive(facts, csv);
      const opened = openArchive(zip);
      expect(opened.csv.equals(csv)).toBe(true);
      expect(decodeManifest(encodeManifest(opened.manifest))).toEqual(opened.manifest);
      const key = archiveKey('some/prefix', facts.window, facts.revision, facts.csvSha256);
      expect(parseArchiveKey('some/prefix', key)).toMatchObject({ window: facts.window, collectedAtMs: facts.revision.collectedAtMs });
    }),
    { numRuns: 20 },
  );
});

it('fields come out as they went in', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[ -~]{0,12}$/), { minLength: 1, maxLength: 6 }), (fields) => {
      expect(splitCsvLine(fields.map(csvField).join(','))).toEqual(fields);
    }),
  );
});

const made = madeWindow({ granularity: 3_600, unknownTail: 9 });
const csvName = `${archiveName(made.facts.window, made.facts.revision, made.facts.csvSha256)}.csv`;
const manifest = encodeManifest({ ...made.facts, csvName, csvBytes: made.csv.length });

/** A zip that is sound around any two contents: what is wrong lies deeper than CRC and sizes. */
async function zipOf(csv: Buffer, manifestBytes: Buffer): Promise<Buffer> {
  return writeZip([
    { name: csvName, content: csv, deflated: await deflateBytes(csv) },
    { name: MANIFEST_ENTRY, content: manifestBytes, deflated: null },
  ]).zip;
}
const changes = fc.array(fc.record({ at: fc.nat(100_000), dropped: fc.nat(6), put: fc.uint8Array({ maxLength: 6 }) }), {
  minLength: 1,
  maxLength: 3,
});
const mutated = (bytes: Buffer, all: readonly { at: number; dropped: number; put: Uint8Array }[]): Buffer =>
  all.reduce((now, { at, dropped, put }) => {
    const place = at % (now.length + 1);
    return Buffer.concat([now.subarray(0, place), put, now.subarray(place + dropped)]);
  }, bytes);

it('a sound zip around an altered manifest or CSV is refused, or tells the same', async () => {
  await fc.assert(
    fc.asyncProperty(changes, fc.boolean(), async (all, ofCsv) => {
      const zip = await zipOf(ofCsv ? mutated(made.csv, all) : made.csv, ofCsv ? manifest : mutated(manifest, all));
      try {
        const opened = openArchive(zip);
        expect(opened.csv.equals(made.csv)).toBe(true);
        expect(opened.manifest.csvSha256).toBe(made.facts.csvSha256);
      } catch (error) {
        expect(error).toBeInstanceOf(ArchiveCorruptError);
      }
    }),
    { numRuns: 300 },
  );
});

it('an altered CSV under its own hash is an outcome with the first wrong line, in bounded time', () => {
  fc.assert(
    fc.property(changes, (all) => {
      const csv = mutated(made.csv, all);
      const beganAtMs = performance.now();
      const checked = checkWindowCsv(csv, { ...made.facts, csvSha256: csvSha256(csv) });
      expect(performance.now() - beganAtMs).toBeLessThan(2_000);
      if (checked.kind === 'ok') expect(decodeCandlesCsv(csv)).toHaveLength(made.facts.rowCount);
      else expect(checked.reason).toBe('wrong-rows');
    }),
    { numRuns: 300 },
  );
});
