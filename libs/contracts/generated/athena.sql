CREATE EXTERNAL TABLE candles_60_csv (
  `product_id` string,
  `granularity` string,
  `started_at` string,
  `open` string,
  `high` string,
  `low` string,
  `close` string,
  `volume` string
)
PARTITIONED BY (product string, dt string)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
LOCATION 's3://<bucket>/<prefix>tables/candles/granularity=60/'
TBLPROPERTIES (
  'skip.header.line.count' = '1',
  'projection.enabled' = 'true',
  'projection.product.type' = 'injected',
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = '2015-01-01,NOW',
  'storage.location.template' = 's3://<bucket>/<prefix>tables/candles/granularity=60/product=${product}/dt=${dt}/'
);

CREATE OR REPLACE VIEW candles_60 AS
SELECT
  product_id AS product_id,
  CAST(granularity AS integer) AS granularity,
  from_iso8601_timestamp(started_at) AS started_at,
  CAST(open AS decimal(24, 10)) AS open,
  CAST(high AS decimal(24, 10)) AS high,
  CAST(low AS decimal(24, 10)) AS low,
  CAST(close AS decimal(24, 10)) AS close,
  CAST(volume AS decimal(30, 10)) AS volume
FROM candles_60_csv;

CREATE EXTERNAL TABLE candles_86400_csv (
  `product_id` string,
  `granularity` string,
  `started_at` string,
  `open` string,
  `high` string,
  `low` string,
  `close` string,
  `volume` string
)
PARTITIONED BY (product string, dt string)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
LOCATION 's3://<bucket>/<prefix>tables/candles/granularity=86400/'
TBLPROPERTIES (
  'skip.header.line.count' = '1',
  'projection.enabled' = 'true',
  'projection.product.type' = 'injected',
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = '2015-01-01,NOW',
  'storage.location.template' = 's3://<bucket>/<prefix>tables/candles/granularity=86400/product=${product}/dt=${dt}/'
);

CREATE OR REPLACE VIEW candles_86400 AS
SELECT
  product_id AS product_id,
  CAST(granularity AS integer) AS granularity,
  from_iso8601_timestamp(started_at) AS started_at,
  CAST(open AS decimal(24, 10)) AS open,
  CAST(high AS decimal(24, 10)) AS high,
  CAST(low AS decimal(24, 10)) AS low,
  CAST(close AS decimal(24, 10)) AS close,
  CAST(volume AS decimal(30, 10)) AS volume
FROM candles_86400_csv;
