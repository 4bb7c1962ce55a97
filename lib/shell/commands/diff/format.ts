/**
 * Diff's output by formats: `--line-format`, `--old-group-format`, `-D` and the like. Source: GNU
 * diffutils manual "Line Group Formats", "Line Formats". Not modelled: numbers and conditions of groups.
 */
import type { Tool } from '../tool';
import type { Change } from './compare';
import type { Side } from './show';

type LineKind = 'old' | 'new' | 'unchanged';
type GroupKind = LineKind | 'changed';

export interface Formats {
  readonly lines: Partial<Record<LineKind, string>>;
  readonly groups: Partial<Record<GroupKind, string>>;
}

/** Long options that set a format: `--old-line-format` and the others. */
export const FORMAT_OPTIONS = [
  'line-format',
  ...['old', 'new', 'unchanged'].map((kind) => `${kind}-line-format`),
  ...['old', 'new', 'unchanged', 'changed'].map((kind) => `${kind}-group-format`),
];

/** Takes in one option; undefined when it is none of these. */
export function withFormat(formats: Formats | undefined, name: string, value: string): Formats | undefined {
  const { lines, groups } = formats ?? { lines: {}, groups: {} };
  if (name === 'line-format') return { lines: { old: value, new: value, unchanged: value }, groups };
  const [, kind, what] = /^(\w+)-(line|group)-format$/.exec(name) ?? [];
  if (what === 'line') return { lines: { ...lines, [kind ?? '']: value }, groups };
  return what === 'group' ? { lines, groups: { ...groups, [kind ?? '']: value } } : undefined;
}

/** `-D NAME`: one text that is either file as NAME is defined or not. */
export function ifdefFormats(name: string): Formats {
  return {
    lines: {},
    groups: {
      old: `#ifndef ${name}\n%<#endif /* ! ${name} */\n`,
      new: `#ifdef ${name}\n%>#endif /* ${name} */\n`,
      changed: `#ifndef ${name}\n%<#else /* ${name} */\n%>#endif /* ${name} */\n`,
    },
  };
}

/** All of both files by the formats. */
export function formatted(
  tool: Tool,
  formats: Formats,
  changes: readonly Change[],
  a: Side,
  b: Side,
): string {
  const { lines, groups } = formats;
  const part = (side: Side, from: number, to: number, kind: LineKind): string => {
    const format = lines[kind] ?? '%L';
    let out = '';
    for (let i = from; i < to; i++) {
      const lacksNewline = i === side.lines.length - 1 && !side.endsWithNewline;
      out += filledLine(tool, format, side.lines[i] ?? '', i + 1, lacksNewline ? '' : '\n');
    }
    return out;
  };
  const oldGroup = groups.old ?? groups.changed ?? '%<';
  const newGroup = groups.new ?? groups.changed ?? '%>';
  const changedGroup = groups.changed ?? oldGroup + newGroup;
  let out = '';
  let at = 0;
  const unchangedTo = (end: number): void => {
    if (end > at)
      out += filledGroup(tool, groups.unchanged ?? '%=', { same: () => part(a, at, end, 'unchanged') });
    at = end;
  };
  for (const { oldStart, oldEnd, newStart, newEnd } of changes) {
    unchangedTo(oldStart);
    const format = oldEnd === oldStart ? newGroup : newEnd === newStart ? oldGroup : changedGroup;
    out += filledGroup(tool, format, {
      old: () => part(a, oldStart, oldEnd, 'old'),
      fresh: () => part(b, newStart, newEnd, 'new'),
    });
    at = oldEnd;
  }
  unchangedTo(a.lines.length);
  return out;
}

const none = (): string => '';

function filledGroup(
  tool: Tool,
  format: string,
  {
    old = none,
    fresh = none,
    same = none,
  }: { old?: () => string; fresh?: () => string; same?: () => string },
): string {
  return format.replace(/%(c'[^']*'|[\s\S]?)/g, (whole: string, letter: string) => {
    if (letter === '<') return old();
    if (letter === '>') return fresh();
    if (letter === '=') return same();
    return literal(letter) ?? tool.fail(`not modelled: ${whole} in a group format`, 2);
  });
}

function filledLine(tool: Tool, format: string, line: string, number: number, newline: string): string {
  return format.replace(/%(c'[^']*'|[-0]?\d*[doxX]n|[\s\S]?)/g, (whole: string, letter: string) => {
    if (letter === 'L') return line + newline;
    if (letter === 'l') return line;
    const [, flag = '', width = '', base = 'd'] = /^([-0]?)(\d*)([doxX])n$/.exec(letter) ?? [];
    if (!letter.endsWith('n'))
      return literal(letter) ?? tool.fail(`not modelled: ${whole} in a line format`, 2);
    const digits = number.toString({ d: 10, o: 8, x: 16, X: 16 }[base] ?? 10);
    const shown = base === 'X' ? digits.toUpperCase() : digits;
    if (flag === '-') return shown.padEnd(Number(width));
    return shown.padStart(Number(width), flag === '0' ? '0' : ' ');
  });
}

/** `%%` and `%c'C'`. */
function literal(letter: string): string | undefined {
  if (letter === '%') return '%';
  const quoted = /^c'(.*)'$/s.exec(letter)?.[1];
  if (quoted === undefined) return undefined;
  return quoted.startsWith('\\') && quoted.length > 1
    ? String.fromCharCode(Number.parseInt(quoted.slice(1), 8))
    : quoted;
}
