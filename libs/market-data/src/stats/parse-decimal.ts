const ZERO = 48;
const NINE = 57;
const POINT = 46;

/** Up to this many digits the digits alone are an exact double, and so is the power of ten they are divided by. */
const EXACT_DIGITS = 15;
const POWERS_OF_TEN = Array.from({ length: EXACT_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

/**
 * The double nearest to a canonical decimal that is zero or more. One division of two exact doubles is rounded once, so the result is
 * `Number(text)`; a minute's five values cost a third of that, and the form is checked on the way.
 * @returns NaN when the text is not such a decimal in canonical form (`canonicalDecimal`)
 */
export function parseCanonical(text: string): number {
  const { length } = text;
  let digits = 0;
  let pointAt = -1;
  for (let i = 0; i < length; i += 1) {
    const code = text.charCodeAt(i);
    if (code >= ZERO && code <= NINE) digits = digits * 10 + (code - ZERO);
    else if (code === POINT && pointAt === -1) pointAt = i;
    else return Number.NaN;
  }
  const wholeDigits = pointAt === -1 ? length : pointAt;
  const last = text.charCodeAt(length - 1);
  if (wholeDigits === 0 || (wholeDigits > 1 && text.charCodeAt(0) === ZERO)) return Number.NaN;
  if (pointAt !== -1 && (last === ZERO || last === POINT)) return Number.NaN;
  if (length - (pointAt === -1 ? 0 : 1) > EXACT_DIGITS) return Number(text);
  return pointAt === -1 ? digits : digits / POWERS_OF_TEN[length - pointAt - 1]!;
}
