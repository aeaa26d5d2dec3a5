import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';

export interface BytesAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/**
 * Asks once, and waits longer for the answer's head than `fetch` does, which gives up after five minutes.
 * @param silentMsMax milliseconds without a byte
 * @throws Error the system's, when nobody answers
 */
export function getBytes(address: URL, headers: Readonly<Record<string, string>>, silentMsMax: number): Promise<BytesAnswer> {
  const get = address.protocol === 'https:' ? httpsGet : httpGet;
  return new Promise((resolve, reject) => {
    const request = get(address, { headers, timeout: silentMsMax }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks) }));
      answer.once('error', reject);
    });
    request.once('timeout', () => request.destroy(new Error(`silent for ${silentMsMax / 1_000} s`)));
    request.once('error', reject);
  });
}
