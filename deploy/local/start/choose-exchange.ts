import { LocalStackError } from '../local-stack-error.js';
import type { ExchangeChoice } from './start-options.js';

export const COINBASE_URL = 'https://api.exchange.coinbase.com';
const ANSWER_WITHIN_MS = 3_000;

export type ExchangeKind = 'coinbase' | 'simulator';

export interface ExchangeDecision {
  kind: ExchangeKind;
  /** one sentence for the person at the terminal */
  sentence: string;
}

/**
 * Which exchange is asked. Real and simulated data never meet in one state: what it holds already decides before what answers.
 * @param held whose data the state holds; null when it is new
 * @throws LocalStackError the wish cannot be met
 */
export async function chooseExchange(
  choice: ExchangeChoice,
  held: ExchangeKind | null,
  coinbaseAnswers: () => Promise<boolean>,
): Promise<ExchangeDecision> {
  if (choice !== 'auto' && held !== null && choice !== held) {
    throw new LocalStackError(
      `This state holds data of the ${nameOf(held)}, which is not mixed with the ${nameOf(choice)}'s: use another --state or npm run reset.`,
    );
  }
  if (choice === 'simulator') return { kind: 'simulator', sentence: 'Exchange: the simulator.' };
  if (choice === 'auto' && held === 'simulator') {
    return { kind: 'simulator', sentence: 'Exchange: the simulator, whose data this state holds.' };
  }
  if (await coinbaseAnswers()) return { kind: 'coinbase', sentence: `Exchange: the real Coinbase (${COINBASE_URL}).` };
  if (choice === 'coinbase') throw new LocalStackError(`Coinbase does not answer at ${COINBASE_URL}.`);
  if (held === 'coinbase') {
    throw new LocalStackError(
      'Coinbase does not answer, and this state holds its data, which is not mixed with simulated data: use another --state for the simulator.',
    );
  }
  return { kind: 'simulator', sentence: 'Exchange: the simulator, since Coinbase does not answer from here.' };
}

const nameOf = (kind: ExchangeKind): string => (kind === 'coinbase' ? 'real Coinbase' : 'simulator');

/** Asks for the exchange's time. `fetch` honours HTTPS_PROXY here, as npm's entry starts us with NODE_USE_ENV_PROXY. */
export async function coinbaseAnswers(url: string = COINBASE_URL): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const response = await fetch(`${url}/time`, { headers: { 'user-agent': 'elias/0.1' }, signal });
    return response.ok && typeof ((await response.json()) as { epoch?: unknown }).epoch === 'number';
  } catch {
    return false;
  }
}
