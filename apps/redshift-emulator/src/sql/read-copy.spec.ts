import { readStatement } from './read-statement.js';
import type { CopyStatement } from './read-copy.js';

const copy = (rest: string): CopyStatement => {
  const statement = readStatement(`COPY market.candles ${rest}`);
  if (statement.kind !== 'copy') throw new Error('not a COPY');
  return statement.copy;
};

it('reads columns, address, role and options in any order', () => {
  const read = copy(`(product_id, "open") FROM 's3://elias/_loads/b1/manifest.json' TIMEFORMAT AS 'auto' IAM_ROLE 'arn:aws:iam::1:role/copy'
    GZIP MANIFEST FORMAT AS CSV IGNOREHEADER 1 MAXERROR AS 5 NULL AS '' STATUPDATE OFF COMPUPDATE OFF REGION 'us-east-1' ROUNDEC;`);
  expect(read).toMatchObject({
    table: { schema: 'market', name: 'candles' },
    columns: ['product_id', 'open'],
    from: { bucket: 'elias', key: '_loads/b1/manifest.json' },
    iamRole: 'arn:aws:iam::1:role/copy',
    options: {
      manifest: true,
      compression: 'gzip',
      format: { kind: 'csv', delimiter: ',', quote: '"' },
      nullAs: '',
      ignoreHeader: 1,
      timeFormat: 'auto',
      maxErrors: 5,
      statUpdate: false,
      roundDecimals: true,
    },
  });
});

it.each([
  [
    "FROM 's3://b1b/k' IAM_ROLE default",
    { format: { kind: 'delimited', delimiter: '|', escape: false }, nullAs: '\\N', compression: 'none', timeFormat: null },
  ],
  [
    "FROM 's3://b1b/k' IAM_ROLE default DELIMITER '\\t' ESCAPE ZSTD NOLOAD STATUPDATE",
    { format: { kind: 'delimited', delimiter: '\t', escape: true }, compression: 'zstd', noLoad: true, statUpdate: true },
  ],
  ["FROM 's3://b1b' IAM_ROLE default CSV QUOTE AS '''' DELIMITER ';'", { format: { kind: 'csv', delimiter: ';', quote: "'" } }],
  ["FROM 's3://b1b/k' IAM_ROLE default JSON 'auto' TRUNCATECOLUMNS", { format: { kind: 'json' }, truncateColumns: true }],
])('%s', (rest, options) => {
  expect(copy(rest).options).toMatchObject(options);
});

it.each([
  ["FROM 's3://b1b/k'", 'COPY must have credentials: IAM_ROLE is missing'],
  ["FROM 's3://b1b/k' IAM_ROLE default BZIP2", 'redshift-emulator does not support COPY with BZIP2'],
  ["FROM 's3://b1b/k' IAM_ROLE default ZIP", 'syntax error at or near "ZIP"'],
  ["FROM 's3://b1b/k' IAM_ROLE default FORMAT PARQUET", 'redshift-emulator does not support COPY with FORMAT PARQUET'],
  ["FROM 's3://b1b/k' IAM_ROLE default GZIP ZSTD", 'conflicting or redundant options: COMPRESSION'],
  ["FROM 's3://b1b/k' IAM_ROLE default CSV JSON 'auto'", 'conflicting or redundant options: FORMAT'],
  ["FROM 's3://b1b/k' IAM_ROLE default CSV ESCAPE", 'ESCAPE is not supported for CSV'],
  ["FROM 's3://b1b/k/' IAM_ROLE default MANIFEST", 'COPY with MANIFEST parameter requires full path of an S3 object'],
  ["FROM 's3://b1b' IAM_ROLE default MANIFEST", 'COPY with MANIFEST parameter requires full path of an S3 object'],
  ["FROM '/tmp/x' IAM_ROLE default", 'COPY source "/tmp/x" is not the address of an Amazon S3 object or prefix'],
  [
    "FROM 's3://b1b/k' CREDENTIALS 'aws_access_key_id=a;aws_secret_access_key=b'",
    'redshift-emulator does not support COPY credentials other than IAM_ROLE',
  ],
  ['FROM STDIN', 'syntax error at or near "STDIN"'],
])('%s is refused', (rest, message) => {
  expect(() => copy(rest)).toThrow(expect.objectContaining({ message }));
});
