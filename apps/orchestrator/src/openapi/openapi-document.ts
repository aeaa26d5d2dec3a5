import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import type { Answered, Operation } from './operations.js';

type Json = Record<string, unknown>;

export const problemSchema = z.object({
  type: z.string().describe('a name of the problem, or about:blank'),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string().optional(),
  run_id: z.uuid().optional().describe('the run that stands against it'),
  errors: z
    .array(z.object({ field: z.string(), reason: z.string() }))
    .optional()
    .describe('every reason, by field'),
});

/** Refusals that every operation may give: no token, too often, a store away. */
const PROBLEMS_OF_ALL = [401, 429, 503] as const;

/** The API as OpenAPI 3.1 has it, made of the schemas that check it. */
export function openApiDocument(operations: readonly Operation[], version: string): Json {
  const schemas: Json = { Problem: jsonSchema(problemSchema, 'output') };
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    for (const answered of Object.values(operation.answers))
      if ('schema' in answered) schemas[answered.name] = jsonSchema(answered.schema, 'output');
    paths[operation.path] = { ...paths[operation.path], [operation.method]: operationObject(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Elias',
      version,
      description: 'Runs, days and data of the pipeline. Decimals are text and exact; instants are RFC 3339 in UTC; days are UTC days.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { session: [] }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'ORCHESTRATOR_API_TOKEN; not asked for where none is set' },
        session: { type: 'apiKey', in: 'cookie', name: 'elias_session', description: 'given by POST /session, for browsers' },
      },
    },
  };
}

function operationObject({ id, summary, query, body, headers, path, answers, problems = [], open }: Operation): Json {
  const problemStatuses = [...new Set([...problems, ...PROBLEMS_OF_ALL])].sort();
  const parameters = [...pathParameters(path), ...queryParameters(query), ...headerParameters(headers)];
  return {
    operationId: id,
    summary,
    ...(open === true ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(body, 'input') } } } }),
    responses: Object.fromEntries([
      ...Object.entries(answers).map(([status, answered]) => [status, answerObject(Number(status), answered)]),
      ...problemStatuses.map((status) => [String(status), problemObject(status)]),
    ]),
  };
}

function answerObject(status: number, answered: Answered): Json {
  const description = STATUS_CODES[status]!;
  if ('schema' in answered)
    return { description, content: { 'application/json': { schema: { $ref: `#/components/schemas/${answered.name}` } } } };
  if ('type' in answered) return { description: answered.about, content: { [answered.type]: { schema: { type: 'string' } } } };
  return { description: answered.about };
}

function problemObject(status: number): Json {
  return {
    description: STATUS_CODES[status]!,
    ...(status === 429 ? { headers: { 'retry-after': { description: 'seconds to wait', schema: { type: 'string' } } } } : {}),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
}

function queryParameters(query: z.ZodObject | undefined): Json[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(query, 'input') as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }));
}

function headerParameters(headers: Operation['headers'] = {}): Json[] {
  const schema = { type: 'string', minLength: 1, maxLength: 200 };
  return Object.entries(headers).map(([name, description]) => ({ name, in: 'header', required: false, description, schema }));
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  return rest;
}
