import type { WindowStore } from '../stored-window.js';

/** Tables like the real ones, in a schema of their own. */
export interface ShadowStore {
  readonly name: string;
  /** Makes what is missing of it. @throws ReplayRefusedError when a schema of that name is somebody else's */
  prepare(schema: string): Promise<void>;
  /** Removes it with all that is in it. @throws ReplayRefusedError when it is no shadow */
  drop(schema: string): Promise<void>;
  /** Ids of the windows that its ledger knows, sorted. @throws ReplayRefusedError when it is no shadow */
  windowIds(schema: string): Promise<string[]>;
  /** One window at a time, of any schema. */
  read(schema: string): WindowStore;
  /** Exchanges the shadow's windows with the real ones, in one transaction. @throws ReplayRefusedError when it is no shadow */
  promote(schema: string): Promise<Promoted>;
}

export interface Promoted {
  /** windows that are the shadow's now */
  readonly promoted: readonly string[];
  /** windows whose real telling is better than the shadow's, or whose telling is withdrawn: they stay as they are */
  readonly kept: readonly string[];
}

/** A table that no other schema has. */
export const SHADOW_MARK = 'elias_shadow';

const SCHEMA = /^[a-z][a-z0-9_]{0,62}$/;
const TAKEN = /^(?:market|live|pipeline|public|information_schema|pg_.*|stl_.*|sys_.*|svv_.*)$/;

/** Whether a schema may be called so. */
export function isShadowName(schema: string): boolean {
  return SCHEMA.test(schema) && !TAKEN.test(schema);
}
