/** `history` and `fc`. */
import { addToHistory, loadHistory, saveHistory } from '../interactive/history-file';
import { expandHistory, HistoryEventNotFound } from '../interactive/history-expansion';
import type { Run, Shell } from '../shell';
import { type Call, complain, readOptions, usage, wholeNumber } from './builtin';

export function* history(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, 'cd:anrwps');
  if (typeof options === 'number') return options;
  const { flags, values, rest } = options;
  if (flags.has('c')) clear(shell);
  const offset = values.get('d');
  if (offset !== undefined) return yield* remove(call, offset);
  if (flags.has('s')) {
    replaceLast(shell, rest.join(' '));
    return 0;
  }
  if (flags.has('p')) return yield* print(call, rest);
  const path = rest[0];
  if (flags.has('a') || flags.has('w')) {
    if (flags.has('w')) shell.historySaved = 0;
    if (flags.has('w')) truncate(shell, path);
    saveHistory(shell, path ?? shell.variables.get('HISTFILE'));
    return 0;
  }
  if (flags.has('r') || flags.has('n')) {
    loadHistory(shell, path ?? shell.variables.get('HISTFILE'));
    return 0;
  }
  if (flags.has('c')) return 0;
  const count = rest[0] === undefined ? shell.history.length : wholeNumber(rest[0]);
  if (count === undefined) {
    yield* complain(call, `${rest[0] ?? ''}: numeric argument required`);
    return 1;
  }
  const from = Math.max(0, shell.history.length - Math.max(0, count));
  yield* shell.write(1, listing(shell, from, shell.history.length - 1));
  return 0;
}

function listing(shell: Shell, from: number, to: number): string {
  return shell.history
    .slice(from, to + 1)
    .map((line, index) => `${String(shell.historyBase + from + index).padStart(5)}  ${line}\n`)
    .join('');
}

function clear(shell: Shell): void {
  shell.history = [];
  shell.historyBase = 1;
  shell.historySaved = 0;
}

function truncate(shell: Shell, path: string | undefined): void {
  const file = path ?? shell.variables.get('HISTFILE');
  if (file !== undefined)
    shell.context.fs.writeFile(shell.context.resolve(file), '', shell.context.who, { mode: 0o600 });
}

function* remove(call: Call, text: string): Run<number> {
  const { shell } = call;
  const range = /^(-?\d+)(?:-(-?\d+))?$/.exec(text);
  const place = (number: string): number =>
    Number(number) < 0 ? shell.history.length + Number(number) : Number(number) - shell.historyBase;
  const first = range === null ? -1 : place(range[1] ?? '');
  const last = range?.[2] === undefined ? first : place(range[2]);
  if (first < 0 || last >= shell.history.length || last < first) {
    yield* complain(call, `${text}: history position out of range`);
    return 1;
  }
  shell.history.splice(first, last - first + 1);
  return 0;
}

/** The command `history -s` itself does not stay. */
function replaceLast(shell: Shell, text: string): void {
  if (shell.interactive) shell.history.pop();
  addToHistory(shell, text);
}

function* print(call: Call, words: readonly string[]): Run<number> {
  const { shell } = call;
  let status = 0;
  if (shell.interactive) shell.history.pop();
  for (const word of words) {
    try {
      yield* shell.write(1, `${expandHistory(shell, word).text}\n`);
    } catch (problem) {
      if (!(problem instanceof HistoryEventNotFound)) throw problem;
      yield* complain(call, `${word}: history expansion failed`);
      status = 1;
    }
  }
  return status;
}

export function* fc(call: Call): Run<number> {
  const { shell } = call;
  const lists = call.args.some((arg) => /^-[a-z]*l/.test(arg));
  const options = yield* readOptions(
    { ...call, args: call.args.filter((arg) => !/^-\d+$/.test(arg)) },
    'e:lnrs',
  );
  if (typeof options === 'number') return options;
  const { flags } = options;
  const rest = call.args.filter((arg) => /^-\d+$/.test(arg) || options.rest.includes(arg));
  if (flags.has('s') || options.values.get('e') === '-') return yield* again(call, options.rest);
  if (!lists) {
    yield* complain(call, 'editing a command in an editor is not modelled; use fc -l or fc -s');
    return 1;
  }
  const own = shell.interactive ? 1 : 0;
  const most = shell.history.length - 1 - own;
  const place = (text: string | undefined, usual: number): number | undefined => {
    if (text === undefined) return usual;
    if (/^-\d+$/.test(text)) return shell.history.length - own + Number(text);
    if (/^\d+$/.test(text)) return Number(text) - shell.historyBase;
    const found = shell.history.findLastIndex((line) => line.startsWith(text));
    return found === -1 ? undefined : found;
  };
  const from = place(rest[0], Math.max(0, most - 15));
  const to = place(rest[1], most);
  if (from === undefined || to === undefined) {
    yield* complain(call, 'no command found');
    return 1;
  }
  const lines = shell.history
    .slice(Math.max(0, Math.min(from, to)), Math.max(from, to) + 1)
    .map((line, index) =>
      flags.has('n') ? `\t ${line}\n` : `${shell.historyBase + Math.min(from, to) + index}\t ${line}\n`,
    );
  yield* shell.write(1, (flags.has('r') || from > to ? lines.reverse() : lines).join(''));
  return 0;
}

/** `fc -s [old=new] [command]`. */
function* again(call: Call, args: readonly string[]): Run<number> {
  const { shell } = call;
  const change = args[0]?.includes('=') === true ? args[0] : undefined;
  const start = args[change === undefined ? 0 : 1];
  if (args.length > 2) return yield* usage(call);
  if (shell.interactive) shell.history.pop();
  const line =
    start === undefined ? shell.history.at(-1) : shell.history.findLast((entry) => entry.startsWith(start));
  if (line === undefined) {
    yield* complain(call, 'no command found');
    return 1;
  }
  const equals = change?.indexOf('=') ?? 0;
  const text =
    change === undefined ? line : line.replaceAll(change.slice(0, equals), () => change.slice(equals + 1));
  yield* shell.write(2, `${text}\n`);
  addToHistory(shell, text);
  return yield* shell.machinery.runText(shell, text, { name: 'fc', lineBase: 0 });
}
