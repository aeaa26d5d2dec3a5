import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_PRODUCT_IDS, GRANULARITIES_SECONDS, isGranularity, isProductId } from '@elias/market-data';
import type { GranularitySeconds } from '@elias/market-data';
import { LocalStackError } from '../local-stack-error.js';

export type ExchangeChoice = 'auto' | 'coinbase' | 'simulator';

export interface StartOptions {
  once: boolean;
  /** `YYYY-MM-DD`; null for the exchange's last whole day */
  date: string | null;
  products: string[];
  granularity: GranularitySeconds;
  /** days of daily candles, 0 for none */
  historyDays: number;
  exchange: ExchangeChoice;
  /** folder of recordings that the simulator serves; null for none */
  recordings: string | null;
  /** state directory, absolute */
  state: string;
  /** file for the report, absolute; null for none */
  json: string | null;
}

const DEFAULT_HISTORY_DAYS = 400;
const HISTORY_DAYS_MAX = 4_000;

/**
 * Options of `npm start`.
 * @param root the clone, which holds the default state
 * @returns null when help was asked for and given
 * @throws LocalStackError names the option and what is wrong with it
 */
export function parseStartOptions(args: readonly string[], root: string, write: (text: string) => void): StartOptions | null {
  const command = startCommand(root).configureOutput({ writeOut: write, writeErr: () => undefined });
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return null;
    throw new LocalStackError(`${error.message.replace(/^error: /, '')} (npm start -- --help)`);
  }
  const given = command.opts<Omit<StartOptions, 'historyDays'> & { historyDays: number | null }>();
  if (given.recordings !== null && given.exchange === 'coinbase') {
    throw new LocalStackError('--recordings are served by the simulator and do not go with --exchange coinbase');
  }
  return {
    ...given,
    exchange: given.recordings === null ? given.exchange : 'simulator',
    historyDays: given.historyDays ?? (given.recordings === null ? DEFAULT_HISTORY_DAYS : 0),
  };
}

function startCommand(root: string): Command {
  return new Command('npm start --')
    .description('Starts a whole local Elias, collects, loads and compares; Ctrl-C stops it.')
    .allowExcessArguments(false)
    .exitOverride()
    .showSuggestionAfterError(false)
    .option('--once', 'end when everything is loaded; exit 0 only if all is equal', false)
    .option('--date <YYYY-MM-DD>', 'day whose candles are collected (default: the last whole UTC day)', date, null)
    .option('--products <list>', 'product ids, comma separated', products, [...DEFAULT_PRODUCT_IDS])
    .option('--granularity <seconds>', `candle width: ${GRANULARITIES_SECONDS.join(', ')}`, granularity, 60)
    .option('--history-days <days>', 'days of daily candles, 0 for none (default: 400, or 0 with --recordings)', historyDays, null)
    .addOption(
      new Option('--exchange <which>', 'auto: Coinbase where it answers').choices(['auto', 'coinbase', 'simulator']).default('auto'),
    )
    .option('--recordings <dir>', 'recorded candles that the simulator serves', recordings, null)
    .option('--state <dir>', 'folder for data, logs and stack.json', (path) => resolve(path), join(root, '.elias'))
    .option('--json <file>', 'write the result there', jsonFile, null);
}

function date(text: string): string {
  const real = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
  if (!real) throw new InvalidArgumentError('It is no date like 2023-12-01.');
  return text;
}

function products(text: string): string[] {
  const ids = [...new Set(text.split(',').map((id) => id.trim().toUpperCase()))].filter((id) => id !== '');
  const wrong = ids.find((id) => !isProductId(id));
  if (wrong !== undefined) throw new InvalidArgumentError(`"${wrong}" is no product id like BTC-USD.`);
  if (ids.length === 0) throw new InvalidArgumentError('It names no product.');
  return ids;
}

function granularity(text: string): GranularitySeconds {
  const seconds = Number(text);
  if (!isGranularity(seconds)) throw new InvalidArgumentError(`It is none of ${GRANULARITIES_SECONDS.join(', ')}.`);
  return seconds;
}

function historyDays(text: string): number {
  const days = Number(text);
  if (!/^\d+$/.test(text) || days > HISTORY_DAYS_MAX)
    throw new InvalidArgumentError(`It is no whole number from 0 to ${HISTORY_DAYS_MAX}.`);
  return days;
}

function recordings(path: string): string {
  const folder = resolve(path);
  if (!existsSync(join(folder, 'candles-60s'))) throw new InvalidArgumentError('It has no folder candles-60s.');
  return folder;
}

function jsonFile(path: string): string {
  const file = resolve(path);
  if (!existsSync(dirname(file))) throw new InvalidArgumentError(`The folder ${dirname(file)} does not exist.`);
  if (existsSync(file) && statSync(file).isDirectory()) throw new InvalidArgumentError('It is a folder.');
  return file;
}
