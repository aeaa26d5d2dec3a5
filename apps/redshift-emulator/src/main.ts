import { loadConfig } from '@elias/config';
import { createLogger, runMain, startService } from '@elias/telemetry';
import { Emulator } from './emulator.js';
import { redshiftEmulatorConfig } from './redshift-emulator.config.js';
import { RedshiftEmulatorModule } from './redshift-emulator.module.js';

const APP = 'redshift-emulator';

await runMain(async () => {
  const config = loadConfig(redshiftEmulatorConfig);
  const logger = createLogger({ app: APP, level: config.LOG_LEVEL });
  const emulator = await Emulator.start(config, logger);
  await startService({ app: APP, config, module: RedshiftEmulatorModule.forRoot({ emulator, config, logger }), logger });
});
