/** What Tab offers: commands, files, variables, users, and the arguments of a few commands everybody completes. */
import { FileError } from '../../world/files.contract';
import type { Host } from '../../world/world.contract';
import { SIGNAL_NUMBERS } from '../../world/signals';
import type { Shell } from '../shell';
import { commandNames, pathNames, type Place, placeOf, programNames } from './candidates';
import { type Cursor, readCursor } from './command-line';
import { findShell } from './live-shells';

export interface Completions {
  /** Offset from which a word replaces the text up to the cursor. */
  readonly from: number;
  readonly words: string[];
}

const MOST_WORDS = 2_000;

/** Completions in a terminal whose foreground shell is `pid`. */
export function complete(host: Host, pid: number, text: string, cursor: number): Completions {
  const process = host.process(pid);
  if (process === undefined || host.state.power === 'off') return { from: cursor, words: [] };
  const shell = findShell(host, pid);
  const place: Place =
    shell === undefined
      ? {
          host,
          who: process,
          cwd: process.cwd,
          home: process.env.get('HOME') ?? '/',
          path: process.env.get('PATH') ?? '',
        }
      : placeOf(shell);
  const at = readCursor(text, cursor);
  const found = candidates({ place, shell, at });
  return {
    from: at.from + found.skip,
    words: [...new Set(found.words)].slice(0, MOST_WORDS).map((word) => quoted(word, at)),
  };
}

/** Earlier lines of the shell, oldest first. */
export function historyOf(host: Host, pid: number): string[] {
  const shell = findShell(host, pid);
  return shell === undefined ? [] : [...shell.history];
}

interface Question {
  readonly place: Place;
  readonly shell: Shell | undefined;
  readonly at: Cursor;
}
interface Found {
  readonly words: string[];
  /** Characters of the typed word that stay as they are. */
  readonly skip: number;
}

