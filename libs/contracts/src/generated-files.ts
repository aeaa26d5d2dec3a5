import { DAY_DATASETS, isDayDataset } from '@elias/market-data';
import { asyncApi, jsonSchemas } from './async-api.js';
import { DATASET_MODELS, MARKET_TABLES, MARKET_VIEWS } from './dataset-models.js';
import { marketView, postgresTable, redshiftTable } from './ddl.js';
import { gatewayAsyncApi, gatewayJsonSchemas } from './gateway-async-api.js';
import { glueDdl } from './glue-ddl.js';
import { tableSchema } from './table-schema.js';

/** Every generated file by its path below `libs/contracts/generated`; a test compares them with what lies there. */
export function generatedFiles(): Record<string, string> {
  const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
  const sql = (tables: readonly string[]): string => `${[...tables, ...MARKET_VIEWS.map(marketView)].join('\n\n')}\n`;
  const files: Record<string, string> = {
    'asyncapi.json': json(asyncApi()),
    'gateway-asyncapi.json': json(gatewayAsyncApi()),
    'postgres.sql': sql(MARKET_TABLES.map(postgresTable)),
    'redshift.sql': sql(MARKET_TABLES.map(redshiftTable)),
    'athena.sql': athenaTables().join('\n'),
  };
  for (const [name, schema] of Object.entries({ ...jsonSchemas(), ...gatewayJsonSchemas() }))
    files[`json-schema/${name}.json`] = json(schema);
  for (const model of Object.values(DATASET_MODELS)) files[`table-schema/${model.name}.json`] = json(tableSchema(model));
  return files;
}

/** Candle widths that are collected every day, trades, of which an hour's twin lies in a folder below its day's, and every dataset of days. */
function athenaTables(): string[] {
  const bucket = { bucket: '<bucket>', prefix: '<prefix>' };
  const candles = [60, 86_400].map((width) => ({
    dataset: 'candles' as const,
    name: `candles_${width}`,
    folder: `candles/granularity=${width}`,
  }));
  const days = Object.keys(DAY_DATASETS)
    .filter(isDayDataset)
    .map((dataset) => ({ dataset, name: dataset, folder: dataset }));
  const trades = { dataset: 'trades' as const, name: 'trades', folder: 'trades' };
  return [...candles, trades, ...days].map(({ dataset, name, folder }) => {
    const products = isDayDataset(dataset) ? DAY_DATASETS[dataset] : 'one';
    return glueDdl(DATASET_MODELS[dataset], { ...bucket, name, folder, products });
  });
}
