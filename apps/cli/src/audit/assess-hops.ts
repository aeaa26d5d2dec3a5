import { createHash } from 'node:crypto';
import { csvSha256 } from '@elias/archive';
import { columnNames, DATASET_MODELS } from '@elias/contracts';
import { compareRevisions } from '@elias/market-data';
import type { Dataset } from '@elias/market-data';
import { linesOf, rowDifference, storeDifference } from '../compare-window.js';
import type { ArchivedWindow } from '../compare-window.js';
import type { StoredWindow } from '../stored-window.js';
import type { Hop, HopReport, HopState } from './audited-window.js';
import { compareExchange } from './compare-exchange.js';
import type { ExchangeTold } from './exchange-source.js';
import type { SealedArchives } from './read-sealed.js';
import type { ReadTwin } from './read-twin.js';
import type { TopicTold } from './topic-source.js';

/** What is compared with: the best sealed telling that stands; `none`: every one is withdrawn, so nothing may be left; null: there is none. */
export type Reference = ArchivedWindow | 'none' | null;

type Found = Partial<Pick<HopReport, 'rows' | 'csv_sha256' | 'detail'>>;
export const found = (hop: Hop, state: HopState, { rows = null, csv_sha256 = null, detail = null }: Found = {}): HopReport => {
  return { hop, state, rows, csv_sha256, detail };
};

/** A store's rows and ledger beside the reference. */
export function assessStore(hop: Hop, dataset: Dataset, reference: Reference, stored: StoredWindow): HopReport {
  const { rows, ledger } = stored;
  const told = { rows: rows.length, csv_sha256: rows.length === 0 && ledger === null ? null : rowsSha256(dataset, rows) };
  const isEmpty = rows.length === 0 && (ledger === null || ledger.state === 'revoked');
  if (reference === 'none') {
    const detail = isEmpty ? null : 'every telling is withdrawn, and it still has one';
    return found(hop, isEmpty ? 'equal' : 'differs', { ...told, detail });
  }
  if (ledger === null && rows.length === 0) return found(hop, 'missing', { rows: 0, detail: 'its ledger has no such window' });
  if (reference === null) return found(hop, 'differs', { ...told, detail: 'it has rows that no archive tells of' });
  const detail = storeDifference(reference, stored);
  return found(hop, detail === null ? 'equal' : 'differs', { ...told, detail });
}

/** Whether archives are there, and each of them what its name says. */
export function assessArchive({ best, standing, withdrawn, problem }: SealedArchives): HopReport {
  const told = best === null ? {} : { rows: best.manifest.rowCount, csv_sha256: best.manifest.csvSha256 };
  if (problem !== null) return found('archive', 'differs', { ...told, detail: problem });
  if (standing + withdrawn === 0) return found('archive', 'missing', { detail: 'no archive lies in the bucket' });
  return found('archive', 'equal', told);
}

/** A twin beside the reference. */
export function assessTwin(dataset: Dataset, reference: Reference, twin: ReadTwin): HopReport {
  if (twin === null) return reference === 'none' ? found('twin', 'equal') : found('twin', 'missing', { detail: 'there is no twin' });
  if ('problem' in twin) return found('twin', 'differs', { detail: twin.problem });
  const { csv } = twin;
  const rows = linesOf(csv);
  const told = { rows: rows.length, csv_sha256: csvSha256(csv) };
  if (reference === null) return found('twin', 'differs', { ...told, detail: 'it has rows that no archive tells of' });
  if (reference === 'none') {
    const detail = rows.length === 0 ? null : 'every telling is withdrawn, and it still has one';
    return found('twin', detail === null ? 'equal' : 'differs', { ...told, detail });
  }
  if (told.csv_sha256 === reference.manifest.csvSha256) return found('twin', 'equal', told);
  const detail = rowDifference(dataset, linesOf(reference.csv), rows) ?? 'its rows are those of the archive, its bytes are not';
  return found('twin', 'differs', { ...told, detail });
}

/** @param csv of the record, where it was read again */
export function assessTopic(dataset: Dataset, reference: Reference, told: TopicTold, csv: Buffer | null): HopReport {
  if (told.kind === 'not-held') return found('topic', 'not_held', { detail: told.detail });
  if (told.kind === 'incomplete') return found('topic', 'differs', { detail: told.detail });
  if (told.kind === 'none') return found('topic', reference === 'none' ? 'equal' : 'missing', { detail: 'the topic has no record of it' });
  if (told.kind === 'emptied') {
    return reference === 'none'
      ? found('topic', 'equal', { detail: 'its last record says that none is left' })
      : found('topic', 'differs', { detail: 'its last record says that no telling is left' });
  }
  const { facts, sha256 } = told;
  const held = { rows: facts.rowCount, csv_sha256: sha256 };
  const named = `collection ${facts.revision.collectionId}`;
  if (sha256 !== facts.csvSha256)
    return found('topic', 'differs', { ...held, detail: `the bytes of ${named} are not what its header tells` });
  if (reference === null) return found('topic', 'equal', { ...held, detail: `${named} is not archived` });
  if (reference === 'none') return found('topic', 'differs', { ...held, detail: `${named} is withdrawn, and still its last record` });
  const { manifest } = reference;
  if (facts.csvSha256 === manifest.csvSha256) return found('topic', 'equal', held);
  const order = compareRevisions(facts.revision, manifest.revision);
  const how = order > 0 ? 'is better than the best sealed one' : order < 0 ? 'is worse than the best sealed one' : 'has other bytes';
  const row = csv === null ? null : rowDifference(dataset, linesOf(reference.csv), linesOf(csv));
  return found('topic', 'differs', { ...held, detail: `its last record, ${named}, ${how}${row === null ? '' : `: ${row}`}` });
}

/** What the exchange tells now beside what was sealed. @returns the report, and what explains itself */
export function assessExchange(reference: Reference, told: ExchangeTold): { report: HopReport; note: string | null } {
  if (told.kind !== 'told') return { report: found('exchange', 'not_asked', { detail: told.detail }), note: null };
  const { window, coverage, csv } = told;
  const rows = linesOf(csv);
  const held = { rows: rows.length, csv_sha256: csvSha256(csv) };
  if (reference === null || reference === 'none') {
    return { report: found('exchange', 'equal', held), note: `the exchange tells ${rows.length} rows of it` };
  }
  if (held.csv_sha256 === reference.manifest.csvSha256) return { report: found('exchange', 'equal', held), note: null };
  const sealed = { coverage: reference.manifest.coverage, rows: linesOf(reference.csv) };
  const { changes, first, toldSince } = compareExchange(window, sealed, { coverage, rows });
  const note = toldSince === 0 ? null : `${toldSince} rows that were unknown or open when it was sealed are told now`;
  if (first === null) return { report: found('exchange', 'equal', held), note };
  const more = changes === 1 ? '' : `, and ${changes - 1} more`;
  return { report: found('exchange', 'changed', { ...held, detail: `exchange changed since: ${first}${more}` }), note };
}

/** Hash that a store's rows have as the window's CSV. */
function rowsSha256(dataset: Dataset, rows: readonly string[]): string {
  const hash = createHash('sha256').update(`${columnNames(DATASET_MODELS[dataset]).join(',')}\n`);
  for (const row of rows) hash.update(row).update('\n');
  return hash.digest('hex');
}
