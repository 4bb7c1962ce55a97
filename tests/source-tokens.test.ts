import { describe, expect, test } from 'vitest';
import { importsOf, tokens } from './source-tokens';

const shown = (text: string): string =>
  tokens(text)
    .map((token) => `${token.kind[0]}:${token.text}`)
    .join(' ');

describe('code is told from text', () => {
  test.each([
    ["a = 'it''s'", 'w:a m:= s:it s:s'],
    ['x // y\n/* z\n */ w', 'w:x w:w'],
    ['`a ${ b({ c: `d` }) } e`', 't:`a ${ w:b m:( m:{ w:c m:: t:`d` m:} m:) t:} e`'],
    ['a / b / c', 'w:a m:/ w:b m:/ w:c'],
    ['return /[/"]\'/g.test(a)', 'w:return r:/[/"]\'/g m:. w:test m:( w:a m:)'],
    ['f(/"/) / 2', 'w:f m:( r:/"/ m:) m:/ n:2'],
    ["<p>don't</p>", 'w:p'],
    ['2 ** 3 => 1_000n', 'n:2 m:** n:3 m:=> n:1_000n'],
  ])('%s', (text, expected) => {
    expect(shown(text)).toContain(expected);
  });

  test('lines are counted through comments, strings and templates', () => {
    const last = tokens('/*\n*/ `\n${1}\n` "a\\\nb"\nend').at(-1);
    expect(last).toEqual({ kind: 'word', text: 'end', line: 6 });
  });
});

test('every way to name a module is seen, with its line', () => {
  const text = [
    "import 'a';",
    "import b, { from as c } from 'b';",
    "import type { D } from 'c';",
    "export * as e from 'd';",
    "export type { F } from 'e';",
    "const g = await import('f');",
    "type H = import('g').H;",
    "const i = require('h');",
    "new URL('i', import.meta.url);",
    'export { g };',
    "const from = { import: 'no', require: 'no' }; x.import('no'); export const z = 'no';",
  ].join('\n');
  expect(importsOf(text).map(({ specifier, line }) => `${line}${specifier}`)).toEqual([
    '1a',
    '2b',
    '3c',
    '4d',
    '5e',
    '6f',
    '7g',
    '8h',
    '9i',
  ]);
});
