import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { madeWindow } from '../../../test/support/made-window.js';
import { ArchiveCorruptError } from './archive-errors.js';
import { archiveName } from './archive-key.js';
import { checkWindowCsv } from './check-window-csv.js';
import { gzipFromDeflate } from './gzip-member.js';
import { openArchive } from './open-archive.js';
import { sealArchive } from './seal-archive.js';
import { readZipEntries } from './zip-entries.js';

const made = madeWindow({ unknownTail: 40 });
const sealed = await sealArchive(made.facts, made.csv);

it('reads back what it wrote, the manifest with every range', () => {
  const opened = openArchive(sealed.zip);
  const { schemaVersion, window, revision, rowCount, coverage, csvSha256 } = made.facts;
  const csvName = `${archiveName(window, revision, csvSha256)}.csv`;
  const csvBytes = made.csv.length;
  expect(opened.manifest).toEqual({ schemaVersion, window, revision, rowCount, coverage, csvSha256, csvName, csvBytes });
  expect(opened.csv.equals(made.csv)).toBe(true);
  expect(opened.csvEntry).toEqual(sealed.csvEntry);
  expect(checkWindowCsv(opened.csv, opened.manifest).kind).toBe('ok');
});

it('tells where the DEFLATE bytes lie: a range of the object is enough for the twin', () => {
  const { offset, deflateBytes, crc32, bytes } = sealed.csvEntry;
  const range = sealed.zip.subarray(offset, offset + deflateBytes);
  expect(gunzipSync(gzipFromDeflate(range, { crc32, bytes })).equals(made.csv)).toBe(true);
  expect(openArchive(sealed.zip).deflated.equals(range)).toBe(true);
});

it('the same collection gives the same bytes, whoever asked for it', async () => {
  const others = { ...made.facts, requestId: made.facts.runId, runId: made.facts.requestId, origin: 'replay' as const };
  const again = await Promise.all(Array.from({ length: 8 }, () => sealArchive(others, Buffer.from(made.csv))));
  for (const { zip, sha256, csvEntry } of again) {
    expect(zip.equals(sealed.zip)).toBe(true);
    expect({ sha256, csvEntry }).toEqual({ sha256: sealed.sha256, csvEntry: sealed.csvEntry });
  }
  expect(createHash('sha256').update(sealed.zip).digest('hex')).toBe(sealed.sha256);
});

it('another collection of the same data gives another zip around the same CSV bytes', async () => {
  const other = madeWindow({ unknownTail: 40, telling: 1 });
  const { zip } = await sealArchive(other.facts, other.csv);
  expect(zip.equals(sealed.zip)).toBe(false);
  expect(openArchive(zip).deflated.equals(openArchive(sealed.zip).deflated)).toBe(true);
});

it('has no clock in it: every time is the first that a zip can tell', () => {
  const dosTime = 0x00210000;
  const { zip } = sealed;
  const locals = [...positionsOf(zip, 'PK\x03\x04')].map((at) => zip.readUInt32LE(at + 10));
  const centrals = [...positionsOf(zip, 'PK\x01\x02')].map((at) => zip.readUInt32LE(at + 12));
  expect([...locals, ...centrals]).toEqual([dosTime, dosTime, dosTime, dosTime]);
});

it('seals a window without a row, and one of a whole month', async () => {
  for (const wish of [{ present: () => false }, { granularity: 300 as const, unknownTail: 9 }]) {
    const { facts, csv } = madeWindow(wish);
    const { zip } = await sealArchive(facts, csv);
    expect(openArchive(zip).csv.equals(csv)).toBe(true);
  }
});

