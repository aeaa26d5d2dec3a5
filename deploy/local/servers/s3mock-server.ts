import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { javaCommand, javaParts } from '../clone-paths.js';
import type { ProcessPlan } from '../processes/supervised-process.js';

export interface S3MockPlace {
  root: string;
  /** folder of its own for buckets and objects; kept when it stops */
  directory: string;
  logFile: string;
  port: number;
  bucket: string;
}

/** Adobe S3Mock by plain HTTP on loopback; its bucket is made at the first start. */
export function s3MockPlan(place: S3MockPlace): ProcessPlan {
  return {
    name: 's3mock',
    logFile: place.logFile,
    command: () => {
      const temporary = join(place.directory, 'tmp');
      const store = join(place.directory, 'data');
      mkdirSync(temporary, { recursive: true });
      mkdirSync(store, { recursive: true });
      const jvm = ['-Xms64m', '-Xmx384m', '-XX:+UseSerialGC', `-Djava.io.tmpdir=${temporary}`];
      return {
        file: javaCommand(),
        args: [...jvm, '-jar', javaParts(place.root).s3mock, ...s3MockOptions(place, store)],
        env: process.env,
      };
    },
    isReady: async (log) => log.includes('Tomcat started') && (await s3Answers(place.port)),
    readyWithinMs: 90_000,
    stopSignal: 'SIGTERM',
    stopWithinMs: 15_000,
  };
}

export function s3MockOptions({ root, port, bucket }: Pick<S3MockPlace, 'root' | 'port' | 'bucket'>, store: string): string[] {
  const settings = {
    'server.address': '127.0.0.1',
    'server.port': port,
    'server.ssl.enabled': false,
    'spring.main.sources': pathToFileURL(join(root, 'deploy/local/s3mock/loopback.xml')).href,
    'spring.main.allow-bean-definition-overriding': true,
    'logging.level.root': 'WARN',
    // For the line that says that it has its port.
    'logging.level.org.springframework.boot.tomcat.TomcatWebServer': 'INFO',
    'com.adobe.testing.s3mock.store.root': store,
    'com.adobe.testing.s3mock.store.retainFilesOnExit': true,
    'com.adobe.testing.s3mock.store.initialBuckets': bucket,
  };
  return Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
}

async function s3Answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2_000) });
    const text = await response.text();
    return response.ok && text.includes('ListAllMyBucketsResult');
  } catch {
    return false;
  }
}
