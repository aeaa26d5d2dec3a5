import type { CallQueue } from '../execution/call-queue.js';
import type { ResultPages } from '../execution/result-pages.js';
import { isOver } from '../execution/statement-record.js';
import type { PartRecord, StatementRecord } from '../execution/statement-record.js';
import type { StatementStore } from '../execution/statement-store.js';
import { DataApiError, invalid } from './data-api-error.js';
import { describeCall, describeListed, describePart, describeSubmission, present } from './describe.js';
import type { ListCatalog } from './list-catalog.js';
import { offsetOf, pageOf, tokenOf } from './page-token.js';
import { readRequest } from './requests.js';
import type { Operation } from './requests.js';
import type { SubmitCall } from './submit-call.js';

/** JSON text of an answer; results are text already and are not read again. */
export interface Answer {
  json: string;
  /** the call that it speaks of, where there is one */
  record?: StatementRecord;
}

const answer = (members: Record<string, unknown>): Answer => ({ json: JSON.stringify(members) });

/** The operations of the Redshift Data API. */
export class DataApi {
  constructor(
    private readonly submissions: SubmitCall,
    private readonly store: StatementStore,
    private readonly queue: CallQueue,
    private readonly pages: ResultPages,
    private readonly catalog: ListCatalog,
  ) {}

  /** @throws DataApiError */
  async answer(operation: Operation, body: unknown): Promise<Answer> {
    switch (operation) {
      case 'ExecuteStatement':
      case 'BatchExecuteStatement': {
        const request = readRequest(operation, body);
        const record = await this.submissions.submit(request);
        const waits = request.WaitTimeSeconds !== undefined;
        if (waits) await this.store.waitFor(record, request.WaitTimeSeconds! * 1_000);
        return { ...answer(describeSubmission(record, waits)), record };
      }
      case 'DescribeStatement': {
        const { Id, WaitTimeSeconds } = readRequest(operation, body);
        const { record, part } = await this.find(Id, WaitTimeSeconds);
        return answer(part === null ? describeCall(record) : describePart(record, part));
      }
      case 'GetStatementResult':
      case 'GetStatementResultV2':
        return this.result(operation, readRequest(operation, body));
      case 'CancelStatement':
        return this.cancel(readRequest(operation, body).Id);
      case 'ListStatements':
        return this.list(body);
      case 'ListDatabases': {
        const request = readRequest(operation, body);
        this.submissions.checkTarget(request);
        return answer(this.catalog.databases(request));
      }
      case 'ListSchemas': {
        const request = readRequest(operation, body);
        this.submissions.checkTarget(request);
        return answer(await this.catalog.schemas(request));
      }
      case 'ListTables': {
        const request = readRequest(operation, body);
        this.submissions.checkTarget(request);
        return answer(await this.catalog.tables(request));
      }
      case 'DescribeTable': {
        const request = readRequest(operation, body);
        this.submissions.checkTarget(request);
        return answer(await this.catalog.table(request));
      }
    }
  }

  /** Resolves when the call is over; for faults that lose the answer afterwards. */
  async over(record: StatementRecord): Promise<void> {
    while (!isOver(record.status)) await this.store.waitFor(record, 60_000);
  }

  private async find(id: string, waitSeconds: number | undefined): Promise<{ record: StatementRecord; part: PartRecord | null }> {
    const [callId, number] = id.split(':');
    const record = this.store.get(callId!);
    const part = number === undefined || record === undefined ? null : (record.isBatch && record.parts[Number(number) - 1]) || null;
    if (record === undefined || (number !== undefined && part === null)) {
      throw new DataApiError('ResourceNotFoundException', 'Query does not exist.', { ResourceId: id });
    }
    if (waitSeconds !== undefined) await this.store.waitFor(record, waitSeconds * 1_000);
    return { record, part };
  }

  private async result(
    operation: 'GetStatementResult' | 'GetStatementResultV2',
    request: { Id: string; NextToken?: string; WaitTimeSeconds?: number },
  ): Promise<Answer> {
    const { record, part: sub } = await this.find(request.Id, request.WaitTimeSeconds);
    if (record.isBatch && sub === null) throw invalid('BatchExecuteStatement result can only be retrieved with sub-statement id.');
    const part = sub ?? record.parts[0]!;
    // of a batch that failed nothing can be fetched, though a statement of it may have finished
    if (record.status !== 'FINISHED' || part.columns === null) {
      const message = 'Query does not have result. Please check query status with DescribeStatement.';
      throw new DataApiError('ResourceNotFoundException', message, { ResourceId: request.Id });
    }
    if ((record.resultFormat === 'CSV') !== (operation === 'GetStatementResultV2')) {
      throw invalid(`The result of this statement is in ${record.resultFormat} format; ${operation} does not give it.`);
    }
    const page = offsetOf(request.NextToken);
    const body = await this.pages.read(part.id, page);
    if (body === null) throw invalid('Invalid NextToken.');
    const rest = present({
      ...(operation === 'GetStatementResultV2' ? { ResultFormat: 'CSV' } : {}),
      ColumnMetadata: part.columns,
      TotalNumRows: part.resultRows,
      NextToken: page + 1 < part.pageCount ? tokenOf(page + 1) : undefined,
    });
    const records = operation === 'GetStatementResultV2' ? JSON.stringify([{ CSVRecords: body }]) : body;
    return { json: `{"Records":${records},${JSON.stringify(rest).slice(1)}` };
  }

  private async cancel(id: string): Promise<Answer> {
    const { record, part } = await this.find(id, undefined);
    if (part !== null) throw invalid('A statement of a batch cannot be cancelled; cancel the batch.');
    if (isOver(record.status)) throw invalid(`Could not cancel a query that is already in ${record.status} state with ID: ${id}`);
    await this.queue.cancel(record);
    return answer({ Status: record.status === 'ABORTED' });
  }

  private list(body: unknown): Answer {
    const request = readRequest('ListStatements', body);
    const listed = this.store
      .all()
      .filter((record) => request.Status === 'ALL' || record.status === request.Status)
      .filter((record) => request.StatementName === undefined || (record.statementName ?? '').startsWith(request.StatementName))
      .filter((record) => request.Database === undefined || record.database === request.Database)
      .filter((record) => request.WorkgroupName === undefined || record.workgroupName === request.WorkgroupName)
      .filter((record) => request.ClusterIdentifier === undefined || record.clusterIdentifier === request.ClusterIdentifier);
    const { items, nextToken } = pageOf(listed, request.NextToken, request.MaxResults);
    return answer(present({ Statements: items.map(describeListed), NextToken: nextToken }));
  }
}
