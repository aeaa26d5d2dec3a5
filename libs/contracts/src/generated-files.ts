import { asyncApi, jsonSchemas } from './async-api.js';
import { DATASET_MODELS, MARKET_TABLES } from './dataset-models.js';
import { postgresTable, redshiftTable } from './ddl.js';
import { glueCandlesDdl } from './glue-ddl.js';
import { tableSchema } from './table-schema.js';

/** Every generated file by its path below `libs/contracts/generated`; a test compares them with what lies there. */
export function generatedFiles(): Record<string, string> {
  const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
  const files: Record<string, string> = {
    'asyncapi.json': json(asyncApi()),
    'postgres.sql': `${MARKET_TABLES.map(postgresTable).join('\n\n')}\n`,
    'redshift.sql': `${MARKET_TABLES.map(redshiftTable).join('\n\n')}\n`,
    'athena.sql': [60, 86_400]
      .map((granularity) => glueCandlesDdl(DATASET_MODELS.candles, { bucket: '<bucket>', prefix: '<prefix>', granularity }))
      .join('\n'),
  };
  for (const [name, schema] of Object.entries(jsonSchemas())) files[`json-schema/${name}.json`] = json(schema);
  for (const model of Object.values(DATASET_MODELS)) files[`table-schema/${model.name}.json`] = json(tableSchema(model));
  return files;
}
