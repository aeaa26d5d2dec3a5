import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BatchExecuteStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import type { SqlParameter } from '@aws-sdk/client-redshift-data';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { classifyFailure, isBusy } from './classify-failure.js';
import { RedshiftUnavailableError, StatementFailedError } from './redshift-errors.js';
import type { RedshiftTarget } from './redshift-settings.js';
import { resultPage, resultRows } from './result-rows.js';
import type { ResultPage, ResultRow } from './result-rows.js';
import { statementOutcome } from './statement-outcome.js';
import type { BatchResult, StatementResult } from './statement-outcome.js';

export type { BatchResult, StatementResult } from './statement-outcome.js';

/** Values of `:name` in the text; the Data API takes no NULL and no empty text. */
export type SqlParameters = Readonly<Record<string, string | number>>;

export interface CallOptions {
  /** at most 64 characters; the same one within 8 hours runs nothing again and gives the first call's statement */
  clientToken?: string;
  /** name that people see in the console */
  name?: string;
  /** stops the waiting, never the statement */
  signal?: AbortSignal;
}

export interface RedshiftDataOptions {
  region: string;
  target: RedshiftTarget;
  /** without it the SDK's own: `AWS_ENDPOINT_URL_REDSHIFT_DATA`, else AWS */
  endpoint?: string;
  /** longest time a request that is turned away for load is repeated, milliseconds; default 60,000 */
  busyForMs?: number;
}

/** The service holds a request this long while the statement runs, seconds; 30 is the most it takes. */
const WAIT_SECONDS = 20;
/** Above the service's own wait, so that only a lost answer runs into it, milliseconds. */
const REQUEST_TIMEOUT_MS = 45_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** First and longest pause between two asks, where the service answers at once, milliseconds. */
const POLL_PAUSE_MS = { first: 50, longest: 2_000 };
const BUSY_PAUSE_MS = { first: 200, longest: 10_000 };

/** Redshift through its Data API. Every call waits until the statement ended; nothing is sent unless a method is called. */
export class RedshiftData {
  private readonly client: RedshiftDataClient;

  constructor(private readonly options: RedshiftDataOptions) {
    this.client = new RedshiftDataClient({
      region: options.region,
      ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
      requestHandler: new NodeHttpHandler({
        connectionTimeout: CONNECT_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        throwOnRequestTimeout: true,
      }),
    });
  }

  /**
   * Runs one statement.
   * @throws RedshiftUnavailableError it may or may not run; the same `clientToken` finds out
   * @throws StatementFailedError nothing of it stands
   * @throws RedshiftRefusedError
   */
  async execute(sql: string, parameters: SqlParameters = {}, options: CallOptions = {}): Promise<StatementResult> {
    const { clientToken = randomUUID(), name, signal } = options;
    const command = new ExecuteStatementCommand({
      ...this.addressee(),
      Sql: sql,
      ClientToken: clientToken,
      WaitTimeSeconds: WAIT_SECONDS,
      ...(name === undefined ? {} : { StatementName: name }),
      ...(Object.keys(parameters).length === 0 ? {} : { Parameters: sqlParameters(parameters) }),
    });
    const answer = await this.send('ExecuteStatement', (abortSignal) => this.client.send(command, { abortSignal }), signal);
    return this.ended('ExecuteStatement', answer.Id, signal);
  }

  /**
   * Runs at most 40 statements as one transaction, on a connection of its own: temp tables live as long as the batch.
   * @throws RedshiftUnavailableError it may or may not run; the same `clientToken` finds out
   * @throws StatementFailedError nothing of it stands
   * @throws RedshiftRefusedError
   */
  async batch(sqls: readonly string[], options: CallOptions = {}): Promise<BatchResult> {
    const { clientToken = randomUUID(), name, signal } = options;
    const command = new BatchExecuteStatementCommand({
      ...this.addressee(),
      Sqls: [...sqls],
      ClientToken: clientToken,
      WaitTimeSeconds: WAIT_SECONDS,
      ...(name === undefined ? {} : { StatementName: name }),
    });
    const answer = await this.send('BatchExecuteStatement', (abortSignal) => this.client.send(command, { abortSignal }), signal);
    return this.ended('BatchExecuteStatement', answer.Id, signal);
  }

