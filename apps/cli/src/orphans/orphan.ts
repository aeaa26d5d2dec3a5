/**
 * What belongs to nothing. `not_loaded`: a standing archive of a window that the store's ledger does not have. `no_archive`: a ledger row
 * whose archive is not there. `withdrawn`: a ledger row that names a withdrawn one. `no_ledger`: a twin that Redshift's ledger does not
 * know. `no_twin`: a row of it without one. `staged`: what a load left. `foreign`: an object that is none of Elias's.
 */
export const ORPHANS = ['not_loaded', 'no_archive', 'withdrawn', 'no_ledger', 'no_twin', 'staged', 'foreign'] as const;
export type OrphanKind = (typeof ORPHANS)[number];

export interface Orphan {
  kind: OrphanKind;
  /** whose ledger it is about */
  store: 'redshift' | 'postgres' | null;
  window: string | null;
  /** of the object that is there, or should be */
  key: string | null;
}
