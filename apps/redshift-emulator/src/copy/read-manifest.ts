import { z } from 'zod';
import { RedshiftError } from '../sql/redshift-error.js';
import type { SourceFile } from './copy-source.js';

const manifestSchema = z.object({
  entries: z.array(
    z.object({
      url: z.string(),
      mandatory: z.boolean().default(false),
      meta: z.object({ content_length: z.number().int().min(0).optional() }).optional(),
    }),
  ),
});

/**
 * Files of a manifest; an entry twice loads twice. `content_length` is a hint here: only columnar formats must give it.
 * Source: AWS, "Using a manifest to specify data files".
 * @throws RedshiftError a malformed manifest
 */
export function readManifest(text: string): SourceFile[] {
  const parsed = manifestSchema.safeParse(jsonOf(text));
  if (!parsed.success) throw new RedshiftError('Problem reading manifest file - Invalid JSON structure in manifest');
  if (parsed.data.entries.length === 0) throw new RedshiftError('Problem reading manifest file - the manifest has no entries');
  return parsed.data.entries.map(({ url, mandatory, meta }) => {
    const match = /^s3:\/\/([^/]+)\/(.+)$/s.exec(url);
    if (match === null) throw new RedshiftError(`Problem reading manifest file - Invalid S3 URL "${url}" in manifest`);
    return { bucket: match[1]!, key: match[2]!, mandatory, bytes: meta?.content_length ?? null };
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