function candidates({ place, shell, at }: Question): Found {
  const whole = (words: string[]): Found => ({ words, skip: 0 });
  const variable = /^(.*)\$(\{?)(\w*)$/.exec(at.word);
  if (variable !== null && at.quote !== "'") {
    const [, head = '', brace = '', name = ''] = variable;
    const names = (shell?.variables.names() ?? []).filter((one) => one.startsWith(name));
    return {
      words: names.map((one) => `$${brace}${one}${brace === '' ? '' : '}'}`),
      skip: head.length + (at.quote === undefined ? 0 : 1),
    };
  }
  if (/^~[^/]*$/.test(at.word) && at.quote === undefined)
    return whole(userNames(place.host, at.word.slice(1)).map((name) => `~${name}/`));
  if (at.redirected) return whole(files(place, at.word));
  const before = withoutPrefixes(at.before);
  const assigned = /^(\w+=)(.*)$/.exec(at.word);
  if (before.length === 0) {
    if (assigned !== null)
      return { words: files(place, assigned[2] ?? ''), skip: (assigned[1] ?? '').length };
    return whole(commands(place, shell, at.word));
  }
  return whole(argumentsOf({ place, shell, at }, before));
}

/** Words before which the real command stands: `sudo`, `VAR=x`. */
function withoutPrefixes(words: readonly string[]): readonly string[] {
  let rest = words;
  for (;;) {
    const [first = ''] = rest;
    if (/^\w+=/.test(first)) rest = rest.slice(1);
    else if (PREFIXES.has(first)) {
      rest = rest.slice(1);
      while (rest[0]?.startsWith('-') === true) rest = rest.slice(/^-[ugnC]$/.test(rest[0]) ? 2 : 1);
    } else return rest;
  }
}
const PREFIXES: ReadonlySet<string> = new Set([
  'sudo',
  'nohup',
  'exec',
  'command',
  'env',
  'nice',
  'xargs',
  'watch',
  'strace',
  'time',
]);

function commands(place: Place, shell: Shell | undefined, word: string): string[] {
  if (word.includes('/'))
    return pathNames(place, word, { directoriesOnly: false, slashes: true, executables: true });
  return shell === undefined ? programNames(place, word) : commandNames(shell, word);
}

function files(place: Place, word: string): string[] {
  return pathNames(place, word, { directoriesOnly: false, slashes: true });
}
function directories(place: Place, word: string): string[] {
  return pathNames(place, word, { directoriesOnly: true, slashes: true });
}
const starting = (words: readonly string[], start: string): string[] =>
  words.filter((word) => word.startsWith(start)).sort();

// ------------------------------------------------------------------------ arguments

const UNIT_VERBS = [
  'start',
  'stop',
  'restart',
  'reload',
  'try-restart',
  'reload-or-restart',
  'status',
  'is-active',
  'is-enabled',
  'is-failed',
  'enable',
  'disable',
  'reenable',
  'mask',
  'unmask',
  'show',
  'cat',
  'edit',
  'kill',
  'reset-failed',
  'list-dependencies',
];
const PLAIN_VERBS = [
  'daemon-reload',
  'list-units',
  'list-unit-files',
  'list-timers',
  'list-sockets',
  'list-jobs',
  'get-default',
  'set-default',
  'is-system-running',
  'reboot',
  'poweroff',
];

type Arguments = (question: Question, before: readonly string[]) => string[];

const unitArgument: Arguments = ({ place, at }, before) => {
  const verbs = before.slice(1).filter((word) => !word.startsWith('-'));
  if (verbs.length === 0) return starting([...UNIT_VERBS, ...PLAIN_VERBS], at.word);
  return UNIT_VERBS.includes(verbs[0] ?? '') ? starting(unitNames(place.host), at.word) : [];
};
const hostArgument: Arguments = ({ place, at }) => {
  const cut = at.word.lastIndexOf('@') + 1;
  return starting(hostNames(place), at.word.slice(cut)).map((name) => at.word.slice(0, cut) + name);
};
const directoryArgument: Arguments = ({ place, at }) => directories(place, at.word);
const userArgument: Arguments = ({ place, at }) => userNames(place.host, at.word);
const commandArgument: Arguments = ({ place, shell, at }) => commands(place, shell, at.word);
const variableArgument: Arguments = ({ shell, at }) => starting(shell?.variables.names() ?? [], at.word);

const RULES: Readonly<Record<string, Arguments>> = {
  systemctl: unitArgument,
  service: ({ place, at }, before) =>
    before.length === 1
      ? starting(
          unitNames(place.host)
            .filter((name) => name.endsWith('.service'))
            .map((name) => name.slice(0, -8)),
          at.word,
        )
      : starting(['start', 'stop', 'restart', 'reload', 'status'], at.word),
  journalctl: ({ place, at }, before) =>
    before.at(-1) === '-u' || before.at(-1) === '--unit'
      ? starting(unitNames(place.host), at.word)
      : files(place, at.word),
  ssh: (question, before) =>
    before.at(-1) === '-i' ? files(question.place, question.at.word) : hostArgument(question, before),
  sftp: hostArgument,
  ping: hostArgument,
  traceroute: hostArgument,
  mtr: hostArgument,
  scp: (question, before) => [
    ...files(question.place, question.at.word),
    ...hostArgument(question, before).map((name) => `${name}:`),
  ],
  cd: directoryArgument,
  pushd: directoryArgument,
  rmdir: directoryArgument,
  su: userArgument,
  id: userArgument,
  passwd: userArgument,
  groups: userArgument,
  type: commandArgument,
  which: commandArgument,
  man: commandArgument,
  export: variableArgument,
  unset: variableArgument,
  kill: ({ at, shell }) =>
    at.word.startsWith('-')
      ? starting(
          Object.keys(SIGNAL_NUMBERS).map((name) => `-${name}`),
          at.word,
        )
      : at.word.startsWith('%')
        ? starting(
            (shell?.jobs.list ?? []).map(({ id }) => `%${id}`),
            at.word,
          )
        : [],
};
const SHELL_SCOPED: ReadonlySet<string> = new Set(['alias', 'unalias']);

function argumentsOf(question: Question, before: readonly string[]): string[] {
  const { place, at, shell } = question;
  const name = (before[0] ?? '').replace(/^.*\//, '');
  if (SHELL_SCOPED.has(name)) return starting([...(shell?.aliases.keys() ?? [])], at.word);
  const words = shell?.completions.get(name);
  const list = words === undefined ? undefined : /-W (?:'([^']*)'|(\S+))/.exec(words);
  if (list !== null && list !== undefined)
    return starting(
      (list[1] ?? list[2] ?? '').split(/\s+/).filter((word) => word !== ''),
      at.word,
    );
  const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
  if (rule !== undefined && !at.word.startsWith('/') && !at.word.startsWith('./'))
    return rule(question, before);
  if (rule === directoryArgument) return directories(place, at.word);
  return files(place, at.word);
}

// ---------------------------------------------------------------------- what there is

const UNIT_DIRECTORIES = ['/etc/systemd/system', '/run/systemd/system', '/usr/lib/systemd/system'];
const UNIT_FILE = /\.(?:service|timer|socket|target|mount|path|slice)$/;

function unitNames(host: Host): string[] {
  const root = { uid: 0, gid: 0, groups: [] };
  const found = new Set<string>();
  for (const directory of UNIT_DIRECTORIES) {
    const names = host.fs.readdir(directory, root);
    if (Array.isArray(names))
      for (const name of names) if (UNIT_FILE.test(name) && !name.includes('@.')) found.add(name);
  }
  return [...found].sort();
}

/** Hosts of /etc/hosts, ~/.ssh/known_hosts and ~/.ssh/config. */
function hostNames({ host, who, home }: Place): string[] {
  const found = new Set<string>();
  const lines = (path: string): string[] => {
    const text = host.fs.readFile(path, who);
    return text instanceof FileError ? [] : text.split('\n');
  };
  for (const line of lines('/etc/hosts'))
    for (const name of line.replace(/#.*/, '').trim().split(/\s+/).slice(1)) found.add(name);
  for (const path of [`${home}/.ssh/known_hosts`, '/etc/ssh/ssh_known_hosts'])
    for (const line of lines(path))
      for (const name of (line.trim().split(/\s+/)[0] ?? '').split(','))
        if (name !== '' && !/^[|#@]/.test(name)) found.add(name.replace(/^\[([^\]]*)\].*/, '$1'));
  for (const line of lines(`${home}/.ssh/config`)) {
    const names = /^\s*Host\s+(.+)$/i.exec(line)?.[1] ?? '';
    for (const name of names.split(/\s+/)) if (name !== '' && !/[*?!]/.test(name)) found.add(name);
  }
  return [...found].filter((name) => !/^(?:ip6-|localhost\S)/.test(name)).sort();
}

function userNames(host: Host, start: string): string[] {
  const text = host.fs.readFile('/etc/passwd', { uid: 0, gid: 0, groups: [] });
  if (text instanceof FileError) return [];
  return starting(
    text.split('\n').flatMap((line) => (line.includes(':') ? [line.split(':')[0] ?? ''] : [])),
    start,
  );
}

/** A name as it must be typed: blanks and the shell's own characters escaped. */
function quoted(word: string, { quote }: Cursor): string {
  if (quote !== undefined) return word.startsWith('$') ? word : `${quote}${word}`;
  if (word.startsWith('$')) return word;
  return word.replace(/[ '"\\|&;()<>*?[\]!`#{}]/g, '\\$&');
}
