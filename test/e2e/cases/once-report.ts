/** The file of `--json`, as the tests read it. */
export interface OnceReport {
  date: string;
  exchange: string;
  windows: ReportedWindow[];
  equal: boolean;
}

export interface ReportedWindow {
  source: string;
  product_id: string;
  candles: number;
  coverage: { present: number; no_trade: number; unknown: number; open: number };
  archive: { bucket: string; key: string; bytes: number; sha256: string; csv_sha256: string };
  redshift_rows: number;
  rds_rows: number;
  equal: boolean;
  error: string | null;
}

/** Every field of the report, in the order in which people read them. */
export const REPORT_FIELDS = {
  report: ['date', 'exchange', 'windows', 'equal'],
  window: [
    ...['dataset', 'source', 'product_id', 'granularity', 'from', 'to', 'candles', 'coverage', 'archive', 'twin'],
    ...['redshift_rows', 'rds_rows', 'equal', 'error'],
  ],
  coverage: ['present', 'no_trade', 'unknown', 'open'],
  archive: ['bucket', 'key', 'bytes', 'sha256', 'csv_sha256'],
  twin: ['bucket', 'key'],
} as const;
