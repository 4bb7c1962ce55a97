/** `!!`, `!n`, `!text`, `!$`, `^a^b`. Source: bash(1) "HISTORY EXPANSION". */
import type { Shell } from '../shell';

export class HistoryEventNotFound {
  constructor(readonly event: string) {}
}

interface Expanded {
  readonly text: string;
  readonly changed: boolean;
  /** `:p`: shown, not run. */
  readonly printOnly: boolean;
}

export function expandHistory(shell: Shell, line: string): Expanded {
  const quick = /^\^([^^\n]+)\^([^^\n]*)(?:\^([^\n]*))?\n?$/.exec(line);
  if (quick !== null) {
    const last = shell.history.at(-1);
    const [, from = '', to = '', rest = ''] = quick;
    if (last === undefined || !last.includes(from)) {
      throw new HistoryEventNotFound(`:s${line.replace(/\n$/, '')}`.replace(/^:s/, ':s'));
    }
    return { text: `${last.replace(from, () => to)}${rest}\n`, changed: true, printOnly: false };
  }
  if (!line.includes('!')) return { text: line, changed: false, printOnly: false };
  return expandMarks(shell, line);
}

function expandMarks(shell: Shell, line: string): Expanded {
  let out = '';
  let changed = false;
  let printOnly = false;
  let quoted = false;
  for (let i = 0; i < line.length; ) {
    const c = line[i] ?? '';
    if (c === '\\') {
      out += line.slice(i, i + 2);
      i += 2;
      continue;
    }
    if (c === "'" && !quoted) {
      const end = line.indexOf("'", i + 1);
      out += line.slice(i, end === -1 ? line.length : end + 1);
      i = end === -1 ? line.length : end + 1;
      continue;
    }
    if (c === '"') quoted = !quoted;
    const next = line[i + 1] ?? '';
    const isPlain =
      c !== '!' || next === '' || /[\s=(]/.test(next) || (quoted && next === '"') || /[$[{]$/.test(out);
    if (isPlain) {
      out += c;
      i++;
      continue;
    }
    const found = readEvent(shell, line, i, out);
    out += found.text;
    printOnly ||= found.printOnly;
    changed = true;
    i = found.end;
  }
  return { text: out, changed, printOnly };
}

interface Found {
  readonly text: string;
  readonly end: number;
  readonly printOnly: boolean;
}

function readEvent(shell: Shell, line: string, start: number, before: string): Found {
  const rest = line.slice(start + 1);
  const event = /^(?:!|-?\d+|#|\?[^?\n]*\??|(?=[$^*:])|[^\s:=^$*;&|()<>"'-][^\s:;&|()<>"']*)/.exec(rest);
  const name = event?.[0] ?? '';
  if (event === null) throw new HistoryEventNotFound(`!${rest.split(/\s/)[0] ?? ''}`);
  const source = name === '#' ? before : lookUp(shell, name);
  if (source === undefined) throw new HistoryEventNotFound(`!${name}`);
  let end = start + 1 + name.length;
  const words = splitWords(source);
  let text = source;
  const designator = /^(?::?(\^|\$|\*)|:(\d+)(?:(-)(\d+|\$)?|(\*))?)/.exec(line.slice(end));
  if (designator !== null) {
    text = pick(words, designator);
    end += designator[0].length;
  }
  return modify(line, { text, end, printOnly: false });
}

function lookUp(shell: Shell, name: string): string | undefined {
  const { history, historyBase } = shell;
  if (name === '!' || name === '') return history.at(-1);
  if (/^\d+$/.test(name)) return history[Number(name) - historyBase];
  if (/^-\d+$/.test(name)) return history.at(Number(name));
  const contained = /^\?([^?]*)\??$/.exec(name)?.[1];
  if (contained !== undefined) return history.findLast((entry) => entry.includes(contained));
  return history.findLast((entry) => entry.startsWith(name));
}

function pick(words: readonly string[], designator: RegExpExecArray): string {
  const [, sign, from, dash, to, star] = designator;
  if (sign === '^') return words[1] ?? '';
  if (sign === '$') return words.at(-1) ?? '';
  if (sign === '*') return words.slice(1).join(' ');
  const first = Number(from ?? 0);
  if (star !== undefined) return words.slice(first).join(' ');
  if (dash === undefined) return words[first] ?? '';
  const last = to === '$' ? words.length - 1 : to === undefined ? words.length - 2 : Number(to);
  return words.slice(first, last + 1).join(' ');
}

function modify(line: string, found: Found): Found {
  let { text, end, printOnly } = found;
  for (;;) {
    const modifier = /^:(?:([hrtepqx])|(g?)s(.)([^\n]*))/.exec(line.slice(end));
    if (modifier === null) return { text, end, printOnly };
    const [whole, letter, global, delimiter = '/', rest = ''] = modifier;
    if (letter === undefined) {
      const [from = '', to = ''] = rest.split(delimiter);
      text = global === 'g' ? text.replaceAll(from, () => to) : text.replace(from, () => to);
      const used = from.length + 1 + to.length + (rest.length > from.length + 1 + to.length ? 1 : 0);
      end += whole.length - rest.length + used;
      continue;
    }
    end += 2;
    if (letter === 'p') printOnly = true;
    else if (letter === 'h') text = text.replace(/\/[^/]*$/, '');
    else if (letter === 't') text = text.replace(/^.*\//, '');
    else if (letter === 'r') text = text.replace(/\.[^./]*$/, '');
    else if (letter === 'e') text = /\.[^./]*$/.exec(text)?.[0] ?? '';
    else if (letter === 'q') text = `'${text.replace(/'/g, "'\\''")}'`;
  }
}

/** Words of a line as the shell divides them, quotes kept. */
export function splitWords(line: string): string[] {
  return (
    line.match(
      /(?:\\[^]|'[^']*'|"(?:\\[^]|[^"\\])*"|\$\([^)]*\)|[^\s;&|()<>'"\\])+|&&|\|\||;;|>>|<<|[;&|()<>]/g,
    ) ?? []
  );
}
