import { describe, expect, it } from 'vitest';
import { microsFromCivil } from '../../../std/civil';
import { formatCalendar, nextElapse, parseCalendar } from './calendar';
import { globMatches, mangle } from './names';
import { parseUnitText } from './syntax';
import { formatRelative, formatTimeSpan, parseTimeSpan } from './time-span';
import { expandArguments, parseExec, quoteCommandLine, splitWords } from './words';

describe('words', () => {
  it.each([
    ['a  b', ['a', 'b']],
    ['"a b" c', ['a b', 'c']],
    ["it\\'s 'x y'", ["it's", 'x y']],
    ['a"b c"d', ['ab cd']],
    ['x\\x41y', ['xAy']],
  ])('splits %s', (text, words) => expect(splitWords(text)).toEqual(words));
  it('refuses what is not closed', () => expect(splitWords('"a b')).toBeUndefined());
  it('reads prefixes, and several commands of one line', () => {
    expect(parseExec('-/bin/a x ; +/bin/b')).toMatchObject([
      { path: '/bin/a', argv: ['/bin/a', 'x'], ignoreFailure: true, privileged: false },
      { path: '/bin/b', ignoreFailure: false, privileged: true },
    ]);
    expect(parseExec('@/bin/a zero x')).toMatchObject([{ path: '/bin/a', argv: ['zero', 'x'] }]);
  });
  it('splits $VAR and keeps ${VAR} whole', () => {
    const [command] = parseExec('/bin/a $ALL ${ALL} pre$ALL $$ $NONE') as { argv: string[] }[];
    expect(expandArguments(command as never, new Map([['ALL', 'x  y']]))).toEqual([
      '/bin/a',
      'x',
      'y',
      'x  y',
      'pre$ALL',
      '$',
    ]);
  });
  it('quotes as status does', () =>
    expect(quoteCommandLine(['/bin/sh', '-c', 'echo a; b'])).toBe('/bin/sh -c "echo a; b"'));
});
it('joins continued lines and passes over comments', () => {
  const { assignments, problems } = parseUnitText(
    'x=1\n[Service]\nExecStart=/bin/a \\\n# not me\n  b\nnonsense\n',
  );
  expect(assignments.map(({ key, value }) => `${key}=${value}`)).toEqual(['ExecStart=/bin/a    b']);
  expect(problems.map(({ line, text }) => `${line}: ${text}`)).toEqual([
    '1: Assignment outside of section. Ignoring.',
    "6: Missing '=', ignoring line.",
  ]);
});
describe('spans of time', () => {
  it.each([
    ['5', 5_000_000],
    ['1min 30s', 90_000_000],
    ['250ms', 250_000],
    ['1.5h', 5_400_000_000],
    ['5 apples', undefined],
  ])('reads %s', (text, micros) => expect(parseTimeSpan(text)).toBe(micros));
  it.each([
    [100_000, 0, '100ms'],
    [90_000_000, 0, '1min 30s'],
    [4_531_234, 1_000, '4.531s'],
    [88_400, 1_000, '88ms'],
  ])('writes %i', (micros, accuracy, text) => expect(formatTimeSpan(micros, accuracy)).toBe(text));
  it.each([
    [48_000, '48ms ago'],
    [63_000_000, '1min 3s ago'],
    [-840_000_000, '14min left'],
    [-5 * 86_400_000_000 - 1, '5 days left'],
  ])('tells how far away %i is', (ago, text) => expect(formatRelative(1e15, 1e15 - ago)).toBe(text));
});
describe('calendar events', () => {
  const now = microsFromCivil({ year: 2026, month: 11, day: 23, hour: 5, minute: 28 });
  const at = (text: string): string | undefined => {
    const spec = parseCalendar(text);
    const next = spec === undefined ? undefined : nextElapse(spec, now);
    return next === undefined
      ? undefined
      : `${formatCalendar(spec as never)} +${(next - now) / 60_000_000} min`;
  };
  it.each([
    ['daily', '*-*-* 00:00:00 +1112 min'],
    ['Mon..Fri 03:30', 'Mon..Fri *-*-* 03:30:00 +1322 min'],
    ['*:0/15', '*-*-* *:00/15:00 +2 min'],
    ['hourly', '*-*-* *:00:00 +32 min'],
    ['Sun *-*-* 03:10:00', 'Sun *-*-* 03:10:00 +8502 min'],
    ['2026-12-24', '2026-12-24 00:00:00 +44312 min'],
    ['every day', undefined],
    ['2020-01-01', undefined],
  ])('%s', (text, expected) => expect(at(text)).toBe(expected));
});
it('makes unit names of what people type', () => {
  expect(['haproxy', 'a@b', '/var/log', '/dev/vda1', 'x.timer'].map((text) => mangle(text))).toEqual([
    'haproxy.service',
    'a@b.service',
    'var-log.mount',
    'dev-vda1.device',
    'x.timer',
  ]);
  expect([
    globMatches('i@[ab].service', 'i@a.service'),
    globMatches('a[', 'a['),
    globMatches('[!h]*', 'haproxy'),
  ]).toEqual([true, true, false]);
});
