import type { Logger } from '@elias/telemetry';
import { LoadJournal } from './copy/load-journal.js';
import { RunCopy } from './copy/run-copy.js';
import { DataApi } from './data-api/data-api.js';
import { ListCatalog } from './data-api/list-catalog.js';
import { SubmitCall } from './data-api/submit-call.js';
import { CallQueue } from './execution/call-queue.js';
import { ResultPages } from './execution/result-pages.js';
import { RunCall } from './execution/run-call.js';
import { RunStatement } from './execution/run-statement.js';
import { StatementStore } from './execution/statement-store.js';
import { FaultBox } from './faults/fault-box.js';
import { EmulatorDatabase } from './postgres/emulator-database.js';
import type { RedshiftEmulatorConfig } from './redshift-emulator.config.js';
import { S3Files } from './s3/s3-files.js';

const FORGET_EVERY_MS = 3_600_000;

/** All parts of the emulator, put together. */
export class Emulator {
  readonly faults = new FaultBox();
  readonly api: DataApi;
  private readonly store: StatementStore;
  private readonly queue: CallQueue;
  private readonly files: S3Files;
  private forgetting: NodeJS.Timeout | undefined;

  private constructor(
    readonly database: EmulatorDatabase,
    config: RedshiftEmulatorConfig,
    private readonly logger: Logger,
  ) {
    this.files = new S3Files({ region: config.AWS_REGION, endpoint: config.S3_ENDPOINT });
    const pages = new ResultPages(database.pool);
    const copies = new RunCopy(this.files, new LoadJournal(database.pool));
    const statements = new RunStatement(copies, pages, config.EMULATOR_COPY_RESULT_ROWS);
    this.store = new StatementStore(database.pool, logger);
    const calls = new RunCall(database, statements, this.store, this.faults, config.EMULATOR_ISOLATION, logger);
    this.queue = new CallQueue(calls, config.EMULATOR_RUNNING_STATEMENTS_MAX);
    const submissions = new SubmitCall(this.store, this.queue, {
      database: config.EMULATOR_DATABASE,
      targets: config.EMULATOR_WORKGROUPS,
      activeStatementsMax: config.EMULATOR_ACTIVE_STATEMENTS_MAX,
    });
    this.api = new DataApi(submissions, this.store, this.queue, pages, new ListCatalog(database, config.EMULATOR_DATABASE));
    for (const fault of config.EMULATOR_FAULTS) this.faults.arm(fault);
  }

  /** @throws Error when Postgres cannot be reached, or another emulator works on the database */
  static async start(config: RedshiftEmulatorConfig, logger: Logger): Promise<Emulator> {
    const database = new EmulatorDatabase(config.EMULATOR_POSTGRES_URL, logger);
    const emulator = new Emulator(database, config, logger);
    try {
      await database.start();
      await emulator.store.restore();
    } catch (error) {
      await emulator.close();
      throw error;
    }
    emulator.forgetting = setInterval(() => {
      emulator.store.forgetOld().catch((error: unknown) => logger.warn({ error }, 'old statements were not forgotten'));
    }, FORGET_EVERY_MS);
    emulator.forgetting.unref();
    return emulator;
  }

  /** Stops what runs; nothing of it stands. */
  async close(): Promise<void> {
    clearInterval(this.forgetting);
    await this.queue.close();
    this.files.close();
    await this.database.close();
    this.logger.debug('emulator closed');
  }
}
