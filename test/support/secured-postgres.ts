import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { cloneRoot } from '../../deploy/local/clone-paths.js';
import { choosePostgresHome } from '../../deploy/local/servers/postgres-account.js';
import { postgresPlan } from '../../deploy/local/servers/postgres-server.js';
import { freePort } from '../integration/kafka-own-broker.js';
import type { CertificateFiles } from './made-certificates.js';

const READY_WITHIN_MS = 60_000;
const PASSWORD = 'administrator';

/** A Postgres that takes connections over TLS alone (`hostssl`), passwords by SCRAM. */
export class SecuredPostgres {
  private constructor(
    private readonly folders: readonly string[],
    private readonly child: ChildProcess,
    readonly port: number,
    private readonly ca: string,
  ) {}

  /** @param caFile of the authority that signed the certificate */
  static async start(certificate: CertificateFiles, ca: string): Promise<SecuredPostgres> {
    const folder = mkdtempSync(join(tmpdir(), 'elias-postgres-'));
    const root = cloneRoot();
    const [home, port] = [await choosePostgresHome(root, folder), await freePort()];
    const plan = postgresPlan({ root, home, logFile: join(folder, 'postgres.log'), port, password: PASSWORD });
    const { file, args, env, cwd, uid, gid } = await plan.command();
    const data = join(home.directory, 'data');
    const own = { certificate: join(data, 'server.crt'), key: join(data, 'server.key'), rules: join(data, 'pg_hba.conf') };
    copyFileSync(certificate.certificate, own.certificate);
    copyFileSync(certificate.key, own.key);
    chmodSync(own.key, 0o600);
    writeFileSync(own.rules, 'hostssl all all 127.0.0.1/32 scram-sha-256\nhostssl all all ::1/128 scram-sha-256\n');
    if (uid !== undefined) for (const path of Object.values(own)) chownSync(path, uid, gid ?? uid);
    const child = spawn(file, [...args, '-c', 'ssl=on'], { env, cwd, uid, gid, stdio: 'ignore' });
    const server = new SecuredPostgres([folder, home.directory], child, port, ca);
    await server.ready();
    return server;
  }

  /** @param user with the password, as in `elias:secret` */
  url(user: string, host = 'localhost', database = 'elias'): string {
    return `postgres://${user}@${host}:${this.port}/${database}`;
  }

  /** Runs statements as the administrator. */
  async administrate(...statements: string[]): Promise<void> {
    const client = new pg.Client({ connectionString: this.url(`postgres:${PASSWORD}`, 'localhost', 'postgres'), ssl: { ca: this.ca } });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGINT');
      await ended;
    }
    for (const folder of this.folders) rmSync(folder, { recursive: true, force: true });
  }

  private async ready(): Promise<void> {
    for (const deadline = Date.now() + READY_WITHIN_MS; ; await sleep(100)) {
      try {
        return await this.administrate('SELECT 1');
      } catch (error) {
        if (Date.now() > deadline) throw new Error('the secured Postgres is not ready', { cause: error });
      }
    }
  }
}
