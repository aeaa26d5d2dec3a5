import pLimit from 'p-limit';
import { windowId } from '@elias/market-data';
import { durableStep } from '@elias/telemetry';
import type { Objects } from './objects.js';
import { loadId } from './load-token.js';
import type { SoundArchive } from './read-archive.js';
import { copyManifest, loadFolder, revocationsCsv, stagedFileKey, windowsCsv } from './staged-files.js';
import type { Revocation, StagedLoad, StagedWindow } from './warehouse.js';

/** Requests to the bucket at once. */
export const BUCKET_REQUESTS_AT_ONCE = 16;

/** A sound archive whose gzip file lies where COPY reads it. The bytes are kept for the twin, and to stage them again. */
export interface StagedArchive {
  readonly window: StagedWindow;
  readonly columns: readonly string[];
  readonly gzip: Buffer;
}

/** Puts what COPY reads into the bucket, and takes it away. Every key and byte follows from what is loaded, so a repeat overwrites itself. */
export class StageLoads {
  /** loads whose folders may hold files of ours, given-up tries included */
  private readonly loadIds = new Set<string>();

  constructor(
    private readonly objects: Objects,
    private readonly prefix: string,
  ) {}

  /** @param folderId the load that the window is staged for; parts of it read the same file */
  async stageWindow(folderId: string, archive: SoundArchive): Promise<StagedArchive> {
    const { window, revision, csvSha256 } = archive.facts;
    const key = stagedFileKey(loadFolder(this.prefix, folderId), window, revision, csvSha256);
    this.loadIds.add(folderId);
    await this.putWindow(key, archive.gzip);
    return { window: { ...archive.facts, file: { key, bytes: archive.gzip.length } }, columns: archive.columns, gzip: archive.gzip };
  }

  /** The lists of one load: `windows.csv`, the manifest, `revocations.csv`. Its windows are staged already. */
  async stageLists(archives: readonly StagedArchive[], revocations: readonly Revocation[]): Promise<StagedLoad> {
    const windows = [...archives.map(({ window }) => window)].sort((a, b) => (windowId(a.window) < windowId(b.window) ? -1 : 1));
    const id = loadId({ windows, revocations });
    const folder = loadFolder(this.prefix, id);
    this.loadIds.add(id);
    const files = windows.filter(({ rowCount }) => rowCount > 0).map(({ file }) => file);
    const put = async (name: string, text: string, contentType: string): Promise<string> => {
      await this.objects.put(`${folder}${name}`, Buffer.from(text), { contentType });
      return `${folder}${name}`;
    };
    const putLists = (): Promise<(string | null)[]> =>
      Promise.all([
        windows.length === 0 ? null : put('windows.csv', windowsCsv(windows), 'text/csv'),
        files.length === 0 ? null : put('manifest.json', copyManifest(this.objects.bucket, files), 'application/json'),
        revocations.length === 0 ? null : put('revocations.csv', revocationsCsv(revocations), 'text/csv'),
      ]);
    const [windowsKey = null, manifestKey = null, revocationsKey = null] = await durableStep('warehouse-loader.stage-lists', putLists);
    const dataset = windows[0]?.window.dataset ?? null;
    return { id, dataset, columns: archives[0]?.columns ?? [], windows, revocations, windowsKey, manifestKey, revocationsKey };
  }

  /** Puts back what is missing of a load's files, e.g. after a lifecycle rule or another loader's sweep. @returns how many were missing */
  async restage(load: StagedLoad, archives: readonly StagedArchive[]): Promise<number> {
    const limit = pLimit(BUCKET_REQUESTS_AT_ONCE);
    const lists = [load.windowsKey, load.manifestKey, load.revocationsKey].filter((key) => key !== null);
    const missingLists = await Promise.all(lists.map((key) => limit(async () => (await this.objects.head(key)) === null)));
    const put = await Promise.all(
      archives.map(({ window: { file }, gzip }) =>
        limit(async () => {
          if ((await this.objects.head(file.key)) !== null) return false;
          await this.putWindow(file.key, gzip);
          return true;
        }),
      ),
    );
    if (missingLists.includes(true)) await this.stageLists(archives, load.revocations);
    return [...missingLists, ...put].filter((missing) => missing).length;
  }

  /** Takes away the folders of every load that was staged here, those of given-up tries too. What a crash leaves a sweep finds. */
  async removeAll(): Promise<void> {
    for (const id of [...this.loadIds]) {
      const keys: string[] = [];
      for await (const { key } of this.objects.list(loadFolder(this.prefix, id))) keys.push(key);
      if (keys.length > 0) await durableStep('warehouse-loader.remove-staged', () => this.objects.delete(keys));
      this.loadIds.delete(id);
    }
  }

  private async putWindow(key: string, gzip: Buffer): Promise<void> {
    await durableStep('warehouse-loader.stage-window', () => this.objects.put(key, gzip, { contentType: 'application/gzip' }));
  }
}
