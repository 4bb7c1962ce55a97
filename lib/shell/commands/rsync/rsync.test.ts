import { describe, expect, it } from 'vitest';
import { blockLength, literalBytes } from './delta';
import { excludedBy, FilterList, FilterMistake } from './filters';
import { written } from './numbers';
import { Misuse, readRsyncOptions } from './options';
import { remotePlace } from './remote';

function excluded(rules: readonly string[], name: string, side: 'sender' | 'receiver' = 'sender'): boolean {
  const list = new FilterList();
  for (const rule of rules) list.addRule(rule);
  const file = { name: name.replace(/\/$/, ''), isDirectory: name.endsWith('/') };
  return excludedBy(list.items, file, side, () => []) !== undefined;
}

describe('filters', () => {
  it.each([
    ['*.log', 'a/b/c.log', true],
    ['*.log', 'a/c.log/x', false],
    ['/a.txt', 'a.txt', true],
    ['/a.txt', 'sub/a.txt', false],
    ['sub/c.txt', 'x/sub/c.txt', true],
    ['sub/c.txt', 'sub/d/c.txt', false],
    ['deep/', 'x/deep/', true],
    ['deep/', 'x/deep', false],
    ['sub/**', 'sub/a/b', true],
    ['sub/**', 'sub/', false],
    ['sub/***', 'sub/', true],
    ['**/d.conf', 'd.conf', true],
    ['[!a]x', 'bx', true],
    ['[!a]x', 'ax', false],
    ['a.b', 'aXb', false],
  ])('%s leaves %s out: %s', (pattern, name, expected) => {
    expect(excluded([`- ${pattern}`], name)).toBe(expected);
  });
  it('the first rule that fits decides, and rules can be for one side alone', () => {
    expect(excluded(['+ keep.log', '- *.log'], 'keep.log')).toBe(false);
    expect(excluded(['- *.log', '+ keep.log'], 'keep.log')).toBe(true);
    expect(excluded(['P x'], 'x', 'receiver')).toBe(true);
    expect(excluded(['P x'], 'x', 'sender')).toBe(false);
    expect(excluded(['H x'], 'x', 'receiver')).toBe(false);
    expect(() => excluded(['x foo'], 'a')).toThrow(FilterMistake);
  });
});

describe('delta', () => {
  it('sends what no block of the older file holds', () => {
    const old = Array.from({ length: 400 }, (_, line) => `line ${line} of it\n`).join('');
    expect(literalBytes(old, old)).toBe(0);
    expect(literalBytes(old, undefined)).toBe(old.length);
    expect(literalBytes(`${old}more\n`, old)).toBeLessThan(blockLength(old.length) + 6);
    expect(literalBytes(`new\n${old}`, old)).toBe(4);
    expect(literalBytes('entirely different', old)).toBe(18);
  });
});

describe('words', () => {
  it('writes numbers as rsync does', () => {
    expect([0, 1, 2, 3].map((level) => written(1_234_567, level))).toEqual([
      '1234567',
      '1,234,567',
      '1.23M',
      '1.18M',
    ]);
    expect(written(434, 1, 2)).toBe('434.00');
  });
  it('reads options together and apart, and names what it does not know', () => {
    expect(readRsyncOptions(['-avz', '--no-o', 'a', 'b'])).toMatchObject({
      recursive: true,
      owner: false,
      group: true,
      compress: true,
      operands: ['a', 'b'],
    });
    expect(() => readRsyncOptions(['--nosuch'])).toThrow(new Misuse('--nosuch: unknown option'));
    expect(() => readRsyncOptions(['-X'])).toThrow('not modelled: -X');
  });
  it('tells a remote place by its colon', () => {
    expect(remotePlace('bob@sv:/srv/x')).toEqual({ user: 'bob', host: 'sv', path: '/srv/x' });
    expect(remotePlace('sv:')).toMatchObject({ host: 'sv', path: '' });
    expect(remotePlace('./a:b')).toBeUndefined();
    expect(remotePlace('sv::module')).toBeUndefined();
  });
});
