import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { LightMyRequestResponse } from 'fastify';
import type { ControlEvent } from '@elias/contracts';
import type { Postgres } from '@elias/postgres';
import { createLogger, httpAdapter, Metrics, Readiness, ServiceModule } from '@elias/telemetry';
import { orchestratorConfig } from '../../apps/orchestrator/src/orchestrator.config.js';
import { ProblemFilter } from '../../apps/orchestrator/src/api/problem.filter.js';
import { protectApi } from '../../apps/orchestrator/src/api/protect-api.js';
import { ReadApiModule } from '../../apps/orchestrator/src/api/read-api.module.js';
import { RecordFacts } from '../../apps/orchestrator/src/tasks/record-facts.js';
import { RunStore } from '../../apps/orchestrator/src/runs/run-store.js';
import { LoaderDatabase } from './loader-database.js';
import { LoaderByHand, testBucket } from './loader-sources.js';
import { storeSettings, testStack } from './stack.js';
import { stageAnswers } from './stage-answers.js';

const logger = createLogger({ app: 'test', level: 'silent' });

export interface ApiAnswer {
  status: number;
  type: string;
  headers: Record<string, unknown>;
  json: Record<string, unknown>;
}

/** A run as a test wants it: day windows of 1-minute candles, or others by name. */
export interface WantedRun {
  runId: string;
  windows: readonly string[];
  state?: string;
}

class SceneModule {}
Module({})(SceneModule);

/** The API's reading part over a database of its own, and what fills it. */
export class ApiScene {
  readonly loader: LoaderByHand;
  readonly bucket = testBucket();

  private constructor(
    private readonly database: LoaderDatabase,
    readonly postgres: Postgres,
    private readonly app: NestFastifyApplication,
    readonly readiness: Readiness,
  ) {
    this.loader = new LoaderByHand('topic', postgres, this.bucket, 'market');
  }

  /** @param settings beyond those that every scene has */
  static async open(settings: Record<string, string> = {}): Promise<ApiScene> {
    const database = await LoaderDatabase.create();
    const postgres = database.pool(4);
    // where the SDK looks for them by itself
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = storeSettings();
    Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY });
    const readiness = new Readiness();
    const group = `test-api-${randomBytes(5).toString('hex')}`;
    const config = orchestratorConfig.parse({
      ...{ POSTGRES_URL: database.url, KAFKA_BROKERS: testStack().kafka.brokers.join(), EXCHANGE_URL: 'http://127.0.0.1:9' },
      ...storeSettings(),
      ...{ ORCHESTRATOR_GROUP: group, ORCHESTRATOR_SERVICE_GROUPS: `collector=${group}-collector` },
      ...settings,
    });
    const module = await Test.createTestingModule({
      imports: [
        SceneModule,
        ServiceModule.forRoot({ app: 'test', metrics: new Metrics(), readiness }),
        ReadApiModule.forRoot({ config, logger }),
      ],
      providers: [{ provide: APP_FILTER, useFactory: () => new ProblemFilter(logger) }],
    }).compile();
    const app = module.createNestApplication<NestFastifyApplication>(httpAdapter(config.ORCHESTRATOR_TRUSTED_PROXIES));
    await protectApi(app.getHttpAdapter().getInstance(), {
      token: config.ORCHESTRATOR_API_TOKEN ?? null,
      requestsPerSecond: config.ORCHESTRATOR_API_REQUESTS_PER_SECOND,
    });
    await app.listen(0, '127.0.0.1');
    return new ApiScene(database, postgres, app, readiness);
  }

  /** Where it listens, for what needs a connection. */
  get url(): string {
    return `http://127.0.0.1:${(this.app.getHttpServer().address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    await this.app.close();
    this.bucket.close();
    await this.database.drop();
  }

  raw(url: string, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> {
    return this.app.inject({ method: 'GET', url, headers });
  }

  async get(url: string, headers: Record<string, string> = {}): Promise<ApiAnswer> {
    const response = await this.raw(url, headers);
    const { statusCode: status, headers: sent } = response;
    return { status, type: String(sent['content-type']).split(';')[0]!, headers: sent, json: response.json() };
  }

  /** A run with a task for each window. */
  async run({ runId, windows, state = 'succeeded' }: WantedRun): Promise<void> {
    await this.postgres.query(
      `INSERT INTO pipeline.runs (run_id, kind, dataset, granularity, product_ids, from_at, to_at, origin) VALUES ($1, 'range', 'candles', 60, '{}', now(), now(), 'backfill')`,
      [runId],
    );
    await this.postgres.query(
      `INSERT INTO pipeline.tasks (run_id, window_id, state, stages) SELECT $1, w, $3, '{"collect": "done"}' FROM unnest($2::text[]) w`,
      [runId, windows, state],
    );
  }

  /** What the stages tell of one collection of a window. */
  async tell(windowId: string, collectionId: string, unknown = 0): Promise<void> {
    const answers = stageAnswers({ window_id: windowId, request_id: collectionId, run_id: collectionId }, collectionId, unknown);
    await this.record(Object.values(answers));
  }

  /** What the orchestrator keeps of events. */
  async record(events: readonly ControlEvent[]): Promise<void> {
    await new RecordFacts(new RunStore(this.postgres)).run(events);
  }
}
