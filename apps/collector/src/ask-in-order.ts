import type { Call } from '@elias/coinbase';
import { ExchangeUnavailableError } from '@elias/coinbase';

/**
 * Asks questions in their order, some ahead, and gives the answers in that order, so that few of them are in memory. What the exchange does
 * not answer in time is given as its error; any other error drops the questions that are under way.
 * @param ahead questions under way or answered and not taken yet
 * @throws what a question throws, save ExchangeUnavailableError
 */
export async function* askInOrder<Q, A>(
  questions: Iterable<Q>,
  ahead: number,
  call: Call,
  ask: (question: Q, call: Call) => Promise<A>,
): AsyncGenerator<{ question: Q; answer: A | ExchangeUnavailableError }, void, undefined> {
  const rest = new AbortController();
  const signal = call.signal === undefined ? rest.signal : AbortSignal.any([call.signal, rest.signal]);
  const askOne = async (question: Q): Promise<A | ExchangeUnavailableError> => {
    try {
      return await ask(question, { ...call, signal });
    } catch (error) {
      if (error instanceof ExchangeUnavailableError) return error;
      throw error;
    }
  };
  const underWay: { question: Q; answer: Promise<A | ExchangeUnavailableError> }[] = [];
  try {
    for (const question of questions) {
      const answer = askOne(question);
      // waited for later, or never when another one fails
      answer.catch(() => undefined);
      underWay.push({ question, answer });
      if (underWay.length >= ahead) yield await first(underWay);
    }
    while (underWay.length > 0) yield await first(underWay);
  } finally {
    rest.abort();
  }
}

async function first<Q, A>(underWay: { question: Q; answer: Promise<A> }[]): Promise<{ question: Q; answer: A }> {
  const { question, answer } = underWay.shift()!;
  return { question, answer: await answer };
}
