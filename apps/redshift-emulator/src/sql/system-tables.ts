import { notEmulated } from './redshift-error.js';
import type { TableName } from './sql-reader.js';

/** System views that the emulator keeps, in its own schema. */
const EMULATED: ReadonlySet<string> = new Set(['sys_load_error_detail', 'sys_load_history']);

/**
 * Where a system view of Redshift is kept.
 * @returns null when the name is no system view of Redshift
 * @throws RedshiftError a system view that is not kept; STL_ and STV_ tables exist on provisioned clusters only
 */
export function emulatedSystemTable({ schema, name, start }: TableName): string | null {
  if (schema !== null && schema !== 'pg_catalog') return null;
  if (EMULATED.has(name)) return `emulator.${name}`;
  if (/^(sys|stl|stv|svl|svv|svcs)_/.test(name) || name === 'pg_table_def') throw notEmulated(`the system view ${name}`, start + 1);
  return null;
}
