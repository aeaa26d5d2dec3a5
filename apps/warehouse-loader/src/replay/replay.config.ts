import { warehouseLoaderConfig } from '../warehouse-loader.config.js';

/** Settings of a replay: those of the service, as far as they concern loads. */
export const replayConfig = warehouseLoaderConfig.omit({
  ...{ HTTP_HOST: true, HTTP_PORT: true, HTTP_PORT_FILE: true, KAFKA_BROKERS: true, WAREHOUSE_LOADER_GROUP: true },
  ...{ WAREHOUSE_LOAD_INTERVAL_MS: true, WAREHOUSE_SWEEP_INTERVAL_MS: true, WAREHOUSE_SWEEP_AT_START: true },
});
