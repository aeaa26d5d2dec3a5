import { createInterface } from 'node:readline/promises';
import { loadConfig } from '@elias/config';
import { MARKET_SCHEMA } from '@elias/contracts';
import { postgresConnection, Postgres, postgresSettings } from '@elias/postgres';
import { RedshiftData, redshiftSettings, redshiftTarget } from '@elias/redshift';
import { z } from 'zod';
import { compareShadow } from '../shadow/compare-shadow.js';
import type { ShadowDifference } from '../shadow/compare-shadow.js';
import { PostgresShadow } from '../shadow/postgres-shadow.js';
import { RedshiftShadow } from '../shadow/redshift-shadow.js';
import { differenceLines, promotedLines } from '../shadow/shadow-lines.js';
import type { Promoted, ShadowStore } from '../shadow/shadow-store.js';
import type { CommandContext } from '../terminal/command-context.js';
import { printLines } from '../terminal/print-lines.js';
import { ReplayRefusedError } from './replay-item.js';
import type { ReplayOptions, ReplayTarget } from './replay-plan.js';

type StoreTarget = Extract<ReplayTarget, { kind: 'store' }>;

/** What was done with the shadow after the replay, in the report's JSON. */
export interface Afterwards {
  readonly differs: boolean;
  readonly json: { readonly differences?: readonly ShadowDifference[]; readonly promoted?: Promoted; readonly dropped?: true };
}

/** Differences that are shown and kept; all are counted. */
const DIFFERENCES_KEPT = 1_000;

/** The schema, where it is not the real one, stands before a loader begins. @throws ReplayRefusedError */
export async function prepareShadow(target: StoreTarget, context: CommandContext): Promise<void> {
  if (target.schema !== MARKET_SCHEMA) await withShadow(target, context, (shadow) => shadow.prepare(target.schema));
}

/** Removes a shadow of that name, if there is one, so that the next is made anew. @throws ReplayRefusedError when a schema of that name is no shadow */
export async function dropShadow(target: StoreTarget, context: CommandContext): Promise<void> {
  await withShadow(target, context, async (shadow) => {
    await shadow.prepare(target.schema);
    await shadow.drop(target.schema);
  });
}

/** Compares, promotes and drops, as far as it was asked for. */
export async function afterwards(target: StoreTarget, options: ReplayOptions, context: CommandContext): Promise<Afterwards | null> {
  const { schema } = target;
  if (options.compare !== true && options.promote !== true && options.drop !== true) return null;
  return withShadow(target, context, async (shadow) => {
    const quiet = options.json === true;
    const differences = options.compare === true ? await compared(shadow, schema, quiet) : undefined;
    const promoted = options.promote === true ? await promote(shadow, schema, options) : undefined;
    if (promoted !== undefined && !quiet) printLines(promotedLines(promoted));
    if (options.drop === true) await shadow.drop(schema);
    const differs = (differences?.length ?? 0) > 0 && promoted === undefined;
    return {
      differs,
      json: {
        ...(differences === undefined ? {} : { differences }),
        ...(promoted === undefined ? {} : { promoted }),
        ...(options.drop === true ? { dropped: true } : {}),
      },
    };
  });
}

async function compared(shadow: ShadowStore, schema: string, quiet: boolean): Promise<ShadowDifference[]> {
  const ids = await shadow.windowIds(schema);
  const kept: ShadowDifference[] = [];
  let found = 0;
  for await (const difference of compareShadow(ids, shadow.read(MARKET_SCHEMA), shadow.read(schema))) {
    found += 1;
    if (kept.length < DIFFERENCES_KEPT) kept.push(difference);
    if (!quiet && found <= DIFFERENCES_KEPT) printLines(differenceLines(difference));
  }
  if (!quiet) printLines([`${found} of ${ids.length} windows differ between ${schema} and ${MARKET_SCHEMA}.`]);
  return kept;
}

async function promote(shadow: ShadowStore, schema: string, { yes, json }: ReplayOptions): Promise<Promoted | undefined> {
  if (yes !== true) {
    if (json === true || !process.stdin.isTTY) throw new ReplayRefusedError('nobody can be asked whether to promote: --yes');
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await terminal.question(`Exchange ${schema} with ${MARKET_SCHEMA} in ${shadow.name}? (yes/no) `);
    terminal.close();
    if (answer.trim() !== 'yes') throw new ReplayRefusedError('nothing was promoted');
  }
  return shadow.promote(schema);
}

/** The store's shadows, for as long as `use` runs. */
async function withShadow<T>(
  { store }: StoreTarget,
  { settings, logger }: CommandContext,
  use: (shadow: ShadowStore) => Promise<T>,
): Promise<T> {
  if (store === 'redshift') {
    const config = loadConfig(z.object(redshiftSettings), settings());
    const redshift = new RedshiftData({ region: config.AWS_REGION, target: redshiftTarget(config) });
    try {
      return await use(new RedshiftShadow(redshift));
    } finally {
      redshift.close();
    }
  }
  const config = loadConfig(z.object(postgresSettings), settings());
  const postgres = new Postgres({ ...postgresConnection(config), applicationName: 'elias-replay', logger });
  try {
    return await use(new PostgresShadow(postgres));
  } finally {
    await postgres.close();
  }
}
