import { z } from 'zod';
import {
  CLIENT_MESSAGES,
  GATEWAY_EVENT_TYPES,
  gatewayEventSchema,
  marketCandleSchema,
  marketTradeSchema,
  SERVER_MESSAGES,
} from './gateway-messages.js';

const jsonSchema = (schema: z.ZodType): Record<string, unknown> => z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });

/** JSON Schema (draft 7) of the data that no topic has in this shape, by name. */
export function gatewayJsonSchemas(): Record<string, object> {
  return {
    'market.candle': { title: 'market.candle', ...jsonSchema(marketCandleSchema) },
    'market.trade': { title: 'market.trade', ...jsonSchema(marketTradeSchema) },
  };
}

/** AsyncAPI 3.0 description of the gateway: its WebSocket, and its event stream, which tells the same events. */
export function gatewayAsyncApi(): object {
  const asked = Object.entries(CLIENT_MESSAGES);
  const told: (readonly [string, z.ZodType])[] = [
    ...Object.entries(SERVER_MESSAGES),
    ...GATEWAY_EVENT_TYPES.map((type) => [type, gatewayEventSchema(type)] as const),
  ];
  const onStream = told.filter(([name]) => name !== 'unsubscribed');
  const reference = (path: string): { $ref: string } => ({ $ref: `#/${path}` });
  const messagesOf = (messages: readonly (readonly [string, z.ZodType])[]): object =>
    Object.fromEntries(messages.map(([name]) => [name, reference(`components/messages/${name}`)]));
  const listOf = (channel: string, messages: readonly (readonly [string, z.ZodType])[]): object[] =>
    messages.map(([name]) => reference(`channels/${channel}/messages/${name}`));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Elias gateway',
      version: '1.0.0',
      description: 'Market events from Kafka over WebSocket and as server-sent events, from now on or from the past.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    channels: {
      ws: {
        address: '/ws',
        title: 'WebSocket, one JSON object per message',
        messages: messagesOf([...asked, ...told]),
        bindings: { ws: { bindingVersion: '0.1.0', method: 'GET', headers: authorization() } },
      },
      stream: {
        address: '/stream',
        title: 'Server-sent events: `event` is the type, `data` the same JSON as over WebSocket, `id` where to go on (Last-Event-ID)',
        messages: messagesOf(onStream),
        bindings: { http: { bindingVersion: '0.3.0' } },
      },
    },
    operations: {
      ask: { action: 'receive', channel: reference('channels/ws'), messages: listOf('ws', asked) },
      tell: { action: 'send', channel: reference('channels/ws'), messages: listOf('ws', told) },
      stream: {
        action: 'send',
        channel: reference('channels/stream'),
        messages: listOf('stream', onStream),
        bindings: { http: { bindingVersion: '0.3.0', method: 'GET', query: streamQuery() } },
      },
    },
    components: {
      messages: Object.fromEntries(
        [...asked, ...told].map(([name, schema]) => [name, { name, contentType: 'application/json', payload: jsonSchema(schema) }]),
      ),
    },
  };
}

function authorization(): object {
  return {
    type: 'object',
    properties: { Authorization: { type: 'string', description: 'Bearer and the token, where the gateway has one' } },
  };
}

function streamQuery(): object {
  const text = (description: string): object => ({ type: 'string', description });
  return {
    type: 'object',
    required: ['products', 'types'],
    properties: {
      products: text('comma separated, * for every product'),
      types: text(`comma separated: ${GATEWAY_EVENT_TYPES.join(', ')}`),
      from: text('latest, earliest or an instant; default latest'),
    },
  };
}
