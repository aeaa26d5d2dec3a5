import { execFile } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { LocalStackError } from '../local-stack-error.js';
import type { Command } from '../processes/child-process.js';
import { startOfProcess } from '../processes/process-identity.js';
import type { ProcessPlan } from '../processes/supervised-process.js';
import { postgresCommand } from './postgres-account.js';
import type { PostgresHome } from './postgres-account.js';

export interface PostgresPlace {
  root: string;
  home: PostgresHome;
  logFile: string;
  port: number;
  /** of the superuser `postgres` */
  password: string;
}

/** Postgres on loopback TCP alone, passwords by SCRAM, cluster made at the first start. */
export function postgresPlan(place: PostgresPlace): ProcessPlan {
  return {
    name: 'postgres',
    logFile: place.logFile,
    command: async () => {
      await initialiseOnce(place);
      forgetDeadPostmaster(dataDirectory(place.home));
      return postgresCommand(place.root, place.home, 'postgres', serverArguments(place));
    },
    // Nobody else's Postgres takes this password.
    isReady: () => postgresAnswers(adminUrl(place)),
    readyWithinMs: 60_000,
    // "Fast shutdown": connections are ended, the data is written. Source: PostgreSQL, "Shutting Down the Server".
    stopSignal: 'SIGINT',
    stopWithinMs: 20_000,
  };
}

export const adminUrl = ({ password, port }: { password: string; port: number }): string =>
  databaseUrl('postgres', password, port, 'postgres');

export function databaseUrl(user: string, password: string, port: number, database: string): string {
  return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

/** No socket file, since its path may be too long and its folder closed; times are UTC. */
export function serverArguments({ home, port }: Pick<PostgresPlace, 'home' | 'port'>): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 200,
    timezone: 'UTC',
    log_timezone: 'UTC',
    jit: 'off',
  };
  return ['-D', dataDirectory(home), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

const dataDirectory = (home: PostgresHome): string => join(home.directory, 'data');

/** initdb works beside the final place and is renamed by nobody: a half-made cluster is known by its missing mark and made again. */
async function initialiseOnce({ root, home, password }: PostgresPlace): Promise<void> {
  const data = dataDirectory(home);
  const mark = join(home.directory, 'initialised');
  if (existsSync(mark)) return;
  rmSync(data, { recursive: true, force: true });
  const secrets = mkdtempSync(join(home.directory, 'initdb-'));
  try {
    const file = join(secrets, 'password');
    writeFileSync(file, `${password}\n`, { mode: 0o600 });
    const options = ['--username=postgres', `--pwfile=${file}`, '--auth=scram-sha-256', '--encoding=UTF8', '--no-instructions'];
    const locale = ['--locale=C', '--locale-provider=icu', '--icu-locale=en-US'];
    const command = postgresCommand(root, home, 'initdb', ['-D', data, ...options, ...locale]);
    if (command.uid !== undefined) for (const path of [secrets, file]) chownSync(path, command.uid, command.gid ?? command.uid);
    await run(command);
    writeFileSync(mark, '');
  } finally {
    rmSync(secrets, { recursive: true, force: true });
  }
}

async function run({ file, args, env, cwd, uid, gid }: Command): Promise<void> {
  try {
    await promisify(execFile)(file, args, { env, cwd, uid, gid });
  } catch (cause) {
    throw new LocalStackError('the Postgres cluster could not be made', { cause });
  }
}

/**
 * After `kill -9` the file `postmaster.pid` stays; when its number meanwhile belongs to somebody else's process, Postgres
 * would not start. Whoever calls this holds the state's lock and has ended leftovers.
 */
function forgetDeadPostmaster(data: string): void {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (startOfProcess(pid) !== null && commandLine(pid).includes(data)) {
    throw new LocalStackError(`another Postgres (process ${pid}) runs on ${data}`);
  }
  rmSync(file);
}

function commandLine(pid: number): string {
  try {
    return process.platform === 'linux' ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';
  } catch {
    return '';
  }
}

async function postgresAnswers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
