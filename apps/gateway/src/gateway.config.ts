import { kafkaSettings } from '@elias/kafka';
import { isLoopback, serviceSettings } from '@elias/telemetry';
import { z } from 'zod';

const MIB = 1024 * 1024;
const whole = (min: number, max: number, fallback: number) => z.coerce.number().int().min(min).max(max).default(fallback);

const settings = z.object({
  ...serviceSettings,
  ...kafkaSettings,
  GATEWAY_TOKEN: z
    .string()
    .min(16)
    .optional()
    .describe('bearer token that every client has to carry, 16 characters or more; required unless HTTP_HOST is loopback'),
  GATEWAY_CLIENTS_MAX: whole(1, 100_000, 1_000).describe('clients at once, WebSocket and event stream together'),
  GATEWAY_SUBSCRIPTIONS_MAX: whole(1, 100_000, 1_000).describe('products times types that one client may be subscribed to'),
  GATEWAY_MESSAGE_BYTES_MAX: whole(256, 16 * MIB, 65_536).describe("bytes of one client's message; a larger one ends its connection"),
  GATEWAY_RING_BYTES: whole(65_536, 4_096 * MIB, 32 * MIB).describe(
    'bytes of the latest events kept for all clients together, and as many of the latest windows; who begins earlier reads from Kafka',
  ),
  GATEWAY_CLIENT_BUFFER_BYTES: whole(131_072, 256 * MIB, MIB).describe(
    'bytes that wait in the socket of one client; then it is sent no more',
  ),
  GATEWAY_CLIENT_STALL_MS: whole(100, 600_000, 10_000).describe(
    'milliseconds that a full socket may take to empty before its client is cut',
  ),
  GATEWAY_PAST_READERS_MAX: whole(1, 64, 4).describe('clients that are read the past for at once; the others wait their turn'),
  GATEWAY_PING_MS: whole(100, 600_000, 15_000).describe('milliseconds between two signs of life; a client that answers none is gone'),
});

export const gatewayConfig = settings.refine(({ HTTP_HOST, GATEWAY_TOKEN }) => GATEWAY_TOKEN !== undefined || isLoopback(HTTP_HOST), {
  path: ['GATEWAY_TOKEN'],
  message: 'is required when others can reach the gateway',
});
export type GatewayConfig = z.output<typeof gatewayConfig>;
