import type { WindowFacts } from '@elias/contracts';
import {
  coverageFromWire,
  coverageSchema,
  coverageToWire,
  revisionFromWire,
  revisionSchema,
  revisionToWire,
  rowCountProblem,
} from '@elias/contracts';
import { sha256Schema, windowFromWire, windowSchema, windowToWire } from '@elias/contracts';
import { z } from 'zod';

/** Name of the manifest's entry in the zip. */
export const MANIFEST_ENTRY = 'manifest.json';

/**
 * The zip's second entry: all that is needed to rebuild ledgers and topics from archives alone. Nothing in it depends on who
 * asked (request, run, origin), so that the same collection gives the same bytes.
 */
export const manifestSchema = z.object({
  schema_version: z.int().min(1),
  window: windowSchema,
  revision: revisionSchema,
  row_count: z.int().min(0),
  coverage: coverageSchema,
  csv_name: z.string().max(200),
  csv_bytes: z.int().min(0),
  csv_sha256: sha256Schema,
});
export type WireManifest = z.infer<typeof manifestSchema>;

/** What an archive tells of its window. */
export interface Manifest extends Pick<WindowFacts, 'schemaVersion' | 'window' | 'revision' | 'rowCount' | 'coverage' | 'csvSha256'> {
  readonly csvName: string;
  readonly csvBytes: number;
}

/** One line of JSON, fields always in this order. */
export function encodeManifest(manifest: Manifest): Buffer {
  const wire: WireManifest = {
    schema_version: manifest.schemaVersion,
    window: windowToWire(manifest.window),
    revision: revisionToWire(manifest.revision),
    row_count: manifest.rowCount,
    coverage: coverageToWire(manifest.coverage),
    csv_name: manifest.csvName,
    csv_bytes: manifest.csvBytes,
    csv_sha256: manifest.csvSha256,
  };
  return Buffer.from(`${JSON.stringify(wire)}\n`, 'utf8');
}

/**
 * @throws SyntaxError when the bytes are no UTF-8 JSON (TypeError for bad UTF-8), ZodError for a wrong shape, RangeError when
 * revision, coverage and row count cannot be the window's
 */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const wire = manifestSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  const window = windowFromWire(wire.window);
  const coverage = coverageFromWire(window, wire.coverage);
  const revision = revisionFromWire(wire.revision);
  if (revision.unknown !== coverage.unknown || revision.open !== coverage.open) throw new RangeError('revision and coverage do not agree');
  const problem = rowCountProblem(window, coverage, wire.row_count);
  if (problem !== null) throw new RangeError(problem);
  return {
    schemaVersion: wire.schema_version,
    window,
    revision,
    rowCount: wire.row_count,
    coverage,
    csvName: wire.csv_name,
    csvBytes: wire.csv_bytes,
    csvSha256: wire.csv_sha256,
  };
}
