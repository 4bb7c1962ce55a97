/** The history list and its file. Source: bash(1) "HISTORY". */
import type { Shell } from '../shell';

const MOST_KEPT = 2_000;

function limit(shell: Shell, name: string): number {
  const text = shell.variables.get(name) ?? '';
  return /^\d+$/.test(text) ? Math.min(Number(text), MOST_KEPT) : MOST_KEPT;
}

export function loadHistory(shell: Shell, path = shell.variables.get('HISTFILE')): void {
  if (path === undefined || path === '') return;
  const text = shell.context.fs.readFile(shell.context.resolve(path), shell.context.who);
  if (typeof text !== 'string') return;
  for (const line of text.split('\n')) if (line !== '' && !/^#\d+$/.test(line)) push(shell, line);
  shell.historySaved = shell.history.length;
}

function push(shell: Shell, line: string): void {
  shell.history.push(line);
  const most = limit(shell, 'HISTSIZE');
  while (shell.history.length > most) {
    shell.history.shift();
    shell.historyBase += 1;
    shell.historySaved = Math.max(0, shell.historySaved - 1);
  }
}

/** Adds what was typed, as HISTCONTROL and HISTIGNORE allow. */
export function addToHistory(shell: Shell, typed: string): void {
  const lines = typed.replace(/\n$/, '');
  const text = shell.shopt.cmdhist && !shell.shopt.lithist ? joinLines(lines) : lines;
  if (text.trim() === '') return;
  const control = (shell.variables.get('HISTCONTROL') ?? '').split(':');
  const both = control.includes('ignoreboth');
  if ((both || control.includes('ignorespace')) && text.startsWith(' ')) return;
  if ((both || control.includes('ignoredups')) && shell.history.at(-1) === text) return;
  if (control.includes('erasedups')) shell.history = shell.history.filter((line) => line !== text);
  push(shell, text);
}

/** A command of several lines becomes one, with semicolons where the grammar has them. */
function joinLines(text: string): string {
  if (!text.includes('\n') || text.includes('<<')) return text;
  return text.split('\n').reduce((joined, line) => {
    if (isInsideQuotes(joined)) return `${joined}\n${line}`;
    const before = joined.trimEnd();
    if (joined.endsWith('\\')) return joined.slice(0, -1) + line;
    if (isOpen(joined, /\$\(\(/g, /\)\)/g)) return `${joined}\n${line}`;
    const needsNone =
      /(?:^|[\s;&|])(?:then|do|else|elif|(?:case|for|select)\s+\S+\s+in|\{|\(|&&|\|\||\||;;|if|while|until)$|[;&|({]$/.test(
        before,
      ) || isOpen(joined, /\$\{/g, /\}/g);
    return `${before}${needsNone ? ' ' : '; '}${line.trimStart()}`;
  });
}

/** More of the one than of the other: an expansion goes on in the next line. */
function isOpen(text: string, opening: RegExp, closing: RegExp): boolean {
  return (text.match(opening)?.length ?? 0) > (text.match(closing)?.length ?? 0);
}

function isInsideQuotes(text: string): boolean {
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (c === '\\' && quote !== "'") i++;
    else if (quote === '' && (c === '"' || c === "'")) quote = c;
    else if (c === quote) quote = '';
  }
  return quote !== '';
}

/** At the end of a session the lines of this session are added to the file. */
export function saveHistory(shell: Shell, path = shell.variables.get('HISTFILE')): void {
  if (shell.dialect === 'dash' || path === undefined || path === '' || !shell.options.history) return;
  const fresh = shell.history.slice(shell.historySaved);
  if (fresh.length === 0) return;
  const { fs, who } = shell.context;
  const full = shell.context.resolve(path);
  const before = fs.readFile(full, who);
  const lines = [
    ...(typeof before === 'string' ? before.split('\n').filter((line) => line !== '') : []),
    ...fresh,
  ];
  fs.writeFile(full, `${lines.slice(-limit(shell, 'HISTFILESIZE')).join('\n')}\n`, who, { mode: 0o600 });
  shell.historySaved = shell.history.length;
}