describe('what is not a sound archive is refused with ArchiveCorruptError, whatever was done to it', () => {
  const { zip } = sealed;

  it('cut at any length', () => {
    fc.assert(
      fc.property(fc.nat(zip.length - 1), (length) => {
        expect(() => openArchive(zip.subarray(0, length))).toThrow(ArchiveCorruptError);
      }),
      { numRuns: 500 },
    );
  });

  it('one byte altered: refused, or an attribute that carries nothing', () => {
    fc.assert(
      fc.property(fc.nat(zip.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const altered = Buffer.from(zip);
        altered[at]! ^= flip;
        expectRefusedOrEqual(altered);
      }),
      { numRuns: 800 },
    );
  });

  it('every byte of its headers altered', () => {
    const [csvEntry, manifestEntry] = readZipEntries(zip);
    const packed = (at: number): boolean =>
      [csvEntry!, manifestEntry!].some(({ offset, packedBytes }) => at >= offset && at < offset + packedBytes);
    for (let at = 0; at < zip.length; at += 1) {
      if (packed(at)) continue;
      for (const flip of [0x01, 0x80, 0xff]) {
        const altered = Buffer.from(zip);
        altered[at]! ^= flip;
        expectRefusedOrEqual(altered);
      }
    }
  });

  it('bytes put in or taken out', () => {
    fc.assert(
      fc.property(fc.nat(zip.length), fc.uint8Array({ maxLength: 40 }), fc.nat(40), (at, put, dropped) => {
        const altered = Buffer.concat([zip.subarray(0, at), put, zip.subarray(at + dropped)]);
        if (!altered.equals(zip)) expectRefusedOrEqual(altered);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['an empty zip', Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)])],
    ['no zip', Buffer.alloc(5_000, 0x20)],
    ['an archive after other bytes', Buffer.concat([Buffer.from('GET / HTTP/1.1'), zip])],
    ['an archive before other bytes', Buffer.concat([zip, Buffer.from('\n')])],
    ['two archives in one', Buffer.concat([zip, zip])],
  ])('%s', (_, bytes) => {
    expect(() => openArchive(bytes)).toThrow(ArchiveCorruptError);
  });

  it('any bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => openArchive(Buffer.from(bytes))).toThrow(ArchiveCorruptError);
      }),
    );
  });

  it('a bomb is not inflated past what its window can hold', async () => {
    const { facts } = madeWindow();
    const bomb = Buffer.alloc(64 * 1024 * 1024, 0x61);
    const { zip: bombZip } = await sealArchive(facts, bomb);
    expect(bombZip.length).toBeLessThan(100_000);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => openArchive(bombZip)).toThrow(/claims 67108864 bytes, more than the 368896 it may have/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * 1024 * 1024);
  });

  it('a bomb that claims to be small stops at what it claims', async () => {
    const { facts } = madeWindow();
    const { zip: bombZip } = await sealArchive(facts, Buffer.alloc(64 * 1024 * 1024, 0x61));
    const claim = Buffer.from(bombZip.toString('latin1').replace('"csv_bytes":67108864', '"csv_bytes":00000009'), 'latin1');
    expect(() => openArchive(claim)).toThrow(ArchiveCorruptError);
  });

  it('another CSV under a manifest that does not tell of it', async () => {
    const other = madeWindow({ seed: 2 });
    const { zip: mixed } = await sealArchive(made.facts, other.csv);
    expect(() => openArchive(mixed)).toThrow(/the CSV's sha256 is not the manifest's/);
  });

  it('a manifest whose counts cannot be, and one of a schema that is not known', async () => {
    const { zip: rows } = await sealArchive({ ...made.facts, rowCount: 1 }, made.csv);
    expect(() => openArchive(rows)).toThrow(/manifest.json cannot be right/);
    const { zip: schema } = await sealArchive({ ...made.facts, schemaVersion: 2 }, made.csv);
    expect(() => openArchive(schema)).toThrow(/schema version 2 is not known here/);
  });

  function expectRefusedOrEqual(altered: Buffer): void {
    let opened;
    try {
      opened = openArchive(altered);
    } catch (error) {
      expect(error).toBeInstanceOf(ArchiveCorruptError);
      return;
    }
    const right = openArchive(zip);
    expect(opened.manifest).toEqual(right.manifest);
    expect(opened.csv.equals(right.csv)).toBe(true);
    expect(gunzipSync(gzipFromDeflate(opened.deflated, opened.csvEntry)).equals(right.csv)).toBe(true);
  }
});

function* positionsOf(bytes: Buffer, text: string): Generator<number> {
  for (let at = bytes.indexOf(text, 0, 'latin1'); at !== -1; at = bytes.indexOf(text, at + 1, 'latin1')) yield at;
}
