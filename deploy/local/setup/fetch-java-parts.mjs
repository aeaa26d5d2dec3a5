import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runQuietly } from './run.mjs';

const POM = join(ROOT, 'deploy/local/kafka/pom.xml');
const FOLDER = join(ROOT, '.tools/java');
const STAMP = join(FOLDER, 'fetched');

/** Kafka's and S3Mock's jars are those that the pom names. */
export function javaPartsAreThere() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint();
}

export async function fetchJavaParts() {
  if (javaPartsAreThere()) return;
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const args = ['-B', '-q', '-f', POM, `-Dtools.directory=${FOLDER}`, ...proxyOptions(process.env), 'process-resources'];
  await runQuietly('Fetching Kafka and S3Mock (Maven)', 'mvn', args);
  writeFileSync(STAMP, fingerprint());
}

/** Maven does not read HTTPS_PROXY; Java's own properties say the same. */
export function proxyOptions(env) {
  const options = [];
  for (const protocol of ['https', 'http']) {
    const value = env[`${protocol.toUpperCase()}_PROXY`] ?? env[`${protocol}_proxy`];
    if (value === undefined || value === '') continue;
    const { hostname, port, username, password } = new URL(value.includes('://') ? value : `http://${value}`);
    options.push(`-D${protocol}.proxyHost=${hostname}`, `-D${protocol}.proxyPort=${port === '' ? '80' : port}`);
    if (username !== '')
      options.push(
        `-D${protocol}.proxyUser=${decodeURIComponent(username)}`,
        `-D${protocol}.proxyPassword=${decodeURIComponent(password)}`,
      );
  }
  if (options.length === 0) return [];
  const direct = (env.NO_PROXY ?? env.no_proxy ?? '').split(',').map((host) => host.trim().replace(/^\./, '*.'));
  const hosts = ['localhost', '127.*', ...direct.filter((host) => host !== '')];
  return [
    ...options,
    `-Dhttp.nonProxyHosts=${hosts.join('|')}`,
    '-Daether.transport.http.useSystemProperties=true',
    '-Daether.connector.http.useSystemProperties=true',
  ];
}

const fingerprint = () => createHash('sha256').update(readFileSync(POM)).digest('hex');
