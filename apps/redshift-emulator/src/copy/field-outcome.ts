/**
 * Why a field or a row cannot be loaded. Codes: AWS, "Load error reference". Texts: those seen on real AWS where they
 * are known (facts), else worded alike.
 */
export interface LoadFault {
  code: number;
  message: string;
  /** 0-based, in characters of the field */
  position: number;
}

/** A bad field is an outcome, not an exception: MAXERROR lets a load go on. */
export type FieldOutcome = { ok: true; value: string | null } | { ok: false; fault: LoadFault };

export const loaded = (value: string | null): FieldOutcome => ({ ok: true, value });
export const refused = (code: number, message: string, position = 0): FieldOutcome => ({ ok: false, fault: { code, message, position } });

export const invalidDigit = (text: string, position: number, type: string): FieldOutcome =>
  refused(1207, `Invalid digit, Value '${text[position] ?? ''}', Pos ${position}, Type: ${type}`, position);
