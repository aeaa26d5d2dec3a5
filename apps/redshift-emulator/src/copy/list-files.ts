import { buffer } from 'node:stream/consumers';
import type { CopyStatement } from '../sql/read-copy.js';
import { RedshiftError } from '../sql/redshift-error.js';
import { S3ReadError } from './copy-source.js';
import type { CopySource, SourceFile } from './copy-source.js';
import { readManifest } from './read-manifest.js';

/**
 * The files that a COPY names, by manifest or by prefix.
 * @throws RedshiftError no manifest, a malformed one, or not one file under the prefix
 */
export async function listFiles({ from, options }: CopyStatement, source: CopySource, signal: AbortSignal): Promise<SourceFile[]> {
  if (options.manifest) {
    try {
      const { body } = await source.open(from, signal);
      return readManifest((await buffer(body)).toString());
    } catch (error) {
      if (!(error instanceof S3ReadError)) throw error;
      throw new RedshiftError(`Problem reading manifest file - ${error.message}`, { cause: error });
    }
  }
  const files = await source.list(from, signal);
  if (files.length === 0) throw new RedshiftError(`The specified S3 prefix '${from.key}' does not exist`);
  return files;
}
