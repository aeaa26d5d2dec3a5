/** `price / reference − 1`: 0.1 is ten per cent more. Null where either price is missing, or the reference is zero. */
export function priceChange(price: number | undefined, reference: number | undefined): number | null {
  if (price === undefined || reference === undefined || reference === 0) return null;
  return price / reference - 1;
}
