import { invalidDigit, loaded, refused } from './field-outcome.js';
import type { FieldOutcome } from './field-outcome.js';

/**
 * A DECIMAL field. Digits past the scale are cut off, or rounded half away from zero with ROUNDEC (AWS, "COPY data
 * conversion parameters"). Exponents are refused, as real loads are known to fail on them.
 */
export function convertDecimal(text: string, precision: number, scale: number, round: boolean): FieldOutcome {
  const wrong = firstWrongCharacter(text);
  if (wrong !== -1) return invalidDigit(text, wrong, 'Decimal');
  const negative = text.startsWith('-');
  const [whole = '', fraction = ''] = text.replace(/^[+-]/, '').split('.');
  const kept = fraction.slice(0, scale);
  let digits = BigInt(`${whole}${kept.padEnd(scale, '0')}` || '0');
  if (round && (fraction[scale] ?? '0') >= '5') digits += 1n;
  const unscaled = digits.toString().padStart(scale + 1, '0');
  if (unscaled.length > precision && digits !== 0n && unscaled.replace(/^0+/, '').length > precision) {
    return refused(1207, `Overflow for NUMERIC(${precision},${scale})`);
  }
  const value = scale === 0 ? unscaled : `${unscaled.slice(0, -scale)}.${unscaled.slice(-scale)}`;
  return loaded(negative && digits !== 0n ? `-${value}` : value);
}

/** Offset of the first character that no plain decimal has there; -1 when there is none. */
function firstWrongCharacter(text: string): number {
  let digits = 0;
  let point = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!;
    if (character >= '0' && character <= '9') digits += 1;
    else if (character === '.' && !point) point = true;
    else if (!((character === '-' || character === '+') && at === 0)) return at;
  }
  return digits === 0 ? text.length : -1;
}
