import type { MigrationBuilder } from 'node-pg-migrate';

/** Since when each stage of a task is in the state that it is in, whoever moves it. Of tasks from before it is not known. */
export const up = (pgm: MigrationBuilder): void => {
  pgm.sql(`
ALTER TABLE pipeline.tasks ADD COLUMN stages_since JSONB NOT NULL DEFAULT '{}';

CREATE FUNCTION pipeline.note_stages() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before JSONB := CASE WHEN TG_OP = 'UPDATE' THEN OLD.stages ELSE '{}' END;
BEGIN
  NEW.stages_since := NEW.stages_since || COALESCE((
    SELECT jsonb_object_agg(stage, to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
    FROM jsonb_each_text(NEW.stages) AS n (stage, state) WHERE before->>stage IS DISTINCT FROM state), '{}');
  RETURN NEW;
END $$;

CREATE TRIGGER note_stages BEFORE INSERT OR UPDATE OF stages ON pipeline.tasks FOR EACH ROW EXECUTE FUNCTION pipeline.note_stages();
`);
};

/** Data is never dropped by a migration. */
export const down = false;
