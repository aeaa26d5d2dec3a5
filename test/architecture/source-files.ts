import { globSync, readFileSync } from 'node:fs';

/** One source file of an app or lib, with the modules it imports by name. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const IMPORT = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"]([^'"]+)['"]/g;

/** Sources below a folder, without tests. */
export function sourceFiles(folder: string): SourceFile[] {
  return globSync(`${folder}/**/*.{ts,tsx}`)
    .filter((path) => !/\.spec\.tsx?$/.test(path) && !path.includes('/test-'))
    .map((path) => {
      const text = readFileSync(path, 'utf8');
      return { path, text, imports: [...text.matchAll(IMPORT)].map(([, name]) => name!) };
    });
}
