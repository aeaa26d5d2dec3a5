import { z } from 'zod';
import { discountsQuery, candlesQuery, statsQuery, windowsQuery } from '../market/market-queries.js';
import { candlesAnswer, discountsAnswer, statsAnswer, windowsAnswer } from '../market/market-answers.js';
import { archivesAnswer, downloadAnswer, revisionsAnswer } from '../pipeline/archive-answers.js';
import { coverageAnswer, gapsAnswer, productsAnswer } from '../pipeline/coverage-answers.js';
import { gridAnswer } from '../pipeline/grid-reads.js';
import {
  archivesQuery,
  coverageQuery,
  downloadQuery,
  gapsQuery,
  gridQuery,
  noFields,
  revisionsQuery,
} from '../pipeline/pipeline-queries.js';
import { alarmsAnswer, deadLettersAnswer, lagsAnswer, servicesAnswer } from '../pipeline/service-answers.js';
import { checksQuery } from '../checks/checks.controller.js';
import { runsQuery, tasksQuery } from '../runs/run-queries.js';
import { dailyRequestSchema, rangeRequestSchema } from '../runs/run-request.js';
import { sessionBody } from '../stream/session.controller.js';
import {
  checksAnswer,
  followedAnswer,
  planAnswer,
  progressAnswer,
  retriedAnswer,
  runAnswer,
  runsAnswer,
  runSummaryAnswer,
  startedAnswer,
} from './run-answers.js';

/** What an operation answers with a status: JSON of a schema, another type, or nothing. */
export type Answered = { name: string; schema: z.ZodType } | { type: string; about: string } | { about: string };

/** One method of one path, as it is documented. The same schemas check what comes in; tests check what goes out by them. */
export interface Operation {
  method: 'get' | 'post' | 'put' | 'delete';
  path: string;
  /** also its id */
  id: string;
  summary: string;
  query?: z.ZodObject;
  body?: z.ZodType;
  headers?: Readonly<Record<string, string>>;
  answers: Readonly<Record<number, Answered>>;
  /** statuses of its own that are problems */
  problems?: readonly number[];
  /** needs no token */
  open?: true;
}

