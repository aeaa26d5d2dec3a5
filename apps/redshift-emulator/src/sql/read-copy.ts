import { notEmulated, RedshiftError } from './redshift-error.js';
import type { SqlReader, TableName } from './sql-reader.js';

export interface S3Location {
  bucket: string;
  /** a key, or the first part of keys; may be empty */
  key: string;
}

export type CopyFormat =
  { kind: 'csv'; delimiter: string; quote: string } | { kind: 'delimited'; delimiter: string; escape: boolean } | { kind: 'json' };

export interface CopyOptions {
  manifest: boolean;
  compression: 'none' | 'gzip' | 'zstd';
  format: CopyFormat;
  /** a field of exactly this text is NULL */
  nullAs: string;
  /** lines at the head of each file */
  ignoreHeader: number;
  ignoreBlankLines: boolean;
  emptyAsNull: boolean;
  blanksAsNull: boolean;
  trimBlanks: boolean;
  fillRecord: boolean;
  truncateColumns: boolean;
  /** round DECIMAL instead of cutting it */
  roundDecimals: boolean;
  acceptAnyDate: boolean;
  /** null: YYYY-MM-DD */
  dateFormat: string | null;
  /** null: YYYY-MM-DD HH:MI:SS */
  timeFormat: string | null;
  /** bad rows that are passed over */
  maxErrors: number;
  /** parse only */
  noLoad: boolean;
  statUpdate: boolean;
}

export interface CopyStatement {
  table: TableName;
  columns: string[] | null;
  from: S3Location;
  /** `default` or an ARN; never looked at, S3 credentials are the emulator's own */
  iamRole: string;
  options: CopyOptions;
}

type Draft = Omit<CopyOptions, 'format'> & { delimiter: string | null; quote: string | null; csv: boolean; json: boolean; escape: boolean };

/**
 * `COPY t [(columns)] FROM 's3://…' IAM_ROLE … [options in any order]`. Source: AWS, "COPY".
 * @throws RedshiftError syntax, contradicting options, formats that are not emulated
 */
export function readCopy(reader: SqlReader): CopyStatement {
  reader.expectWord('copy');
  const table = reader.expectTableName();
  const columns = reader.atOperator('(') ? reader.expectNameList() : null;
  reader.expectWord('from');
  const from = readLocation(reader);
  const draft: Draft = {
    manifest: false,
    compression: 'none',
    nullAs: '\\N',
    ignoreHeader: 0,
    ignoreBlankLines: false,
    emptyAsNull: false,
    blanksAsNull: false,
    trimBlanks: false,
    fillRecord: false,
    truncateColumns: false,
    roundDecimals: false,
    acceptAnyDate: false,
    dateFormat: null,
    timeFormat: null,
    maxErrors: 0,
    noLoad: false,
    statUpdate: false,
    delimiter: null,
    quote: null,
    csv: false,
    json: false,
    escape: false,
  };
  let iamRole: string | null = null;
  const seen = new Set<string>();
  while (reader.peek().kind !== 'end' && !reader.atOperator(';')) {
    const { start } = reader.peek();
    if (reader.acceptWord('iam_role')) iamRole = claim(seen, 'iam_role', start) && readRole(reader);
    else if (reader.atAnyWord(['credentials', 'with', 'access_key_id', 'secret_access_key', 'session_token'])) {
      throw notEmulated('COPY credentials other than IAM_ROLE', start + 1);
    } else claim(seen, readOption(reader, draft), start);
  }
  reader.expectEnd();
  if (iamRole === null) throw new RedshiftError('COPY must have credentials: IAM_ROLE is missing');
  if (draft.manifest && (from.key === '' || from.key.endsWith('/'))) {
    throw new RedshiftError('COPY with MANIFEST parameter requires full path of an S3 object');
  }
  return { table, columns, from, iamRole, options: settle(draft) };
}

/** @throws RedshiftError the option was there already */
function claim(seen: Set<string>, option: string, start: number): true {
  if (seen.has(option)) throw new RedshiftError(`conflicting or redundant options: ${option.toUpperCase()}`, { position: start + 1 });
  seen.add(option);
  return true;
}

