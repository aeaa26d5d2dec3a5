import { wrapText } from '../terminal/wrap-text.js';
import type { Orphan, OrphanKind } from './orphan.js';

const WORDS: Record<OrphanKind, string> = {
  not_loaded: 'archive that the ledger does not know',
  no_archive: 'ledger row whose archive is not there',
  withdrawn: 'ledger row that names a withdrawn archive',
  no_ledger: 'twin that the ledger does not know',
  no_twin: 'ledger row without a twin',
  staged: 'files that a load left',
  foreign: 'object that is not of Elias',
};
const STORES = { redshift: 'Redshift', postgres: 'Postgres' } as const;

/** What it is, and below it the window and the object. */
export function orphanLines({ kind, store, window, key }: Orphan, width: number): string[] {
  const [what, where] = [WORDS[kind], store === null ? '' : `${STORES[store]}: `];
  return [
    ...wrapText(`${where}${what}`, width),
    ...(window === null ? [] : [`  ${window}`]),
    ...(key === null ? [] : wrapText(key, width, '  ')),
  ];
}
