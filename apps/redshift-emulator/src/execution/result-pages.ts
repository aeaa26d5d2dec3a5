import type { FieldDef } from 'pg';
import type { Pool } from 'pg';
import type { RawValue } from '../postgres/postgres-session.js';
import { RedshiftError } from '../sql/redshift-error.js';

/** A page of a result ends at whichever comes first. AWS does not say where its pages end. */
const PAGE_RECORDS = 1_000;
const PAGE_BYTES = 1_048_576;
/** Source: AWS, "Considerations when calling the Data API": a result is at most 500 MB. */
const RESULT_BYTES_MAX = 500 * 1_024 * 1_024;

/** Pages of results, kept in Postgres so that neither their size nor a restart matters. */
export class ResultPages {
  constructor(private readonly pool: Pool) {}

  async write(id: string, page: number, body: string): Promise<void> {
    await this.pool.query('INSERT INTO emulator.result_pages (id, page, body) VALUES ($1, $2, $3)', [id, page, body]);
  }

  async read(id: string, page: number): Promise<string | null> {
    const { rows } = await this.pool.query<{ body: string }>('SELECT body FROM emulator.result_pages WHERE id = $1 AND page = $2', [
      id,
      page,
    ]);
    return rows[0]?.body ?? null;
  }
}

/** Collects the rows of one result into pages. */
export class ResultWriter {
  rowCount = 0;
  byteCount = 0;
  pageCount = 0;
  private records: string[] = [];
  private pageBytes = 0;
  private encodeRow: ((row: readonly RawValue[]) => string) | null = null;

  constructor(
    private readonly id: string,
    private readonly format: 'JSON' | 'CSV',
    private readonly pages: ResultPages,
  ) {}

  async add(rows: readonly RawValue[][], fields: readonly FieldDef[]): Promise<void> {
    this.encodeRow ??= this.format === 'JSON' ? jsonEncoder(fields) : csvEncoder(fields);
    for (const row of rows) {
      const record = this.encodeRow(row);
      this.records.push(record);
      this.rowCount += 1;
      this.pageBytes += record.length;
      this.byteCount += row.reduce((sum, value) => sum + (value === null ? 0 : Buffer.byteLength(value)), 0);
      if (this.byteCount > RESULT_BYTES_MAX) throw new RedshiftError('Query result exceeds the maximum of 500 MB');
      if (this.records.length >= PAGE_RECORDS || this.pageBytes >= PAGE_BYTES) await this.flush();
    }
  }

  /** The last page; an empty result has one page without records. */
  async end(): Promise<void> {
    if (this.records.length > 0 || this.pageCount === 0) await this.flush();
  }

  private async flush(): Promise<void> {
    const body = this.format === 'JSON' ? `[${this.records.join(',')}]` : this.records.join('');
    this.records = [];
    this.pageBytes = 0;
    await this.pages.write(this.id, this.pageCount, body);
    this.pageCount += 1;
  }
}

const INTEGERS = [20, 21, 23, 26];
const FLOATS = [700, 701];
const BOOLEAN = 16;
const TIMESTAMP = 1114;

/** A record of GetStatementResult; 64-bit integers keep their digits on the wire, it is SDKs that lose them. */
function jsonEncoder(fields: readonly FieldDef[]): (row: readonly RawValue[]) => string {
  const encoders = fields.map(({ dataTypeID }): ((value: string) => string) => {
    if (INTEGERS.includes(dataTypeID)) return (value) => `{"longValue":${value}}`;
    if (FLOATS.includes(dataTypeID)) return (value) => `{"doubleValue":${/^-?[\d.]/.test(value) ? Number(value) : JSON.stringify(value)}}`;
    if (dataTypeID === BOOLEAN) return (value) => `{"booleanValue":${value === 't'}}`;
    if (dataTypeID === TIMESTAMP) return (value) => `{"stringValue":"${timestampText(value)}"}`;
    return (value) => `{"stringValue":${JSON.stringify(value)}}`;
  });
  return (row) => `[${row.map((value, index) => (value === null ? '{"isNull":true}' : encoders[index]!(value))).join(',')}]`;
}

/** Records of GetStatementResultV2. What AWS quotes and how it writes NULL is not known here. */
function csvEncoder(fields: readonly FieldDef[]): (row: readonly RawValue[]) => string {
  const text = (value: RawValue, index: number): string => {
    if (value === null) return '';
    const shown = fields[index]?.dataTypeID === TIMESTAMP ? timestampText(value) : value;
    return shown === '' || /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
  };
  return (row) => `${row.map(text).join(',')}\n`;
}

/** `2022-02-22 00:00:00.0`, as Java's Timestamp prints it. */
const timestampText = (value: string): string => (/:\d{2}$/.test(value) ? `${value}.0` : value);
