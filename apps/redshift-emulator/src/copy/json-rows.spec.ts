import { copyOptions } from './copy-fixtures.js';
import { JsonRows } from './json-rows.js';
import type { LoadColumn } from './load-column.js';

const columns: readonly LoadColumn[] = [
  { name: 'a', kind: 'varchar', length: 16, nullable: true },
  { name: 'b', kind: 'decimal', precision: 30, scale: 10, nullable: true },
  { name: 'c', kind: 'super', nullable: true },
];

function load(text: string, chunkBytes = 1 << 16): { text: string; rejected: string[] } {
  const rejected: string[] = [];
  const rows = new JsonRows(columns, copyOptions("JSON 'auto'"), '\t', (fault, line, column) =>
    rejected.push(`${line} ${column?.name ?? '-'} ${fault.code}`),
  );
  const output: Buffer[] = [];
  const data = Buffer.from(text);
  for (let at = 0; at < data.length; at += chunkBytes) output.push(...rows.push(data.subarray(at, at + chunkBytes)));
  output.push(...rows.finish());
  return { text: Buffer.concat(output).toString(), rejected };
}

it('takes keys of the first level; unknown ones are ignored, missing ones NULL; numbers keep their digits', () => {
  const text = '{"a":"x{\\"}","b":12345678901234567890.1234567890,"z":1}\n{"c":{"d":[1,2.50]}} {"a":null,"A":"upper"}\n\n{"b":"3"}';
  const expected = 'x{"}\t12345678901234567890.1234567890\t\\N\n\\N\t\\N\t{"d":[1,2.5]}\n\\N\t\\N\t\\N\n\\N\t3.0000000000\t\\N\n';
  for (const chunkBytes of [1 << 16, 1, 7]) expect(load(text, chunkBytes)).toEqual({ text: expected, rejected: [] });
});

it('rejects what is no object with its line', () => {
  expect(load('{"a":"x"}\n[1]\n{"a":}\n{"b":"y"}\n{"a":"ok"}\n{"a":').rejected).toEqual(['2 - 1216', '3 - 1216', '4 b 1207', '6 - 1216']);
});
