import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LocalStackError } from './local-stack-error.js';

/** The clone's top folder, from the sources as well as from `dist/`. */
export function cloneRoot(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'nest-cli.json'))) return folder;
    if (dirname(folder) === folder) throw new LocalStackError(`no Elias clone holds the folder ${from}`);
  }
}

/** Where Maven put the Java parts (git-ignored). */
export const javaParts = (root: string) => ({
  kafka: join(root, '.tools/java/kafka'),
  s3mock: join(root, '.tools/java/s3mock/s3mock-5.2.0-exec.jar'),
});

/** `java` of `JAVA_HOME` if that is set, else of the PATH; whether it is new enough was checked before. */
export function javaCommand(env: NodeJS.ProcessEnv = process.env): string {
  return env.JAVA_HOME === undefined || env.JAVA_HOME === '' ? 'java' : join(env.JAVA_HOME, 'bin/java');
}
