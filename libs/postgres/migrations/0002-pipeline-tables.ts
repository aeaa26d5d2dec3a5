import type { MigrationBuilder } from 'node-pg-migrate';

/** Runs, their tasks (one window each), the facts that tasks rest on, and the outbox that requests leave by. */
export const up = (pgm: MigrationBuilder): void => {
  pgm.sql(`
CREATE SCHEMA IF NOT EXISTS pipeline;

CREATE TABLE pipeline.runs (
  run_id UUID PRIMARY KEY,
  idempotency_key TEXT COLLATE "C" UNIQUE,
  dataset TEXT COLLATE "C" NOT NULL,
  granularity INTEGER NOT NULL,
  product_ids TEXT[] NOT NULL,
  from_at TIMESTAMPTZ NOT NULL,
  to_at TIMESTAMPTZ NOT NULL,
  origin TEXT COLLATE "C" NOT NULL,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE pipeline.tasks (
  run_id UUID NOT NULL REFERENCES pipeline.runs,
  window_id TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  stages JSONB NOT NULL,
  request_ids UUID[] NOT NULL DEFAULT '{}',
  next_request_at TIMESTAMPTZ,
  awaiting_answer BOOLEAN NOT NULL DEFAULT false,
  settled BOOLEAN NOT NULL DEFAULT false,
  problem JSONB,
  PRIMARY KEY (run_id, window_id)
);
CREATE INDEX tasks_open ON pipeline.tasks (window_id) WHERE NOT settled;
CREATE INDEX tasks_due ON pipeline.tasks (next_request_at) WHERE next_request_at IS NOT NULL;
CREATE INDEX tasks_awaiting ON pipeline.tasks (run_id) WHERE awaiting_answer;

CREATE TABLE pipeline.facts (
  window_id TEXT COLLATE "C" NOT NULL,
  stage TEXT COLLATE "C" NOT NULL,
  telling TEXT COLLATE "C" NOT NULL,
  fact JSONB NOT NULL,
  recorded_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (window_id, stage, telling)
);

CREATE TABLE pipeline.outbox (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  record JSONB NOT NULL,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
`);
};

export const down = false;
