import pg from 'pg';

export interface DatabaseOwner {
  /** name of the role and of its database; a plain identifier */
  name: string;
  password: string;
  /** how text is ordered when a query does not say */
  order: 'english' | 'bytes';
}

/**
 * Makes each role and its database if they are missing, and sets the role's password. The database `elias` orders text by
 * English rules as RDS does by default, `redshift` by bytes as Redshift does, so that a query which relies on one shows.
 */
export async function ensureDatabases(adminUrl: string, owners: readonly DatabaseOwner[]): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    for (const { name, password, order } of owners) {
      const [role, secret] = [pg.escapeIdentifier(name), pg.escapeLiteral(password)];
      const known = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
      await client.query(`${known.rowCount === 0 ? 'CREATE' : 'ALTER'} ROLE ${role} LOGIN PASSWORD ${secret}`);
      const there = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
      if (there.rowCount !== 0) continue;
      const locale = order === 'bytes' ? `LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'` : `LOCALE_PROVIDER icu ICU_LOCALE 'en-US'`;
      await client.query(`CREATE DATABASE ${role} OWNER ${role} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' ${locale}`);
    }
  } finally {
    await client.end();
  }
}
