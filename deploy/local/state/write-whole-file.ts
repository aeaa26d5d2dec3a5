import { renameSync, writeFileSync } from 'node:fs';

/** Readers see the old content or the new one, never a part; readable by the owner alone. */
export function writeWholeFile(file: string, text: string): void {
  const part = `${file}.part`;
  writeFileSync(part, text, { mode: 0o600 });
  renameSync(part, file);
}
