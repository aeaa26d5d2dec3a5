import { setImmediate } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { CopyStreamQuery } from 'pg-copy-streams';

/** How much is sent before the server's words are read, bytes. */
const LISTEN_EVERY_BYTES = 1_000_000;

/**
 * Streams chunks into a `COPY … FROM STDIN` statement, one chunk at a time: the next is taken when the socket has room.
 * pg-copy-streams 7.0 throws inside a socket event when the server refuses while several chunks wait in it, which ends the process;
 * so never more than one does. Chunks of some 10 to 200 kB are fastest.
 * @returns rows copied
 */
export async function copyIn(client: PoolClient, sql: string, chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<number> {
  const stream = client.query(copyFrom(sql));
  let refusal: { error: unknown } | undefined;
  const refused = new Promise<never>((_, reject) => {
    stream.on('error', (error) => {
      refusal ??= { error };
      reject(error);
    });
  });
  refused.catch(() => undefined);
  let unheardBytes = 0;
  try {
    for await (const chunk of chunks) {
      if (chunk.byteLength === 0) continue;
      await Promise.race([new Promise<void>((resolve) => stream.write(chunk, () => resolve())), refused]);
      unheardBytes += chunk.byteLength;
      if (unheardBytes < LISTEN_EVERY_BYTES) continue;
      // while the server takes everything at once, writing alone never lets the loop read what it says
      await Promise.race([setImmediate(), refused]);
      unheardBytes = 0;
    }
  } catch (error) {
    if (refusal === undefined) await cancel(stream);
    throw error;
  }
  await Promise.race([new Promise<void>((resolve) => stream.end(() => resolve())), refused]);
  return stream.rowCount;
}

/** The source of the chunks failed: tells the server, and waits until the connection is free for the rollback. */
async function cancel(stream: CopyStreamQuery): Promise<void> {
  const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()));
  stream.destroy();
  await closed;
}