  /** Runs one query and gives its rows, page by page. Throws as `execute` does. */
  async *query(sql: string, parameters: SqlParameters = {}, options: CallOptions = {}): AsyncGenerator<ResultRow, void, undefined> {
    const { id } = await this.execute(sql, parameters, options);
    yield* this.rows(id, options.signal);
  }

  /** Runs one query and gives its result page by page: one page at least, so that the columns are known. Throws as `execute` does. */
  async *queryPages(sql: string, parameters: SqlParameters = {}, options: CallOptions = {}): AsyncGenerator<ResultPage, void, undefined> {
    const { id } = await this.execute(sql, parameters, options);
    yield* this.pages(id, options.signal);
  }

  /** Rows of a statement that finished, or of one statement of a batch; the service keeps them for 24 hours. */
  async *rows(id: string, signal?: AbortSignal): AsyncGenerator<ResultRow, void, undefined> {
    for await (const page of this.pages(id, signal)) yield* resultRows(page);
  }

  close(): void {
    this.client.destroy();
  }

  private async *pages(id: string, signal?: AbortSignal): AsyncGenerator<ResultPage, void, undefined> {
    let nextToken: string | undefined;
    do {
      const command = new GetStatementResultCommand({ Id: id, ...(nextToken === undefined ? {} : { NextToken: nextToken }) });
      const page = await this.send('GetStatementResult', (abortSignal) => this.client.send(command, { abortSignal }), signal);
      yield resultPage(page.ColumnMetadata ?? [], page.Records ?? []);
      nextToken = page.NextToken === '' ? undefined : page.NextToken;
    } while (nextToken !== undefined);
  }

  private async ended(operation: string, id: string | undefined, signal: AbortSignal | undefined): Promise<BatchResult> {
    if (id === undefined) throw new RedshiftUnavailableError(operation, 'no statement id', undefined);
    for (let pauseMs = POLL_PAUSE_MS.first; ; pauseMs = Math.min(pauseMs * 2, POLL_PAUSE_MS.longest)) {
      const command = new DescribeStatementCommand({ Id: id, WaitTimeSeconds: WAIT_SECONDS });
      const askedAtMs = performance.now();
      const described = await this.send('DescribeStatement', (abortSignal) => this.client.send(command, { abortSignal }), signal);
      const outcome = statementOutcome(id, described);
      if (outcome.kind === 'finished') return outcome.result;
      if (outcome.kind === 'failed') throw new StatementFailedError(outcome.failure);
      if (performance.now() - askedAtMs < pauseMs) await sleep(pauseMs, undefined, { signal });
    }
  }

  /** One request, repeated while the service turns it away for load. */
  private async send<T>(operation: string, request: (signal: AbortSignal | undefined) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const deadlineMs = performance.now() + (this.options.busyForMs ?? 60_000);
    for (let pauseMs = BUSY_PAUSE_MS.first; ; pauseMs = Math.min(pauseMs * 2, BUSY_PAUSE_MS.longest)) {
      signal?.throwIfAborted();
      try {
        return await request(signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (!isBusy(error) || performance.now() + pauseMs > deadlineMs) throw classifyFailure(operation, error);
        await sleep(pauseMs * (0.5 + Math.random() / 2), undefined, { signal });
      }
    }
  }

  private addressee(): { Database: string; WorkgroupName?: string; ClusterIdentifier?: string; DbUser?: string; SecretArn?: string } {
    const { database, workgroup, cluster, dbUser, secretArn } = this.options.target;
    return {
      Database: database,
      ...(workgroup === undefined ? {} : { WorkgroupName: workgroup }),
      ...(cluster === undefined ? {} : { ClusterIdentifier: cluster }),
      ...(dbUser === undefined ? {} : { DbUser: dbUser }),
      ...(secretArn === undefined ? {} : { SecretArn: secretArn }),
    };
  }
}

/** @throws RangeError for a value that the Data API cannot carry */
function sqlParameters(parameters: SqlParameters): SqlParameter[] {
  return Object.entries(parameters).map(([name, value]) => {
    if (value === '') throw new RangeError(`parameter ${name} is empty, which the Data API does not take`);
    return { name, value: String(value) };
  });
}
