import { expect, test } from 'vitest';
import { fnmatch, type PatternRules } from './fnmatch';

const matching = (pattern: string, names: readonly string[], rules?: PatternRules): string[] =>
  names.filter(fnmatch(pattern, rules));

test('wildcards, brackets and their classes', () => {
  expect(matching('*.c[fg]?', ['a.cfg', '.cgi', 'a.cf', 'a.chg', 'acfg'])).toEqual(['a.cfg', '.cgi']);
  expect(matching('[!a-c]x', ['ax', 'dx', 'x'])).toEqual(['dx']);
  expect(matching('[^a]x', ['ax', 'dx'])).toEqual(['dx']);
  expect(matching('[]a]', [']', 'a', '[]a]'])).toEqual([']', 'a']);
  expect(matching('[[:digit:]_]*', ['1st', '_a', 'first'])).toEqual(['1st', '_a']);
  expect(matching('*.conf', ['é.conf', '\u{1f600}.conf', '\ud800.conf', 'conf'])).toHaveLength(3);
  expect(matching('?.conf', ['é.conf', '\u{1f600}.conf', 'ab.conf'])).toHaveLength(2);
});

test('what is no bracket stands for itself; a range that runs backwards holds nothing', () => {
  expect(matching('a[', ['a[', 'a'])).toEqual(['a[']);
  expect(matching('[!', ['[!', 'x'])).toEqual(['[!']);
  expect(matching('[z-a]', ['z', 'm', 'a', '[z-a]'])).toEqual([]);
  expect(matching('[z-ab]', ['z', 'b'])).toEqual(['b']);
});

test('a backslash makes the next character literal, unless it stands for itself', () => {
  expect(matching('a\\*', ['a*', 'ab', 'a\\b'])).toEqual(['a*']);
  expect(matching('a\\*', ['a*', 'ab', 'a\\b'], { escapes: false })).toEqual(['a\\b']);
  expect(matching('a\\', ['a\\', 'a'])).toEqual([]);
  expect(matching('a\\', ['a\\', 'a'], { escapes: false })).toEqual(['a\\']);
  expect(matching('[\\]]', [']', '\\]'])).toEqual([']']);
  expect(matching('[\\]]', [']', '\\]'], { escapes: false })).toEqual(['\\]']);
});

test('slashes are ordinary characters, except in paths', () => {
  const names = ['/usr/bin/id', '/usr/id', '/usr/'];
  expect(matching('/usr/*', names)).toEqual(names);
  expect(matching('/usr/*', names, { isPath: true })).toEqual(['/usr/id', '/usr/']);
  expect(matching('/*/id', ['/usr/id', '/usr/bin/id'], { isPath: true })).toEqual(['/usr/id']);
  expect(matching('a[/]b', ['a/b'])).toEqual(['a/b']);
  expect(matching('a[/]b', ['a/b', 'a[/]b'], { isPath: true })).toEqual(['a[/]b']);
  expect(matching('a?b', ['a/b'], { isPath: true })).toEqual([]);
});

test('case may be ignored', () => {
  expect(matching('*.CONF[A-Z]', ['x.confb', 'x.conf1'], { ignoreCase: true })).toEqual(['x.confb']);
});

test('many stars end', () => {
  expect(fnmatch(`${'*a'.repeat(200)}b`)('a'.repeat(2000))).toBe(false);
});
