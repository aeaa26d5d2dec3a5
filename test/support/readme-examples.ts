import { readFileSync } from 'node:fs';

export interface ReadmeExample {
  /** the second-level heading that it stands under */
  heading: string;
  language: string;
  code: string;
}

/** Every fenced code block of README.md, as it stands. */
export function readmeExamples(): ReadmeExample[] {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const found = [...text.matchAll(/^## (?<heading>.+)$|^```(?<language>\w*)\n(?<code>[^]*?)^```$/gm)];
  let heading = '';
  return found.flatMap(({ groups }) => {
    heading = groups?.['heading'] ?? heading;
    const { language, code } = groups as { language?: string; code?: string };
    return code === undefined ? [] : [{ heading, language: language ?? '', code }];
  });
}

/** @throws Error when README has none or several of them */
export function readmeExample(heading: string, language: string): string {
  const found = readmeExamples().filter((one) => one.heading === heading && one.language === language);
  if (found.length !== 1) throw new Error(`README has ${found.length} ${language} examples under "${heading}"`);
  return found[0]!.code;
}
