import { deflateRawSync } from 'node:zlib';
import { ZipArchive } from 'archiver';
import fc from 'fast-check';
import { writeZip } from './write-zip.js';
import type { PackedFile } from './write-zip.js';
import { readEntry, readZipEntries } from './zip-entries.js';

const name = fc.stringMatching(/^[A-Za-z0-9_.-]{1,80}$/);
const file = fc
  .tuple(name, fc.uint8Array({ maxLength: 2_000 }), fc.boolean())
  .map(([name, content, packed]): PackedFile => ({ name, content, deflated: packed ? deflateRawSync(content) : null }));

it('is read back as it was written, its entries as they were told', () => {
  fc.assert(
    fc.property(fc.array(file, { maxLength: 4 }), (files) => {
      const { zip, entries } = writeZip(files);
      expect(readZipEntries(zip)).toEqual(entries);
      entries.forEach((entry, index) => expect(Buffer.compare(readEntry(zip, entry, 2_000), files[index]!.content as Uint8Array)).toBe(0));
    }),
  );
});

it('holds what npm’s archiver writes of the same files', async () => {
  const [csv, manifest] = [Buffer.from('a,b\n1,2\n'.repeat(500)), Buffer.from('{}\n')];
  const other = await new Promise<Buffer>((resolve, reject) => {
    const archive = new ZipArchive({ zlib: { level: 6 } });
    const blocks: Buffer[] = [];
    archive.on('data', (block) => blocks.push(block));
    archive.on('end', () => resolve(Buffer.concat(blocks)));
    archive.on('error', reject);
    archive.append(csv, { name: 'x.csv', date: new Date(0), mode: 0o644 });
    archive.append(manifest, { name: 'manifest.json', date: new Date(0), mode: 0o644 });
    archive.finalize().catch(reject);
  });
  const { zip } = writeZip([
    { name: 'x.csv', content: csv, deflated: deflateRawSync(csv, { level: 6 }) },
    { name: 'manifest.json', content: manifest, deflated: deflateRawSync(manifest, { level: 6 }) },
  ]);
  const held = (bytes: Buffer) =>
    readZipEntries(bytes).map((entry) => ({ ...entry, offset: 0, content: readEntry(bytes, entry, 10_000).toString() }));
  expect(held(zip)).toEqual(held(other));
});
