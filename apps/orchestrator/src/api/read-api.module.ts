import { Inject, Module } from '@nestjs/common';
import type { BeforeApplicationShutdown, DynamicModule, FactoryProvider, OnApplicationShutdown } from '@nestjs/common';
import { kafkaConnection, KafkaClient } from '@elias/kafka';
import type { kafkaSettings } from '@elias/kafka';
import { ObjectStore } from '@elias/object-store';
import { Postgres, postgresConnection } from '@elias/postgres';
import type { postgresSettings } from '@elias/postgres';
import { Readiness } from '@elias/telemetry';
import type { Logger } from '@elias/telemetry';
import { CandlePages } from '../market/candle-pages.js';
import { MarketController } from '../market/market.controller.js';
import { MarketReads } from '../market/market-reads.js';
import { CheckReads } from '../checks/check-reads.js';
import { ChecksController } from '../checks/checks.controller.js';
import type { OrchestratorConfig } from '../orchestrator.config.js';
import { ArchiveReads } from '../pipeline/archive-reads.js';
import { ArchivesController } from '../pipeline/archives.controller.js';
import { OpenApiController } from '../openapi/openapi.controller.js';
import { ActivityReads } from '../pipeline/activity-reads.js';
import { AlarmReads } from '../pipeline/alarm-reads.js';
import { CoverageReads } from '../pipeline/coverage-reads.js';
import { GridReads } from '../pipeline/grid-reads.js';
import { KafkaReads } from '../pipeline/kafka-reads.js';
import { PipelineController } from '../pipeline/pipeline.controller.js';
import { ServiceReads } from '../pipeline/service-reads.js';
import { byService } from '../pipeline/services.js';
import { ServicesController } from '../pipeline/services.controller.js';
import { RunReads } from '../runs/run-reads.js';
import { RunReadsController } from '../runs/run-reads.controller.js';
import { LiveFeed } from '../stream/live-feed.js';
import { ApiToken, SessionController } from '../stream/session.controller.js';
import { StreamController } from '../stream/stream.controller.js';

/** What readers of the API need. */
export interface ReadApiParts {
  config: Pick<
    OrchestratorConfig,
    | keyof typeof kafkaSettings
    | keyof typeof postgresSettings
    | 'AWS_REGION'
    | 'S3_ENDPOINT'
    | 'ARCHIVE_BUCKET'
    | 'ORCHESTRATOR_API_TOKEN'
    | 'EXCHANGE_URL'
    | 'ORCHESTRATOR_GROUP'
    | 'ORCHESTRATOR_SERVICE_URLS'
    | 'ORCHESTRATOR_SERVICE_GROUPS'
  >;
  logger: Logger;
}

/** Connections of readers: their own, so that no number of them keeps the leader from its work. */
const READERS_POOL_SIZE = 4;
/** A read that takes longer is given up; every one is bounded, and takes some milliseconds. */
const READ_TIMEOUT_MS = 10_000;
/** The newest runs, whose changes the stream tells. */
const RUNS_WATCHED = 100;

/** What the API reads. It changes nothing and needs no leader: every instance answers. */
@Module({})
export class ReadApiModule implements BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(Postgres) private readonly postgres: Postgres,
    @Inject(KafkaClient) private readonly kafka: KafkaClient,
    @Inject(ObjectStore) private readonly store: ObjectStore,
    @Inject(LiveFeed) private readonly feed: LiveFeed,
  ) {}

  static forRoot({ config, logger }: ReadApiParts): DynamicModule {
    return {
      module: ReadApiModule,
      controllers: [
        MarketController,
        RunReadsController,
        ChecksController,
        PipelineController,
        ArchivesController,
        ServicesController,
        StreamController,
        SessionController,
        OpenApiController,
      ],
      providers: [...connections({ config, logger }), ...postgresReads(), ...serviceReads(config), ...streamParts({ config, logger })],
    };
  }

  /** Before the server waits for its connections to end. */
  beforeApplicationShutdown(): void {
    this.feed.close();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.kafka.close();
    this.store.close();
    await this.postgres.close();
  }
}

function connections({ config, logger }: ReadApiParts): FactoryProvider[] {
  const name = 'elias-orchestrator-api';
  const pool = { poolSize: READERS_POOL_SIZE, timeoutMs: READ_TIMEOUT_MS };
  return [
    { provide: Postgres, useFactory: () => new Postgres({ ...postgresConnection(config), applicationName: name, logger, ...pool }) },
    {
      provide: ObjectStore,
      useFactory: () => new ObjectStore({ region: config.AWS_REGION, endpoint: config.S3_ENDPOINT, bucket: config.ARCHIVE_BUCKET }),
    },
    {
      provide: ArchiveReads,
      useFactory: (...parts: [Postgres, ObjectStore]) => new ArchiveReads(...parts),
      inject: [Postgres, ObjectStore],
    },
    { provide: KafkaClient, useFactory: () => new KafkaClient({ ...kafkaConnection(config), clientId: name, logger }) },
  ];
}

function postgresReads(): FactoryProvider[] {
  return [MarketReads, CandlePages, RunReads, CheckReads, CoverageReads, GridReads, ActivityReads].map(
    (Reads: new (postgres: Postgres) => object) => ({
      provide: Reads,
      useFactory: (postgres: Postgres) => new Reads(postgres),
      inject: [Postgres],
    }),
  );
}

function serviceReads(config: ReadApiParts['config']): FactoryProvider[] {
  const groups = byService([`orchestrator=${config.ORCHESTRATOR_GROUP}`, ...config.ORCHESTRATOR_SERVICE_GROUPS]);
  const places = { urls: byService(config.ORCHESTRATOR_SERVICE_URLS), exchangeUrl: config.EXCHANGE_URL };
  return [
    {
      provide: KafkaReads,
      useFactory: (kafka: KafkaClient, postgres: Postgres) => new KafkaReads(kafka, postgres, groups),
      inject: [KafkaClient, Postgres],
    },
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

function streamParts({ config, logger }: ReadApiParts): FactoryProvider[] {
  const feed = (runs: RunReads, services: ServiceReads, alarms: AlarmReads): LiveFeed => {
    const sources = {
      services: () => services.services(),
      alarms: () => alarms.alarms(),
      runMarks: () => runs.marks(RUNS_WATCHED),
      runsOf: (runIds: readonly string[]) => runs.runsOf(runIds),
    };
    return new LiveFeed(sources, logger);
  };
  return [
    { provide: LiveFeed, useFactory: feed, inject: [RunReads, ServiceReads, AlarmReads] },
    { provide: ApiToken, useFactory: () => new ApiToken(config.ORCHESTRATOR_API_TOKEN ?? null) },
  ];
}
