import type { DecimalType } from '@elias/market-data';
import { canonicalDecimal, canonicalText, fitsDecimal } from '@elias/market-data';
import { BadAnswerError, ValueDoesNotFitError } from './coinbase-errors.js';

/**
 * Values of one JSON object of the exchange's, in canonical form. What it leaves out, or leaves empty, is null; what is of another kind
 * than documented is a bad answer.
 */
export class ToldValues {
  /**
   * @param path of the question, for errors
   * @param of whose values they are, for errors
   */
  constructor(
    private readonly json: Readonly<Record<string, unknown>>,
    private readonly path: string,
    private readonly of: string,
  ) {}

  /** @throws BadAnswerError it is no text */
  text(name: string): string | null {
    const value = this.json[name] ?? '';
    if (typeof value !== 'string') throw this.wrong(name, 'no text');
    const text = canonicalText(value);
    return text === '' ? null : text;
  }

  /**
   * @throws BadAnswerError it is no text of a decimal number, or below 0
   * @throws ValueDoesNotFitError it cannot be stored without loss
   */
  decimal(name: string, type: DecimalType): string | null {
    const text = this.text(name);
    if (text === null) return null;
    let canonical: string;
    try {
      canonical = canonicalDecimal(text);
    } catch {
      throw this.wrong(name, 'no decimal number');
    }
    if (canonical.startsWith('-')) throw this.wrong(name, 'below 0');
    if (!fitsDecimal(canonical, type)) throw new ValueDoesNotFitError(this.path, name, this.of, text);
    return canonical;
  }

  /** @throws BadAnswerError it is neither true nor false */
  flag(name: string): boolean | null {
    const value = this.json[name] ?? null;
    if (value !== null && typeof value !== 'boolean') throw this.wrong(name, 'neither true nor false');
    return value;
  }

  private wrong(name: string, what: string): BadAnswerError {
    const said = String(JSON.stringify(this.json[name])).slice(0, 200);
    return new BadAnswerError(this.path, `${name} of ${this.of} is ${what}: ${said}`);
  }
}

/** Whether it is a JSON object, of which values can be told. */
export function isJsonObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
