import type { Call } from '@elias/coinbase';
import { ExchangeUnavailableError } from '@elias/coinbase';

export interface AskedTogether<A> {
  /** in the order of the questions; null: the exchange did not answer in time */
  readonly answers: readonly (A | null)[];
  /** why, of the first of them */
  readonly unavailable: ExchangeUnavailableError | undefined;
}

/**
 * Asks several questions at once. What the exchange does not answer is left open; any other error drops the questions that are left.
 * @throws what a question throws, save ExchangeUnavailableError
 */
export async function askTogether<Q, A>(
  questions: readonly Q[],
  call: Call,
  ask: (question: Q, call: Call) => Promise<A>,
): Promise<AskedTogether<A>> {
  const rest = new AbortController();
  const signal = call.signal === undefined ? rest.signal : AbortSignal.any([call.signal, rest.signal]);
  let unavailable: ExchangeUnavailableError | undefined;
  const askOne = async (question: Q): Promise<A | null> => {
    try {
      return await ask(question, { ...call, signal });
    } catch (error) {
      if (!(error instanceof ExchangeUnavailableError)) {
        rest.abort(error);
        throw error;
      }
      unavailable ??= error;
      return null;
    }
  };
  const answers = await Promise.all(questions.map(askOne));
  return { answers, unavailable };
}
