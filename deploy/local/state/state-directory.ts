import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LocalStackError } from '../local-stack-error.js';
import type { PostgresHome } from '../servers/postgres-account.js';
import { writeWholeFile } from './write-whole-file.js';

/** Marks a folder as ours; `npm run reset` clears no other. */
export const STATE_MARK = '.elias-state';

/** What a state remembers from start to start. */
export interface StateSettings {
  passwords: { postgres: string; elias: string; redshift: string };
  /** last port of each server; used again where it is free */
  ports: Record<string, number>;
  postgres_home: PostgresHome | null;
  /** whose data it holds; real and simulated data never meet in one state. Null before the first collection. */
  exchange: 'coinbase' | 'simulator' | null;
}

/** A folder with the data, logs and settings of one local stack, for its owner's eyes only. */
export class StateDirectory {
  private constructor(readonly path: string) {}

  /** Makes the folder if it is missing. @throws LocalStackError it holds other things, or cannot be written */
  static open(directory: string): StateDirectory {
    const path = resolve(directory);
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      const mark = join(path, STATE_MARK);
      if (!existsSync(mark)) {
        if (readdirSync(path).length > 0) throw new LocalStackError(`${path} is not a state directory of Elias and is not empty`);
        writeFileSync(mark, 'A local stack of Elias keeps its data here. `npm run reset` clears it.\n');
      }
      return new StateDirectory(realpathSync(path));
    } catch (cause) {
      if (cause instanceof LocalStackError) throw cause;
      throw new LocalStackError(`the state directory ${path} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    }
  }

  get stackFile(): string {
    return join(this.path, 'stack.json');
  }

  get lockFile(): string {
    return join(this.path, 'lock');
  }

  /** A folder of one part, made if missing. */
  folder(...names: string[]): string {
    const folder = join(this.path, ...names);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  logFile(name: string): string {
    return join(this.path, 'logs', `${name}.log`);
  }

  /** Made, with new passwords, when first asked for. */
  settings(): StateSettings {
    const file = join(this.path, 'settings.json');
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as StateSettings;
    const secret = (): string => randomBytes(18).toString('base64url');
    const passwords = { postgres: secret(), elias: secret(), redshift: secret() };
    const settings = { passwords, ports: {}, postgres_home: null, exchange: null };
    this.saveSettings(settings);
    return settings;
  }

  saveSettings(settings: StateSettings): void {
    writeWholeFile(join(this.path, 'settings.json'), `${JSON.stringify(settings, null, 2)}\n`);
  }
}
