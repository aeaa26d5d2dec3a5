import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Agent, EnvHttpProxyAgent } from 'undici';
import type { Dispatcher } from 'undici';
import type { AnswerHeaders } from './answer-time.js';
import { isLoopback } from './is-loopback.js';

/** One whole answer, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: string;
}

export interface HttpTransportOptions {
  /** base of all paths, e.g. `https://api.exchange.coinbase.com` */
  url: string;
  /** connections that are kept */
  connections: number;
  /** for a connection, for the headers, and between two parts of a body; a whole answer may take three times as long */
  timeoutMs: number;
  /** the exchange refuses requests without one */
  userAgent: string;
}

/** Longest answer that is read: the list of all products has 0.4 MB. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;
const WHOLE_ANSWER_TIMEOUTS = 3;

const unzip = promisify(gunzip);

/**
 * GET over kept connections, through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name; an exchange on this machine is asked
 * directly. Knows nothing of rates and repeats: whatever goes wrong is thrown as it comes.
 */
export class HttpTransport {
  private readonly dispatcher: Dispatcher;
  private readonly origin: string;
  private readonly basePath: string;

  constructor(private readonly options: HttpTransportOptions) {
    const { origin, hostname, pathname } = new URL(options.url);
    const { connections, timeoutMs } = options;
    const limits = {
      connections,
      connectTimeout: timeoutMs,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      maxResponseSize: BODY_BYTES_MAX,
      pipelining: 1,
    };
    this.origin = origin;
    this.basePath = pathname.replace(/\/+$/, '');
    this.dispatcher = isLoopback(hostname) ? new Agent(limits) : new EnvHttpProxyAgent(limits);
  }

  /**
   * @param path with its leading slash and query
   * @throws whatever the connection met, or the signal's reason
   */
  async get(path: string, signal?: AbortSignal): Promise<HttpAnswer> {
    const whole = new AbortController();
    const timer = setTimeout(() => whole.abort(new StalledAnswer()), this.options.timeoutMs * WHOLE_ANSWER_TIMEOUTS);
    try {
      const { statusCode, headers, body } = await this.dispatcher.request({
        origin: this.origin,
        path: `${this.basePath}${path}`,
        method: 'GET',
        headers: { 'user-agent': this.options.userAgent, accept: 'application/json', 'accept-encoding': 'gzip' },
        signal: signal === undefined ? whole.signal : AbortSignal.any([signal, whole.signal]),
      });
      const bytes = await body.bytes();
      return { status: statusCode, headers, body: await decoded(bytes, headers['content-encoding']) };
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await this.dispatcher.destroy();
  }
}

class StalledAnswer extends Error {
  override readonly name = 'StalledAnswer';
  override readonly message = 'the answer did not end in time';
}

async function decoded(bytes: Uint8Array, encoding: string | string[] | undefined): Promise<string> {
  const plain = encoding === 'gzip' ? await unzip(bytes, { maxOutputLength: BODY_BYTES_MAX }) : bytes;
  return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength).toString('utf8');
}
