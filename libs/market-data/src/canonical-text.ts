/** Control characters and blanks of any kind, line ends among them. */
const BLANKS = /[\p{Cc}\s]+/gu;

/** A text in the one form that Elias writes: one line, no blanks at its ends, one blank where there were several. */
export function canonicalText(text: string): string {
  return text.replace(BLANKS, ' ').trim();
}
