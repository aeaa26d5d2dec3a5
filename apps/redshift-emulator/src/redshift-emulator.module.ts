import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationShutdown } from '@nestjs/common';
import { Metrics, Readiness, ServiceModule } from '@elias/telemetry';
import type { Logger } from '@elias/telemetry';
import { DataApiController } from './data-api/data-api.controller.js';
import { DataApi } from './data-api/data-api.js';
import { RequestRates } from './data-api/request-rates.js';
import { Emulator } from './emulator.js';
import { FaultBox } from './faults/fault-box.js';
import { FaultsController } from './faults/faults.controller.js';
import { LOGGER, REQUEST_RATES } from './injection-tokens.js';
import type { RedshiftEmulatorConfig } from './redshift-emulator.config.js';

@Module({})
export class RedshiftEmulatorModule implements OnApplicationShutdown {
  constructor(@Inject(Emulator) private readonly emulator: Emulator) {}

  static forRoot(parts: { emulator: Emulator; config: RedshiftEmulatorConfig; logger: Logger }): DynamicModule {
    const { emulator, config, logger } = parts;
    const metrics = new Metrics({ processMetrics: true });
    const readiness = new Readiness();
    readiness.add('postgres', () => emulator.database.unreadiness());
    return {
      module: RedshiftEmulatorModule,
      imports: [ServiceModule.forRoot({ app: 'redshift-emulator', metrics, readiness })],
      controllers: [DataApiController, FaultsController],
      providers: [
        { provide: Emulator, useValue: emulator },
        { provide: DataApi, useValue: emulator.api },
        { provide: FaultBox, useValue: emulator.faults },
        { provide: REQUEST_RATES, useValue: config.EMULATOR_RATE_LIMITS === 'on' ? new RequestRates() : null },
        { provide: LOGGER, useValue: logger },
      ],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.emulator.close();
  }
}
