import { expect, test } from 'vitest';
import { tryingHost } from '../../../tests/dialects/languages';
import { keepalivedFile } from './file-check';

const PATH = '/etc/keepalived/keepalived.conf';

test('each process complains of a word that none knows, and the editor marks its place once', () => {
  const { exit, output, diagnostics } = keepalivedFile.check(tryingHost(), PATH, 'bogus x\n\nbogus y\n');
  const said = (line: number, where: string) => `(${where}Line ${line}) Unknown keyword 'bogus'\n`;
  const [first, others] = ['', `${PATH}: `].map((where) => said(1, where) + said(3, where));
  expect({ exit, output }).toEqual({ exit: 5, output: `${first}${others}${others}${others}` });
  const mark = { severity: 'error', message: "Unknown keyword 'bogus'", code: 'keepalived', file: PATH };
  expect(diagnostics).toEqual([
    { ...mark, line: 1 },
    { ...mark, line: 3 },
  ]);
});

test('what is said of no line in particular has no place', () => {
  const { diagnostics } = keepalivedFile.check(tryingHost(), PATH, 'vrrp_instance A {\n  bogus 1\n}\n');
  expect(diagnostics.map(({ file, line, message }) => [file, line, message])).toEqual([
    [PATH, 2, "Unknown keyword 'bogus'"],
    [undefined, undefined, '(A) the virtual router id must be set'],
  ]);
});
