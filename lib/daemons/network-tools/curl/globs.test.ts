/** What curl 7.88.1 made of URLs with sets and ranges, and its complaints. */
import { describe, expect, it } from 'vitest';
import { globbed, outputName } from './globs';

const urls = (text: string): string | string[] => {
  const made = globbed(text);
  return typeof made === 'string' ? made : made.map(({ url }) => url);
};

describe('sets and ranges in URLs', () => {
  it.each([
    ['http://h/[1-3]', ['http://h/1', 'http://h/2', 'http://h/3']],
    ['http://h/{a,b}', ['http://h/a', 'http://h/b']],
    ['http://h/[a-b]{x,y}', ['http://h/ax', 'http://h/ay', 'http://h/bx', 'http://h/by']],
    ['http://h/[08-10:2]', ['http://h/08', 'http://h/10']],
    ['http://[::1]/[]', ['http://[::1]/[]']],
    ['http://h/\\{a\\}', ['http://h/{a}']],
  ])('%s', (text, made) => {
    expect(urls(text)).toEqual(made);
  });
  it.each([
    ['http://10.0.1.12/[1-', 'bad range in URL position 21:'],
    ['http://10.0.1.12/{a', 'unmatched brace in URL position 18:'],
    ['http://10.0.1.12/a}', 'unmatched close brace/bracket in URL position 19:'],
    ['http://127.0.0.1:9/[3-1]', 'bad range in URL position 25:'],
    ['http://127.0.0.1:9/[01-03', 'bad range in URL position 24:'],
    ['http://127.0.0.1:9/[x]', 'bad range in URL position 21:'],
    ['http://127.0.0.1:9/{}', 'empty string within braces in URL position 21:'],
    ['http://127.0.0.1:9/{a{b}}', 'nested brace in URL position 22:'],
    ['http://a/{a,b}{a,b}x}', 'unmatched close brace/bracket in URL position 19:'],
    ['http://a/{a,b}[1-', 'bad range in URL position 17:'],
    ['http://a/[1-3]x]', 'unmatched close brace/bracket in URL position 16:'],
    [`http://127.0.0.1:9/${'{a,b}x'.repeat(52)}`, 'too many globs in URL position 269:'],
    ['http://[::1', 'bad range specification in URL position 9:'],
  ])('%s is refused', (text, said) => {
    const column = Number(/(\d+):$/.exec(said)?.[1]);
    expect(urls(text)).toBe(`${said}\n${text}\n${' '.repeat(column - 1)}^`);
  });
  it('makes no more of one than can be asked for', () => {
    expect(urls('http://h/[1-10000]/[1-10000]/[1-10000]')).toHaveLength(10_000);
  });
  it('names the output after them', () => {
    expect(outputName('page_#1_#2_#3', ['a', '7'])).toBe('page_a_7_#3');
  });
});
