import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PART_BYTES_MAX } from '@elias/contracts';
import { spooling } from '@elias/window-parts';

/**
 * A window's CSV as it is collected, cut into the parts that it will travel in, each of whole lines. The part that is being filled is in
 * memory, those before it lie on disk: a window of one part never touches the disk.
 */
export class CsvParts {
  /** parts on disk */
  private stored = 0;
  private lines: Uint8Array[] = [];
  private bytes = 0;
  private storedBytes = 0;
  private readonly hash = createHash('sha256');
  private digest: string | undefined;

  /** @param folder of its own, made when a part goes to disk */
  constructor(
    private readonly folder: string,
    private readonly partBytesMax = PART_BYTES_MAX,
  ) {}

  /**
   * @param lines whole lines, less than a part
   * @throws SpoolFailedError
   */
  async add(lines: Uint8Array): Promise<void> {
    if (this.bytes + lines.length > this.partBytesMax && this.bytes > 0) await this.store();
    this.lines.push(lines);
    this.bytes += lines.length;
    this.hash.update(lines);
  }

  /** Of all of it; nothing can be added any more. */
  get sha256(): string {
    return (this.digest ??= this.hash.digest('hex'));
  }

  /** Bytes of all parts. */
  get totalBytes(): number {
    return this.storedBytes + this.bytes;
  }

  get parts(): number {
    return this.stored + 1;
  }

  /** The parts in order. @throws SpoolFailedError */
  async *read(): AsyncGenerator<Buffer, void, undefined> {
    for (let part = 0; part < this.stored; part += 1) {
      const path = this.pathOf(part);
      yield await spooling(path, () => readFile(path));
    }
    yield Buffer.concat(this.lines);
  }

  async remove(): Promise<void> {
    if (this.stored > 0) await spooling(this.folder, () => rm(this.folder, { recursive: true, force: true }));
  }

  private async store(): Promise<void> {
    const path = this.pathOf(this.stored);
    await spooling(path, async () => {
      if (this.stored === 0) await mkdir(this.folder, { recursive: true });
      await writeFile(path, Buffer.concat(this.lines));
    });
    this.stored += 1;
    this.storedBytes += this.bytes;
    this.lines = [];
    this.bytes = 0;
  }

  private pathOf(part: number): string {
    return join(this.folder, `${part}.csv`);
  }
}
