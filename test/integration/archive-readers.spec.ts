import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archiveName, formatChecksumList, gzipFromDeflate, openArchive, sealArchive } from '@elias/archive';
import type { WindowFacts } from '@elias/contracts';
import { itNeeding } from '../support/it-needing.js';
import { madeWindow } from '../support/made-window.js';

interface Written {
  zip: string;
  twin: string;
  entry: string;
  facts: WindowFacts;
  csv: Buffer;
  sha256: string;
}

const folder = mkdtempSync(join(tmpdir(), 'elias-archive-'));
const written: Written[] = [];

beforeAll(async () => {
  const wishes = [
    { unknownTail: 17 },
    { granularity: 300, productId: '1INCH-USD' },
    { granularity: 86_400 },
    { present: () => false, telling: 1 },
  ] as const;
  for (const wish of wishes) {
    const { facts, csv } = madeWindow(wish);
    const name = archiveName(facts.window, facts.revision, facts.csvSha256);
    const { zip, sha256 } = await sealArchive(facts, csv);
    const opened = openArchive(zip);
    const one = { zip: `${name}.zip`, twin: `${name}.csv.gz`, entry: `${name}.csv`, facts, csv, sha256 };
    writeFileSync(join(folder, one.zip), zip);
    writeFileSync(join(folder, one.twin), gzipFromDeflate(opened.deflated, opened.csvEntry));
    written.push(one);
  }
  writeFileSync(join(folder, 'SHA256SUMS'), formatChecksumList(written.map(({ zip, sha256 }) => ({ name: zip, sha256 }))));
});
afterAll(() => rmSync(folder, { recursive: true }));

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const run = (program: string, ...args: string[]): Buffer => execFileSync(program, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 });

itNeeding('unzip', ['-v'])('unzip -t finds no error, and -p gives the CSV', () => {
  for (const { zip, entry, csv } of written) {
    expect(run('unzip', '-t', zip).toString()).toMatch(/No errors detected in compressed data of .*\.zip/);
    expect(run('unzip', '-p', zip, entry).equals(csv)).toBe(true);
  }
});

itNeeding('python3')('Python reads zip and twin, and finds no clock in them', () => {
  const script = `
import gzip, hashlib, json, sys, zipfile
for name, twin in zip(sys.argv[1::2], sys.argv[2::2]):
    with zipfile.ZipFile(name) as archive:
        csv, manifest = archive.infolist()
        told = json.loads(archive.read(manifest))
        print(json.dumps({
            "bad": archive.testzip(), "entries": [csv.filename, manifest.filename], "dates": [csv.date_time, manifest.date_time],
            "mode": oct(csv.external_attr >> 16), "sha256": hashlib.sha256(archive.read(csv)).hexdigest(), "window": told["window"]["id"],
            "unknown": told["coverage"]["unknown_ranges"], "twin": hashlib.sha256(gzip.open(twin).read()).hexdigest()}))
`;
  const lines = run('python3', '-c', script, ...written.flatMap(({ zip, twin }) => [zip, twin])).toString();
  const first = [1980, 1, 1, 0, 0, 0];
  const day = written[0]!;
  const told = lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(told).toMatchObject(
    written.map(({ entry, csv }) => ({
      bad: null,
      entries: [entry, 'manifest.json'],
      dates: [first, first],
      mode: '0o100644',
      sha256: sha256Of(csv),
      twin: sha256Of(csv),
    })),
  );
  expect(told[0]).toMatchObject({
    window: 'candles/60/BTC-USD/2023-12-01',
    unknown: [{ from: '2023-12-01T23:43:00Z', to: '2023-12-02T00:00:00Z' }],
  });
  expect(day.facts.coverage.unknown).toBe(17);
});

itNeeding('java')('Java reads it, by its directory and as a stream', () => {
  const source = `
import java.io.FileInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.*;
public class ReadArchives {
  public static void main(String[] names) throws Exception {
    for (String name : names) {
      try (ZipFile archive = new ZipFile(name)) {
        for (ZipEntry entry : archive.stream().toList()) print(entry, archive.getInputStream(entry).readAllBytes());
      }
      try (ZipInputStream archive = new ZipInputStream(new FileInputStream(name))) {
        for (ZipEntry entry; (entry = archive.getNextEntry()) != null; ) print(entry, archive.readAllBytes());
      }
    }
  }
  static void print(ZipEntry entry, byte[] bytes) throws Exception {
    System.out.println(entry.getName() + " " + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
  }
}`;
  writeFileSync(join(folder, 'ReadArchives.java'), source);
  const lines = run('java', '-XX:TieredStopAtLevel=1', 'ReadArchives.java', ...written.map(({ zip }) => zip))
    .toString()
    .trim()
    .split('\n');
  const expected = written.flatMap(({ zip, entry, csv }) => {
    const bytes = readFileSync(join(folder, zip));
    const from = bytes.indexOf('{"schema_version"');
    const manifest = bytes.subarray(from, bytes.indexOf('\n', from) + 1);
    const both = [`${entry} ${sha256Of(csv)}`, `manifest.json ${sha256Of(manifest)}`];
    return [...both, ...both];
  });
  expect(lines).toEqual(expected);
});

itNeeding('zcat')('zcat gives the twin’s CSV', () => {
  for (const { twin, csv } of written) expect(run('zcat', twin).equals(csv)).toBe(true);
});

itNeeding('gunzip')('gunzip -t finds the twin sound', () => {
  for (const { twin } of written) run('gunzip', '-t', twin);
});

itNeeding('sha256sum')('sha256sum -c accepts the list, and sees one altered byte', () => {
  expect(run('sha256sum', '--strict', '-c', 'SHA256SUMS').toString()).toBe(
    written
      .map(({ zip }) => `${zip}: OK\n`)
      .sort()
      .join(''),
  );
  const [{ zip }] = written as [Written];
  copyFileSync(join(folder, zip), join(folder, 'kept'));
  const altered = readFileSync(join(folder, zip));
  altered[100]! ^= 1;
  writeFileSync(join(folder, zip), altered);
  const checked = spawnSync('sha256sum', ['--strict', '-c', 'SHA256SUMS'], { cwd: folder });
  copyFileSync(join(folder, 'kept'), join(folder, zip));
  expect(checked.status).toBe(1);
  expect(checked.stdout.toString()).toContain(`${zip}: FAILED`);
});

it.each(['UTC', 'Asia/Kathmandu', 'America/St_Johns'])('another process, in %s, seals the same bytes', (zone) => {
  const [{ facts, csv, sha256 }] = written as [Written];
  writeFileSync(join(folder, 'facts.json'), JSON.stringify(facts));
  writeFileSync(join(folder, 'window.csv'), csv);
  const script = `
import { readFileSync } from 'node:fs';
import { sealArchive } from '${new URL('../../dist/libs/archive/src/index.js', import.meta.url).href}';
const { sha256 } = await sealArchive(JSON.parse(readFileSync('facts.json', 'utf8')), readFileSync('window.csv'));
console.log(new Date(2023, 0, 1).getTimezoneOffset(), sha256);
`;
  const env = { ...process.env, TZ: zone, NODE_OPTIONS: '' };
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: folder, env }).toString();
  const offset = { UTC: 0, 'Asia/Kathmandu': -345, 'America/St_Johns': 210 }[zone];
  expect(printed).toBe(`${offset} ${sha256}\n`);
});
