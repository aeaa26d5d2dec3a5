import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, FactoryProvider, OnApplicationShutdown } from '@nestjs/common';
import { KafkaClient } from '@elias/kafka';
import { Postgres } from '@elias/postgres';
import { Readiness } from '@elias/telemetry';
import type { Logger } from '@elias/telemetry';
import { MarketController } from './market/market.controller.js';
import { MarketReads } from './market/market-reads.js';
import type { OrchestratorConfig } from './orchestrator.config.js';
import { ActivityReads } from './pipeline/activity-reads.js';
import { AlarmReads } from './pipeline/alarm-reads.js';
import { CoverageReads } from './pipeline/coverage-reads.js';
import { GridReads } from './pipeline/grid-reads.js';
import { KafkaReads } from './pipeline/kafka-reads.js';
import { PipelineController } from './pipeline/pipeline.controller.js';
import { ServiceReads } from './pipeline/service-reads.js';
import { byService } from './pipeline/services.js';
import { ServicesController } from './pipeline/services.controller.js';

/** What readers of the API need. */
export interface ReadApiParts {
  config: Pick<
    OrchestratorConfig,
    'POSTGRES_URL' | 'KAFKA_BROKERS' | 'EXCHANGE_URL' | 'ORCHESTRATOR_GROUP' | 'ORCHESTRATOR_SERVICE_URLS' | 'ORCHESTRATOR_SERVICE_GROUPS'
  >;
  logger: Logger;
}

/** Connections of readers: their own, so that no number of them keeps the leader from its work. */
const READERS_POOL_SIZE = 4;
/** A read that takes longer is given up; every one is bounded, and takes some milliseconds. */
const READ_TIMEOUT_MS = 10_000;

/** What the API reads. It changes nothing and needs no leader: every instance answers. */
@Module({})
export class ReadApiModule implements OnApplicationShutdown {
  constructor(
    @Inject(Postgres) private readonly postgres: Postgres,
    @Inject(KafkaClient) private readonly kafka: KafkaClient,
  ) {}

  static forRoot({ config, logger }: ReadApiParts): DynamicModule {
    return {
      module: ReadApiModule,
      controllers: [MarketController, PipelineController, ServicesController],
      providers: [...connections({ config, logger }), ...postgresReads(), ...serviceReads(config)],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.kafka.close();
    await this.postgres.close();
  }
}

function connections({ config, logger }: ReadApiParts): FactoryProvider[] {
  const name = 'elias-orchestrator-api';
  const pool = { poolSize: READERS_POOL_SIZE, timeoutMs: READ_TIMEOUT_MS };
  return [
    { provide: Postgres, useFactory: () => new Postgres({ url: config.POSTGRES_URL, applicationName: name, logger, ...pool }) },
    { provide: KafkaClient, useFactory: () => new KafkaClient({ brokers: config.KAFKA_BROKERS, clientId: name, logger }) },
  ];
}

function postgresReads(): FactoryProvider[] {
  return [MarketReads, CoverageReads, GridReads, ActivityReads].map((Reads: new (postgres: Postgres) => object) => ({
    provide: Reads,
    useFactory: (postgres: Postgres) => new Reads(postgres),
    inject: [Postgres],
  }));
}

function serviceReads(config: ReadApiParts['config']): FactoryProvider[] {
  const groups = byService([`orchestrator=${config.ORCHESTRATOR_GROUP}`, ...config.ORCHESTRATOR_SERVICE_GROUPS]);
  const places = { urls: byService(config.ORCHESTRATOR_SERVICE_URLS), exchangeUrl: config.EXCHANGE_URL };
  return [
    { provide: KafkaReads, useFactory: (kafka: KafkaClient) => new KafkaReads(kafka, groups), inject: [KafkaClient] },
    {
      provide: ServiceReads,
      useFactory: (...parts: [Readiness, KafkaReads, ActivityReads]) => new ServiceReads(places, ...parts),
      inject: [Readiness, KafkaReads, ActivityReads],
    },
    {
      provide: AlarmReads,
      useFactory: (...parts: [Postgres, ServiceReads, KafkaReads]) => new AlarmReads(...parts, Date.now),
      inject: [Postgres, ServiceReads, KafkaReads],
    },
  ];
}
