import { Agent, createServer, request as ask } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Fault } from './drill-case.js';

export interface PlannedS3Fault {
  method: string;
  /** regular expression on path and query */
  path: string;
  how: S3Fault;
  times: number;
}

/** What S3 says in each case. Source: Amazon S3, "Error responses", list of error codes. */
const ANSWERS: Partial<Record<S3Fault, { status: number; code: string }>> = {
  '429': { status: 429, code: 'TooManyRequests' },
  '500': { status: 500, code: 'InternalError' },
  '503': { status: 503, code: 'SlowDown' },
  '507': { status: 507, code: 'InsufficientStorage' },
  '412': { status: 412, code: 'PreconditionFailed' },
};
const SLOW_MS = 2_500;

/** S3 passed through for one service, with faults for exact requests. */
export class S3Gate {
  /** requests that met a fault since it was planned */
  hits = 0;
  private planned: (PlannedS3Fault & { left: number; pattern: RegExp }) | null = null;
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
    readonly url: string,
  ) {}

  static async before(target: string): Promise<S3Gate> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const gate = new S3Gate(server, new URL(target), `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => void gate.serve(request, response));
    return gate;
  }

  plan(fault: PlannedS3Fault | null): void {
    this.hits = 0;
    this.planned = fault === null ? null : { ...fault, left: fault.times, pattern: new RegExp(fault.path) };
  }

  close(): void {
    this.agent.destroy();
    this.server.closeAllConnections();
    this.server.close();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const how = this.take(request);
    if (how === 'cut') return void request.socket.destroy();
    if (how === 'slow') await sleep(SLOW_MS);
    const answer = how === null ? undefined : ANSWERS[how];
    if (answer === undefined) return this.pass(request, response, how === 'lost');
    // a client that is still sending hears of it all the same
    request.resume();
    response.writeHead(answer.status, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${answer.code}</Code><Message>of the drill</Message></Error>`);
  }

  private take({ method, url = '' }: IncomingMessage): S3Fault | null {
    const { planned } = this;
    if (planned === null || planned.left === 0 || planned.method !== method || !planned.pattern.test(decodeURIComponent(url))) return null;
    planned.left -= 1;
    this.hits += 1;
    return planned.how;
  }

  private pass(request: IncomingMessage, response: ServerResponse, isAnswerLost: boolean): void {
    const { hostname, port } = this.target;
    const { method, url, headers } = request;
    const passed = ask({ hostname, port, method, path: url, headers, agent: this.agent }, (answer) => {
      if (isAnswerLost) {
        answer.resume();
        return void answer.once('end', () => request.socket.destroy());
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => request.socket.destroy());
    request.on('error', () => passed.destroy());
    request.pipe(passed);
  }
}
