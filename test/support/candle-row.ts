/**
 * A candle as tests compare it, whoever gave it: instant, then open, high, low, close, volume. Numbers are told by their digits and
 * exponent, so `0.0450`, `.045` and `4.5e-2` are all `45e-3`. Nothing here is shared with what is tested.
 */
export type CandleRow = readonly [at: string, open: string, high: string, low: string, close: string, volume: string];

export type CandleField = 'at' | 'open' | 'high' | 'low' | 'close' | 'volume';

export function candleRow(fields: Readonly<Record<CandleField, string>>): CandleRow {
  const { at, open, high, low, close, volume } = fields;
  return [instantOf(at), numberOf(open), numberOf(high), numberOf(low), numberOf(close), numberOf(volume)];
}

/** Every row of a CSV with a header line, by the names that the header gives. */
export function csvRows(csv: string): Record<string, string>[] {
  const [header = '', ...lines] = csv.replace(/\r?\n$/, '').split(/\r?\n/);
  const names = header.split(',');
  return lines.map((line) => {
    const values = line.split(',');
    if (values.length !== names.length) throw new Error(`${values.length} values for ${names.length} columns: ${line}`);
    return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
  });
}

/** A window's CSV as Elias writes it, checked to be of one product and width. */
export function windowRows(csv: string, { productId, granularity }: { productId: string; granularity: number }): CandleRow[] {
  return csvRows(csv).map((row) => {
    if (row['product_id'] !== productId || row['granularity'] !== String(granularity))
      throw new Error(`a row of something else: ${JSON.stringify(row)}`);
    const { started_at: at, open, high, low, close, volume } = row;
    return candleRow({ at, open, high, low, close, volume } as Record<CandleField, string>);
  });
}

/** Digits without zeros at their ends, and exponent. @throws Error it is no number that is zero or more */
export function numberOf(text: string): string {
  const parts = /^(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text.trim());
  const [, whole = '', fraction = '', exponent = '0'] = parts ?? [];
  if (parts === null || whole + fraction === '') throw new Error(`no number: "${text}"`);
  const digits = (whole + fraction).replace(/^0+/, '');
  const bare = digits.replace(/0+$/, '');
  return bare === '' ? '0' : `${bare}e${Number(exponent) - fraction.length + digits.length - bare.length}`;
}

/** `2023-12-01 00:00:00`, with or without fraction, `T` and zone, all UTC, as `2023-12-01T00:00:00Z`. */
export function instantOf(text: string): string {
  const parts = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.0+)?(?:Z|\+00(?::?00)?)?$/.exec(text);
  if (parts === null) throw new Error(`no instant in UTC: "${text}"`);
  return `${parts[1]}T${parts[2]}Z`;
}
