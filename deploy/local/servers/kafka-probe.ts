import { connect } from 'node:net';

const METADATA = 3;
const VERSION = 5;

/**
 * Whether the broker serves and counts itself among the living: one Metadata request (version 5, no topics) and its answer.
 * A broker that accepts connections may still be fenced; topics cannot be created then.
 * Source: the Kafka protocol guide, "Metadata API".
 */
export function kafkaAnswers(port: number, timeoutMs = 2_000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    let received = Buffer.alloc(0);
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => settle(false));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
    socket.once('connect', () => socket.write(metadataRequest()));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const brokers = brokersIn(received);
      if (brokers !== null) settle(brokers > 0);
    });
  });
}

export function metadataRequest(): Buffer {
  const client = Buffer.from('elias-local');
  const body = Buffer.alloc(8 + 2 + client.length + 4 + 1);
  body.writeInt16BE(METADATA, 0);
  body.writeInt16BE(VERSION, 2);
  body.writeInt32BE(1, 4);
  body.writeInt16BE(client.length, 8);
  client.copy(body, 10);
  body.writeInt32BE(0, 10 + client.length);
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}

/** Number of living brokers; null until the answer is complete. After the size: correlation id, throttle time, brokers. */
export function brokersIn(answer: Buffer): number | null {
  if (answer.length < 4 || answer.length < 4 + answer.readInt32BE(0) || answer.length < 16) return null;
  return answer.readInt32BE(12);
}
