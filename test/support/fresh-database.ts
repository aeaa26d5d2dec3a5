import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface FreshDatabase {
  name: string;
  url: string;
  /** a connection of the server's administrator to this database, closed with it */
  admin: pg.Client;
  drop(): Promise<void>;
}

/** A database of its own for one test file, so that tests never meet. It belongs to the role that the services use. */
export async function freshDatabase(postgres: { url: string; admin_url: string }): Promise<FreshDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const owner = new URL(postgres.url).username;
  const server = new pg.Client({ connectionString: postgres.admin_url });
  await server.connect();
  await server.query(`CREATE DATABASE ${name} OWNER ${pg.escapeIdentifier(owner)}`);
  const admin = new pg.Client({ connectionString: withDatabase(postgres.admin_url, name) });
  await admin.connect();
  return {
    name,
    url: withDatabase(postgres.url, name),
    admin,
    drop: async () => {
      await admin.end();
      await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await server.end();
    },
  };
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
