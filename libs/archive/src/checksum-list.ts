/** One line of a checksum list: a file's name, without folder, and the hex SHA-256 of its bytes. */
export interface Checksum {
  readonly name: string;
  readonly sha256: string;
}

const LINE = /^(?<sha256>[0-9a-f]{64}) [ *](?<name>[^\\/\r\n]+)$/;

/** The list as `sha256sum` writes it, sorted by name: the same files give the same bytes. */
export function formatChecksumList(checksums: Iterable<Checksum>): string {
  return [...checksums]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, sha256 }) => `${sha256}  ${name}\n`)
    .join('');
}

/** The lines that are whole; a torn or foreign line is left out, since each archive tells its own hash anyway. */
export function parseChecksumList(text: string): Checksum[] {
  return text.split('\n').flatMap((line) => {
    const groups = LINE.exec(line)?.groups;
    return groups === undefined ? [] : [{ name: groups['name']!, sha256: groups['sha256']! }];
  });
}

/** The list with one file's line added or corrected; the text itself, unchanged, when the line stands already. */
export function withChecksum(text: string, checksum: Checksum): string {
  const byName = new Map(parseChecksumList(text).map((line) => [line.name, line]));
  if (byName.get(checksum.name)?.sha256 === checksum.sha256) return text;
  return formatChecksumList(byName.set(checksum.name, checksum).values());
}
