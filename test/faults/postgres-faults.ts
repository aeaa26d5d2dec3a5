import pg from 'pg';
import type { SqlFault } from './drill-case.js';

const TRIGGER = 'drill_fault';

/**
 * Makes Postgres itself fail with any SQLSTATE: a trigger on the table raises it, as often as asked. A sequence counts, since what it
 * gave is not taken back with the transaction.
 */
export class PostgresFaults {
  private armed: SqlFault | null = null;

  constructor(private readonly url: string) {}

  async prepare(): Promise<void> {
    await this.ask(
      `CREATE SCHEMA IF NOT EXISTS drill; CREATE SEQUENCE IF NOT EXISTS drill.hits;
CREATE OR REPLACE FUNCTION drill.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF nextval('drill.hits') <= TG_ARGV[1]::int THEN RAISE EXCEPTION 'of the drill' USING ERRCODE = TG_ARGV[0]; END IF;
  RETURN NULL;
END $$;`,
    );
  }

  async arm(fault: SqlFault): Promise<void> {
    const { table, sqlstate, at, times } = fault;
    const kind = at === 'commit' ? 'CONSTRAINT TRIGGER' : 'TRIGGER';
    const when = at === 'commit' ? 'DEFERRABLE INITIALLY DEFERRED FOR EACH ROW' : 'FOR EACH STATEMENT';
    await this.ask(`ALTER SEQUENCE drill.hits RESTART;
CREATE ${kind} ${TRIGGER} AFTER INSERT OR UPDATE ON ${table} ${when} EXECUTE FUNCTION drill.fail('${sqlstate}', '${times}');`);
    this.armed = fault;
  }

  /** How often the armed fault was met. */
  async hits(): Promise<number> {
    const { armed } = this;
    if (armed === null) return 0;
    const [row] = await this.ask<{ hits: string }>('SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS hits FROM drill.hits');
    return Math.min(Number(row?.hits ?? 0), armed.times);
  }

  async clear(): Promise<void> {
    if (this.armed === null) return;
    await this.ask(`DROP TRIGGER IF EXISTS ${TRIGGER} ON ${this.armed.table}`);
    this.armed = null;
  }

  private async ask<T extends object>(sql: string): Promise<T[]> {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    try {
      return (await client.query<T>(sql)).rows;
    } finally {
      await client.end();
    }
  }
}
