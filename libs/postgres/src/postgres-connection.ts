import type { ConnectionOptions } from 'node:tls';
import { ConfigError, readPemFile } from '@elias/config';
import type { ClientConfig } from 'pg';
import type { z } from 'zod';
import type { postgresSettings } from './postgres-settings.js';

type Settings = z.output<z.ZodObject<typeof postgresSettings>>;

/** Where the server is, and how one proves to it who one is. */
export interface PostgresConnection {
  /** postgres://user:password@host:port/database */
  readonly url: string;
  /** without it as the URL says */
  readonly ssl?: ConnectionOptions;
  /** made anew for each connection, in place of the URL's */
  readonly password?: () => Promise<string>;
}

/**
 * Reads certificates once: a renewed one needs a restart.
 * @throws ConfigError names each setting that lacks or does not fit the others
 */
export function postgresConnection(settings: Settings): PostgresConnection {
  const { POSTGRES_URL: url, POSTGRES_TLS: tls, POSTGRES_CA_FILE: caFile, POSTGRES_AUTHENTICATION: authentication } = settings;
  if (tls === 'off') {
    const unused = [
      ...(caFile === undefined ? [] : ['POSTGRES_CA_FILE']),
      ...(authentication === 'rds-iam' ? ['POSTGRES_AUTHENTICATION'] : []),
    ];
    if (unused.length > 0) throw new ConfigError(unused.map((name) => ({ name, problem: 'wants POSTGRES_TLS verify-full' })));
    return { url };
  }
  const host = new URL(url).hostname.replace(/^\[(.+)\]$/, '$1');
  const ca = caFile === undefined ? {} : { ca: [readPemFile('POSTGRES_CA_FILE', caFile)] };
  // Without `host` Node would check the certificate of an address given as a number against the name localhost.
  const ssl = { ...ca, host, rejectUnauthorized: true };
  return authentication === 'rds-iam' ? { url, ssl, password: rdsToken(url) } : { url, ssl };
}

/** What `pg` is given for a connection. */
export function clientConfig({ url, ssl, password }: PostgresConnection): ClientConfig {
  // what the URL says of TLS or of a password would win over what stands beside it
  if (ssl === undefined) return { connectionString: url };
  const { hostname, port, username, password: inUrl, pathname } = new URL(url);
  return {
    host: hostname.replace(/^\[(.+)\]$/, '$1'),
    port: port === '' ? 5432 : Number(port),
    user: decodeURIComponent(username),
    database: decodeURIComponent(pathname.slice(1)),
    password: password ?? decodeURIComponent(inUrl),
    ssl,
  };
}

/** A token is good for 15 minutes, and is looked at when a connection is made. */
function rdsToken(url: string): () => Promise<string> {
  const { hostname, port, username } = new URL(url);
  return async () => {
    const { Signer } = await import('@aws-sdk/rds-signer');
    const signer = new Signer({ hostname, port: port === '' ? 5432 : Number(port), username: decodeURIComponent(username) });
    return signer.getAuthToken();
  };
}