function readLocation(reader: SqlReader): S3Location {
  const { start } = reader.peek();
  const url = reader.expectString();
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(url);
  if (match === null) {
    if (/^(emr|ssh|dynamodb):\/\//.test(url)) throw notEmulated('COPY from other sources than Amazon S3', start + 1);
    throw new RedshiftError(`COPY source "${url}" is not the address of an Amazon S3 object or prefix`, { position: start + 1 });
  }
  return { bucket: match[1]!, key: match[2] ?? '' };
}

function readRole(reader: SqlReader): string {
  reader.acceptWord('as');
  return reader.acceptWord('default') ? 'default' : reader.expectString();
}

const SWITCHES = {
  manifest: 'manifest',
  ignoreblanklines: 'ignoreBlankLines',
  emptyasnull: 'emptyAsNull',
  blanksasnull: 'blanksAsNull',
  trimblanks: 'trimBlanks',
  fillrecord: 'fillRecord',
  truncatecolumns: 'truncateColumns',
  roundec: 'roundDecimals',
  acceptanydate: 'acceptAnyDate',
  noload: 'noLoad',
  escape: 'escape',
} as const satisfies Record<string, keyof Draft>;

const NOT_EMULATED = [
  'bzip2',
  'lzop',
  'avro',
  'parquet',
  'orc',
  'shapefile',
  'fixedwidth',
  'encrypted',
  'acceptinvchars',
  'encoding',
  'explicit_ids',
  'removequotes',
  'readratio',
  'ssh',
  'master_symmetric_key',
  'kms_key_id',
];

/** Reads one option and returns its name. Options of one kind, such as the compressions, share a name. */
function readOption(reader: SqlReader, draft: Draft): string {
  const { kind, value, start } = reader.peek();
  if (kind !== 'word') throw reader.syntaxError();
  if (value in SWITCHES) {
    reader.next();
    draft[SWITCHES[value as keyof typeof SWITCHES]] = true;
    return value;
  }
  if (NOT_EMULATED.includes(value)) throw notEmulated(`COPY with ${value.toUpperCase()}`, start + 1);
  if (reader.acceptWord('format')) {
    reader.acceptWord('as');
    if (!reader.atAnyWord(['csv', 'json', 'delimiter']))
      throw notEmulated(`COPY with FORMAT ${reader.peek().text.toUpperCase()}`, start + 1);
    return readOption(reader, draft);
  }
  reader.next();
  return readValuedOption(reader, draft, value, start);
}

function readValuedOption(reader: SqlReader, draft: Draft, option: string, start: number): string {
  const text = (): string => {
    reader.acceptWord('as');
    return reader.expectString();
  };
  const count = (): number => {
    reader.acceptWord('as');
    return reader.expectInteger();
  };
  switch (option) {
    case 'gzip':
    case 'zstd':
      draft.compression = option;
      return 'compression';
    case 'csv':
      draft.csv = true;
      if (reader.acceptWord('quote')) draft.quote = oneByte(text(), 'quote', start);
      return 'format';
    case 'quote':
      draft.quote = oneByte(text(), 'quote', start);
      return option;
    case 'json':
      reader.acceptWord('as');
      if (reader.peek().kind === 'string' && reader.next().value !== 'auto')
        throw notEmulated("COPY with JSON other than 'auto'", start + 1);
      draft.json = true;
      return 'format';
    case 'delimiter':
      draft.delimiter = oneByte(text(), 'delimiter', start);
      return option;
    case 'null':
      draft.nullAs = text();
      return option;
    case 'ignoreheader':
      draft.ignoreHeader = count();
      return option;
    case 'maxerror':
      draft.maxErrors = count();
      if (draft.maxErrors > 100_000) throw new RedshiftError('MAXERROR must be between 0 and 100000', { position: start + 1 });
      return option;
    case 'dateformat':
      draft.dateFormat = text();
      return option;
    case 'timeformat':
      draft.timeFormat = text();
      return option;
    case 'statupdate':
    case 'compupdate':
      draft.statUpdate = readOnOff(reader) && option === 'statupdate' ? true : draft.statUpdate;
      return option;
    case 'region':
      text();
      return option;
    case 'comprows':
      reader.expectInteger();
      return option;
    default:
      throw new RedshiftError(`syntax error at or near "${reader.source.slice(start, start + option.length)}"`, { position: start + 1 });
  }
}

/** `ON`, `TRUE`, `OFF`, `FALSE`, COMPUPDATE's `PRESET`, or nothing, which is ON. */
function readOnOff(reader: SqlReader): boolean {
  if (reader.acceptWord('off') || reader.acceptWord('false')) return false;
  if (!reader.acceptWord('on') && !reader.acceptWord('true')) reader.acceptWord('preset');
  return true;
}

function oneByte(text: string, name: string, start: number): string {
  if (text.length === 1 && text.charCodeAt(0) < 0x80) return text;
  throw new RedshiftError(`COPY ${name} must be a single ASCII character`, { position: start + 1 });
}

/** @throws RedshiftError options that contradict each other */
function settle({ delimiter, quote, csv, json, escape, ...options }: Draft): CopyOptions {
  const conflict = (first: string, second: string): RedshiftError => new RedshiftError(`${first} is not supported for ${second}`);
  if (json) {
    if (csv) throw conflict('CSV', 'JSON');
    if (delimiter !== null) throw conflict('DELIMITER', 'JSON');
    if (escape) throw conflict('ESCAPE', 'JSON');
    if (options.ignoreHeader > 0) throw conflict('IGNOREHEADER', 'JSON');
    if (options.fillRecord) throw conflict('FILLRECORD', 'JSON');
    return { ...options, format: { kind: 'json' } };
  }
  if (!csv && quote !== null) throw conflict('QUOTE', 'files other than CSV');
  if (csv && escape) throw conflict('ESCAPE', 'CSV');
  const format: CopyFormat = csv
    ? { kind: 'csv', delimiter: delimiter ?? ',', quote: quote ?? '"' }
    : { kind: 'delimited', delimiter: delimiter ?? '|', escape };
  return { ...options, format };
}
