/**
 * The command line. Options are read as the daemon reads them: `-f` takes all
 * that follows up to the next dash, flags may not be joined.
 * Source: HAProxy 2.6 src/haproxy.c `init_args`; haproxy(1); recorded `haproxy -Z`, `haproxy -f`.
 *
 * Not modelled: -d (debug), -dM, -dK, -cc, -C, -L, -dr, -dV, -dW, -dD: they are read and change nothing.
 */
export interface CommandLine {
  readonly files: readonly string[];
  readonly checks: boolean;
  readonly daemon: boolean;
  readonly masterWorker: boolean;
  readonly notifies: boolean;
  readonly foreground: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly pidfile: string | undefined;
  readonly maxconn: number | undefined;
  /** Processes that end once this one listens, and how: `-sf` and `-st`. */
  readonly oldPids: readonly number[];
  readonly oldSignal: 'USR1' | 'TERM';
  /** `-x`: the admin socket of the process whose listeners are taken over. */
  readonly takesFrom: string | undefined;
  /** `-S`: address of the master's own socket. */
  readonly masterSocket: string | undefined;
}
export type Asked =
  | { readonly kind: 'run'; readonly line: CommandLine }
  | { readonly kind: 'version' | 'build' | 'usage' }
  /** An option lacks its value. */
  | { readonly kind: 'incomplete' };

type Draft = { -readonly [K in keyof CommandLine]: CommandLine[K] };
const FLAGS = new Set(['-d', '-de', '-dp', '-dS', '-dG', '-dR', '-dL', '-dr', '-dV', '-dW', '-dD']);

export function readCommandLine(words: readonly string[]): Asked {
  const line: Draft & { files: string[] } = {
    files: [],
    checks: false,
    daemon: false,
    masterWorker: false,
    notifies: false,
    foreground: false,
    quiet: false,
    verbose: false,
    pidfile: undefined,
    maxconn: undefined,
    oldPids: [],
    oldSignal: 'USR1',
    takesFrom: undefined,
    masterSocket: undefined,
  };
  let at = 0;
  const value = (): string | undefined => words[++at];
  for (; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') {
      line.files.push(...words.slice(at + 1));
      break;
    }
    if (!word.startsWith('-')) return { kind: 'usage' };
    if (setFlag(line, word)) continue;
    switch (word) {
      case '-v':
        return { kind: 'version' };
      case '-vv':
        return { kind: 'build' };
      case '-f': {
        const first = value();
        if (first === undefined) return { kind: 'incomplete' };
        line.files.push(first);
        while (words[at + 1]?.startsWith('-') === false) line.files.push(words[++at] ?? '');
        break;
      }
      case '-sf':
      case '-st': {
        line.oldSignal = word === '-sf' ? 'USR1' : 'TERM';
        const pids: number[] = [];
        while (/^\d+$/.test(words[at + 1] ?? '')) pids.push(Number(words[++at]));
        line.oldPids = [...line.oldPids, ...pids];
        break;
      }
      default: {
        if (!/^-[pnNmCLxS]$/.test(word) && word !== '-cc') return { kind: 'usage' };
        const given = value();
        if (given === undefined) return { kind: 'incomplete' };
        setValue(line, word, given);
      }
    }
  }
  return line.files.length === 0 ? { kind: 'usage' } : { kind: 'run', line };
}

/** False: the word is no flag. */
function setFlag(line: Draft, word: string): boolean {
  switch (word) {
    case '-c':
      line.checks = true;
      return true;
    case '-D':
      line.daemon = true;
      return true;
    case '-W':
      line.masterWorker = true;
      return true;
    case '-Ws':
      line.masterWorker = line.notifies = true;
      return true;
    case '-db':
      line.foreground = true;
      return true;
    case '-q':
      line.quiet = true;
      return true;
    case '-V':
      line.verbose = true;
      return true;
    default:
      return FLAGS.has(word) || word.startsWith('-dM') || word.startsWith('-dK');
  }
}
function setValue(line: Draft, word: string, given: string): void {
  switch (word) {
    case '-p':
      line.pidfile = given;
      break;
    case '-n':
      line.maxconn = Number.parseInt(given, 10) || 0;
      break;
    case '-x':
      line.takesFrom = given;
      break;
    case '-S':
      line.masterSocket = given;
      break;
    default:
  }
}
