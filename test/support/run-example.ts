import { spawn } from 'node:child_process';

/**
 * Runs a program in a folder until it ends by itself or, for one that never does, until it printed a text.
 * @param untilPrinted ends the program; without it the program must end with 0
 * @returns what it printed
 * @throws Error with all that it said, when it ends otherwise or says nothing for `withinMs`
 */
export function runExample(
  cwd: string,
  [program, ...args]: [string, ...string[]],
  { untilPrinted, withinMs = 40_000 }: { untilPrinted?: string; withinMs?: number } = {},
): Promise<string> {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], PYTHONUNBUFFERED: '1', TZ: 'Asia/Kathmandu' };
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [printed, errors] = ['', ''];
  const seen = (): boolean => untilPrinted !== undefined && printed.includes(untilPrinted);
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
    if (seen()) child.kill('SIGKILL');
  });
  const late = setTimeout(() => child.kill('SIGKILL'), withinMs);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(late);
      if (untilPrinted === undefined ? code === 0 : seen()) resolve(printed);
      else reject(new Error(`${program} ended with ${code ?? signal}:\n${printed}\n${errors}`));
    });
  });
}
