import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { decodeEvent, TOPICS } from '@elias/contracts';
import type { EventData } from '@elias/contracts';
import { ensureTopics, KafkaClient } from '@elias/kafka';
import { migratePostgres, Postgres } from '@elias/postgres';
import { createLogger } from '@elias/telemetry';
import { RecordFacts } from '../../apps/orchestrator/src/tasks/record-facts.js';
import { RunStore } from '../../apps/orchestrator/src/runs/run-store.js';
import { freshDatabase } from './fresh-database.js';
import type { FreshDatabase } from './fresh-database.js';
import { playLedger, playTransformer } from './played-closing.js';
import { RunsClient } from './runs-client.js';
import { ServiceProcess, until } from './service-process.js';
import { stageAnswers } from './stage-answers.js';
import { storeSettings, testStack } from './stack.js';
import { TopicTail } from './topic-tail.js';

const logger = createLogger({ app: 'test', level: 'silent' });

/** A clock that runs from one instant to another, so many times faster than time, and then stands. */
export interface SpedUpClock {
  from: string;
  to: string;
  speed: number;
}

/**
 * Orchestrators as processes with a database of their own, and products of their own on the topics that all tests share. The stages are
 * played: whatever request arrives on Kafka can be answered, straight into the ledger.
 */
export class OrchestratorScene {
  readonly products = [0, 1].map(() => `O${randomBytes(5).toString('hex').toUpperCase()}-USD`);
  private readonly processes: ServiceProcess[] = [];
  private group = '';
  private readonly answered = new Set<string>();
  private readonly clockFile = join(mkdtempSync(join(tmpdir(), 'elias-clock-')), 'began');

  private constructor(
    readonly database: FreshDatabase,
    readonly postgres: Postgres,
    private readonly kafka: KafkaClient,
    private readonly tail: TopicTail,
  ) {}

  static async open(): Promise<OrchestratorScene> {
    const { kafka, postgres } = testStack();
    const client = new KafkaClient({ ...kafka, clientId: 'test-orchestrator', logger });
    await ensureTopics(client, [TOPICS.collectionRequests]);
    const database = await freshDatabase(postgres);
    await migratePostgres(database.url, logger);
    const tail = await TopicTail.of(kafka.brokers, [TOPICS.collectionRequests.name]);
    return new OrchestratorScene(database, new Postgres({ url: database.url, applicationName: 'test', logger }), client, tail);
  }

  async close(): Promise<void> {
    await this.end();
    await this.tail.close();
    await this.kafka.close();
    await this.postgres.close();
    await this.database.drop();
    rmSync(dirname(this.clockFile), { recursive: true, force: true });
  }

  /** An empty ledger, and a consumer group of the test's own. */
  async begin(): Promise<void> {
    this.group = `test-orchestrator-${randomBytes(5).toString('hex')}`;
    await this.postgres.query('TRUNCATE pipeline.runs, pipeline.tasks, pipeline.facts, pipeline.outbox');
  }

  /** Ends what the test started. */
  async end(): Promise<void> {
    await Promise.all(this.processes.splice(0).map((one) => one.end()));
  }

  start(settings: Record<string, string> = {}): ServiceProcess {
    return this.run(settings);
  }

  /** Its clock stands until `runClock`; processes that follow go on with it. */
  startSpedUp({ from, to, speed }: SpedUpClock): ServiceProcess {
    const clock = { TEST_CLOCK_FROM: from, TEST_CLOCK_TO: to, TEST_CLOCK_SPEED: String(speed), TEST_CLOCK_FILE: this.clockFile };
    return this.run({ ...clock, ORCHESTRATOR_SCHEDULE: 'on' }, './sped-up-orchestrator.mjs');
  }

  runClock(): void {
    writeFileSync(this.clockFile, String(Date.now()));
  }

  async client(orchestrator: ServiceProcess): Promise<RunsClient> {
    return new RunsClient(await orchestrator.url());
  }

  /** Whether it leads or stands by, as its readiness tells, ready or not; undefined while it does not answer. */
  async leadership(orchestrator: ServiceProcess): Promise<string | undefined> {
    const answer = await orchestrator.get('/health/ready').catch(() => null);
    return answer === null ? undefined : (JSON.parse(answer.text) as { notes: { note: string }[] }).notes[0]?.note;
  }

  async leads(orchestrator: ServiceProcess): Promise<void> {
    await this.until(
      async () => (await this.leadership(orchestrator)) === 'leader',
      () => 'it does not lead',
    );
  }

  /** Requests of runs for this scene's products that arrived on Kafka, each once. */
  get requests(): EventData<'collection.requested'>[] {
    const requests = new Map<string, EventData<'collection.requested'>>();
    for (const record of this.tail.records) {
      const decoded = decodeEvent(record);
      if (decoded.kind === 'ok' && decoded.value.type === 'collection.requested')
        requests.set(decoded.value.data.request_id, decoded.value.data);
    }
    const all = [...requests.values()];
    const own = new Set(all.filter(({ window }) => this.products.includes(window.product_id)).map(({ run_id }) => run_id));
    return all.filter(({ run_id }) => own.has(run_id));
  }

  /** Plays the stages for every request that arrived since the last time, and the transformer. */
  async answerAll(): Promise<void> {
    for (const request of this.requests.filter(({ request_id }) => !this.answered.has(request_id))) {
      this.answered.add(request.request_id);
      const answers = stageAnswers({ ...request, window_id: request.window.id }, request.request_id);
      await new RecordFacts(new RunStore(this.postgres)).run(Object.values(answers));
    }
    await playLedger(this.postgres);
    await playTransformer(this.postgres);
  }

  async until(holds: () => boolean | Promise<boolean>, otherwise: () => string, withinMs = 45_000): Promise<void> {
    await until(holds, withinMs, () => `${otherwise()}\n${this.processes.map(({ output }) => output.slice(-4_000)).join('\n---\n')}`);
  }

  private run(settings: Record<string, string>, main?: string): ServiceProcess {
    const orchestrator = new ServiceProcess(
      'orchestrator',
      {
        KAFKA_BROKERS: testStack().kafka.brokers.join(','),
        POSTGRES_URL: this.database.url,
        ...storeSettings(),
        EXCHANGE_URL: 'http://127.0.0.1:9',
        ORCHESTRATOR_GROUP: this.group,
        ORCHESTRATOR_SCHEDULE: 'off',
        ORCHESTRATOR_PRODUCTS: this.products.join(),
        ...settings,
      },
      main,
    );
    this.processes.push(orchestrator);
    return orchestrator;
  }
}