const read = (path: string, summary: string, query: z.ZodObject, schema: z.ZodType, more: Partial<Operation> = {}): Operation => {
  const id = path.slice(1).replaceAll(/[-/]([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const name = `${id[0]!.toUpperCase()}${id.slice(1)}`;
  return { method: 'get', path, id, summary, query, answers: { 200: { name, schema } }, problems: [400], ...more };
};
const followed = { answers: { 200: { name: 'FollowedProducts', schema: followedAnswer } } };
const ofRun = { 200: { name: 'RunSummary', schema: runSummaryAnswer } };

export const OPERATIONS: readonly Operation[] = [
  read('/runs', 'Runs, the newest first', runsQuery, runsAnswer),
  {
    ...{
      method: 'post',
      path: '/runs',
      id: 'startRun',
      summary: 'Starts a run over a range; the same key starts it once',
      body: z.union([dailyRequestSchema, rangeRequestSchema]),
    },
    headers: { 'idempotency-key': 'the same as `idempotency_key` of the body, which goes first' },
    answers: { 200: { name: 'StartedRun', schema: startedAnswer }, 202: { name: 'StartedRun', schema: startedAnswer } },
    problems: [400, 409, 413, 422],
  },
  {
    ...{ method: 'post', path: '/runs/plan', id: 'planRun', summary: 'What a run over a range would take; starts nothing' },
    ...{ body: rangeRequestSchema, answers: { 200: { name: 'RunPlan', schema: planAnswer } }, problems: [400, 413, 422] },
  },
  {
    ...{ method: 'get', path: '/runs/{id}', id: 'run', summary: 'A run with its tasks', query: tasksQuery, problems: [400, 404] },
    answers: { 200: { name: 'Run', schema: runAnswer } },
  },
  {
    ...{ method: 'get', path: '/runs/{id}/progress', id: 'runProgress', summary: 'How far a run is, by product', query: noFields },
    ...{ answers: { 200: { name: 'RunProgress', schema: progressAnswer } }, problems: [400, 404] },
  },
  {
    ...{ method: 'post', path: '/runs/{id}/cancel', id: 'cancelRun', summary: 'Asks for nothing more; what is under way ends by itself' },
    ...{ answers: ofRun, problems: [400, 404, 409, 413] },
  },
  {
    ...{ method: 'post', path: '/runs/{id}/retry', id: 'retryRun', summary: 'Asks again for what failed or lacks something' },
    ...{ answers: { 200: { name: 'RetriedRun', schema: retriedAnswer } }, problems: [400, 404, 409, 413] },
  },
  read('/products', 'Products that have candles', noFields, productsAnswer),
  read('/followed-products', 'Products of the daily run', noFields, followedAnswer),
  {
    ...{ method: 'put', path: '/followed-products/{id}', id: 'followProduct', summary: 'Has the daily run collect a product too' },
    ...{ ...followed, problems: [400, 413, 422] },
  },
  {
    ...{
      method: 'delete',
      path: '/followed-products/{id}',
      id: 'leaveProduct',
      summary: 'Has it collect a product no more; history stays',
    },
    ...{ ...followed, problems: [400, 413, 422] },
  },
  read('/coverage', "Each day of each product's minutes: whole, partial or missing", coverageQuery, coverageAnswer),
  read('/gaps', "Minutes of a product's day without a candle, by why", gapsQuery, gapsAnswer),
  read('/grid', 'The newest task of each product and day', gridQuery, gridAnswer),
  read('/candles', 'Candles of a product in time order', candlesQuery, candlesAnswer),
  read('/stats', 'Asset stats of a day, or of a product over days', statsQuery, statsAnswer),
  read('/discounts', 'The furthest discounted products of a day', discountsQuery, discountsAnswer),
  read('/checks', 'What the checks of a day found', checksQuery, checksAnswer),
  read('/windows', 'What the ledger of Postgres says, by name', windowsQuery, windowsAnswer),
  read('/revisions', 'Every telling of a window', revisionsQuery, revisionsAnswer),
  read('/archives', 'Sealed windows of a product', archivesQuery, archivesAnswer),
  read('/archives/download', 'Where an archive may be read for five minutes', downloadQuery, downloadAnswer, {
    answers: {
      200: { name: 'Download', schema: downloadAnswer },
      302: { about: 'to the archive; what is answered unless JSON is asked for' },
    },
    problems: [400, 404],
  }),
  read('/services', 'How each service is', noFields, servicesAnswer),
  read('/lags', 'How far consumer groups are behind', noFields, lagsAnswer),
  read('/dead-letters', 'Records that could not be processed', noFields, deadLettersAnswer),
  read('/alarms', 'What somebody should look at', noFields, alarmsAnswer),
  {
    ...{
      method: 'get',
      path: '/stream',
      id: 'stream',
      summary: 'Services, alarms and runs as they change',
      query: noFields,
      problems: [400],
    },
    answers: {
      200: { type: 'text/event-stream', about: 'events `services`, `alarms` and `run`; their data are Services, Alarms and RunSummary' },
    },
  },
  {
    ...{
      method: 'post',
      path: '/session',
      id: 'beginSession',
      summary: 'Gives a browser a cookie for the token',
      body: sessionBody,
      open: true,
    },
    ...{ answers: { 204: { about: 'with the cookie, where a token is set' } }, problems: [400, 401, 413, 422] },
  },
  {
    ...{ method: 'delete', path: '/session', id: 'endSession', summary: 'Takes the cookie back', open: true },
    ...{ answers: { 204: { about: 'the cookie is gone' } }, problems: [400, 413] },
  },
];
