import type { Dataset } from '@elias/market-data';
import { DAY_DATASETS, isDayDataset } from '@elias/market-data';
import { z } from 'zod';
import type { EventType } from './control-events.js';
import { EVENTS } from './control-events.js';
import type { LiveEventType } from './live-events.js';
import { LIVE_EVENTS } from './live-events.js';
import { DATASET_MODELS } from './dataset-models.js';
import { columnNames } from './table-model.js';
import type { TopicModel } from './topics.js';
import { TOPICS } from './topics.js';
import { windowHeaderSchema } from './window-record.js';

const jsonSchema = (schema: z.ZodType): Record<string, unknown> => z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });

/** JSON Schema (draft 7) of every control and live event and of the window header, by name. */
export function jsonSchemas(): Record<string, object> {
  const events = Object.entries({ ...EVENTS, ...LIVE_EVENTS }).map(([type, { schema }]) => [type, { title: type, ...jsonSchema(schema) }]);
  return { ...Object.fromEntries(events), elias_window: { title: 'elias_window', ...jsonSchema(windowHeaderSchema) } };
}

/** AsyncAPI 3.0 description of every topic. Source: asyncapi.com, "3.0.0 Specification", and its Kafka bindings 0.5.0. */
export function asyncApi(): object {
  const topics: readonly TopicModel[] = Object.values(TOPICS);
  const messagesOf = (topic: TopicModel): string[] => [
    ...(Object.keys(EVENTS) as EventType[]).filter((type) => EVENTS[type].topic.name === topic.name),
    ...(Object.keys(LIVE_EVENTS) as LiveEventType[]).filter((type) => LIVE_EVENTS[type].topic.name === topic.name),
    ...(topic.name === TOPICS.windowsCandles.name ? ['window.candles'] : []),
    ...(topic.name === TOPICS.windowsStats.name ? ['window.stats'] : []),
    ...(topic.name === TOPICS.windowsTrades.name ? ['window.trades'] : []),
  ];
  const reference = (path: string): { $ref: string } => ({ $ref: `#/${path}` });
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Elias',
      version: '1.0.0',
      description: 'Crypto market data from Coinbase as events on Kafka. CloudEvents 1.0, Kafka binding, binary mode.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(
      topics.map((topic) => [
        topic.name,
        {
          address: topic.name,
          title: topic.title,
          messages: Object.fromEntries(messagesOf(topic).map((type) => [type, reference(`components/messages/${type}`)])),
          bindings: {
            kafka: {
              bindingVersion: '0.5.0',
              topic: topic.name,
              partitions: topic.partitions,
              topicConfiguration: topicConfiguration(topic),
            },
          },
        },
      ]),
    ),
    operations: Object.fromEntries(
      topics.map((topic) => [
        `read ${topic.name}`.replaceAll(/[ .]/g, '_'),
        { action: 'receive', channel: reference(`channels/${topic.name}`) },
      ]),
    ),
    components: { messages: { ...eventMessages(), ...windowMessages() }, schemas: { cloudEvent: cloudEventSchema() } },
  };
}

function topicConfiguration(topic: TopicModel): object {
  return {
    'cleanup.policy': [topic.cleanup],
    ...(topic.retentionMs === undefined ? {} : { 'retention.ms': topic.retentionMs }),
    ...(topic.maxMessageBytes === undefined ? {} : { 'max.message.bytes': topic.maxMessageBytes }),
  };
}

function eventMessages(): Record<string, object> {
  const schemas = jsonSchemas();
  const message = (type: string, key: string): [string, object] => [
    type,
    {
      name: type,
      contentType: 'application/json',
      headers: { $ref: '#/components/schemas/cloudEvent' },
      payload: schemas[type],
      bindings: keyedBy(key),
    },
  ];
  return Object.fromEntries([
    ...Object.keys(EVENTS).map((type) => message(type, 'window id')),
    ...Object.keys(LIVE_EVENTS).map((type) => message(type, 'product')),
  ]);
}

/** A record of either topic is a `window.collected`; what its CSV holds follows from the dataset. */
function windowMessages(): Record<string, object> {
  const headerLine = (dataset: Dataset): string => columnNames(DATASET_MODELS[dataset]).join(',');
  const days = Object.keys(DAY_DATASETS).filter(isDayDataset);
  return {
    'window.candles': windowMessage(
      'Candles of one product over a half-open UTC period',
      `CSV, header line first: ${headerLine('candles')}; rows sorted, without doubles`,
    ),
    'window.trades': windowMessage(
      'A part of the trades of one product over an hour or a day',
      `CSV, of which part 0 begins with the header line: ${headerLine('trades')}; rows by trade_id, without doubles; all parts of a collection in their order are the window`,
      'window id, # and part',
    ),
    'window.stats': windowMessage(
      'Stats of one UTC day',
      `CSV, header line first, by dataset: ${days.map((dataset) => `${dataset}: ${headerLine(dataset)}`).join('; ')}; rows sorted, without doubles`,
    ),
  };
}

function windowMessage(title: string, csv: string, key = 'window id'): object {
  return {
    name: 'window.collected',
    title,
    contentType: 'text/csv',
    headers: {
      allOf: [
        { $ref: '#/components/schemas/cloudEvent' },
        {
          type: 'object',
          required: ['elias_window'],
          properties: {
            elias_window: { type: 'string', contentMediaType: 'application/json', contentSchema: jsonSchemas()['elias_window'] },
          },
        },
      ],
    },
    payload: { type: 'string', description: csv },
    bindings: keyedBy(`${key}; the partition is murmur2 of the product`),
  };
}

const keyedBy = (description: string): object => ({ kafka: { bindingVersion: '0.5.0', key: { type: 'string', description } } });

function cloudEventSchema(): object {
  const names = ['ce_specversion', 'ce_type', 'ce_source', 'ce_id', 'ce_subject', 'content-type'];
  return { type: 'object', required: names, properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) };
}
