import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, FactoryProvider, OnApplicationShutdown } from '@nestjs/common';
import { Postgres } from '@elias/postgres';
import type { Logger } from '@elias/telemetry';
import { MarketController } from './market/market.controller.js';
import { MarketReads } from './market/market-reads.js';
import { CoverageReads } from './pipeline/coverage-reads.js';
import { GridReads } from './pipeline/grid-reads.js';
import { PipelineController } from './pipeline/pipeline.controller.js';

/** What readers of the API need. */
export interface ReadApiParts {
  config: { POSTGRES_URL: string };
  logger: Logger;
}

/** Connections of readers: their own, so that no number of them keeps the leader from its work. */
const READERS_POOL_SIZE = 4;
/** A read that takes longer is given up; every one is bounded, and takes some milliseconds. */
const READ_TIMEOUT_MS = 10_000;

/** What the API reads. It changes nothing and needs no leader: every instance answers. */
@Module({})
export class ReadApiModule implements OnApplicationShutdown {
  constructor(@Inject(Postgres) private readonly postgres: Postgres) {}

  static forRoot({ config, logger }: ReadApiParts): DynamicModule {
    const reads = (Reads: new (postgres: Postgres) => object): FactoryProvider => ({
      provide: Reads,
      useFactory: (postgres: Postgres) => new Reads(postgres),
      inject: [Postgres],
    });
    return {
      module: ReadApiModule,
      controllers: [MarketController, PipelineController],
      providers: [
        {
          provide: Postgres,
          useFactory: () =>
            new Postgres({
              ...{ url: config.POSTGRES_URL, applicationName: 'elias-orchestrator-api', logger },
              ...{ poolSize: READERS_POOL_SIZE, timeoutMs: READ_TIMEOUT_MS },
            }),
        },
        ...[MarketReads, CoverageReads, GridReads].map((Reads) => reads(Reads)),
      ],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.postgres.close();
  }
}
