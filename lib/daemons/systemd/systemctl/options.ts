/** systemctl's command line. Source: systemctl(1). */
import type { Options } from './output';

const WITH_VALUE: Readonly<Record<string, string>> = {
  '--type': 't',
  '--property': 'p',
  '--state': 'state',
  '--lines': 'n',
  '--output': 'o',
  '--signal': 's',
  '--kill-who': 'whom',
  '--kill-whom': 'whom',
  '--job-mode': 'job-mode',
  '--host': 'H',
  '--machine': 'M',
  '--root': 'root',
  '--message': 'message',
  '--drop-in': 'drop-in',
  '--preset-mode': 'ignored',
  '--what': 'what',
  '--timestamp': 'ignored',
  '--boot-loader-entry': 'ignored',
  '--reboot-argument': 'ignored',
  '--check-inhibitors': 'ignored',
  '--legend': 'legend',
};
const SHORT_WITH_VALUE = 'tpPnosHM';
const FLAGS: Readonly<Record<string, string>> = {
  '--all': 'a',
  '--value': 'value',
  '--failed': 'failed',
  '--quiet': 'q',
  '--no-block': 'no-block',
  '--no-legend': 'no-legend',
  '--now': 'now',
  '--force': 'f',
  '--runtime': 'runtime',
  '--full': 'l',
  '--no-reload': 'no-reload',
  '--reverse': 'r',
  '--plain': 'plain',
  '--before': 'before',
  '--after': 'after',
  '--wait': 'wait',
  '--no-pager': 'ignored',
  '--system': 'ignored',
  '--user': 'user',
  '--no-ask-password': 'ignored',
  '--no-wall': 'ignored',
  '--show-types': 'ignored',
  '--with-dependencies': 'ignored',
  '--recursive': 'ignored',
  '--ignore-inhibitors': 'ignored',
  '--fail': 'ignored',
  '--global': 'global',
  '--version': 'version',
  '--help': 'h',
  '--firmware-setup': 'ignored',
  '--mkdir': 'ignored',
  '--marked': 'ignored',
  '--read-only': 'ignored',
  '--show-transaction': 'show-transaction',
  '--dry-run': 'dry-run',
};
const SHORT_FLAGS = 'aqfilrThC';

export type CommandLine = {
  options: Options;
  words: string[];
  special: 'help' | 'version' | 'user' | undefined;
};

/** A string is the error text. */
export function parseCommandLine(argv: readonly string[]): CommandLine | string {
  const options: Options = {
    types: [],
    states: [],
    properties: [],
    all: false,
    value: false,
    failed: false,
    quiet: false,
    block: true,
    legend: true,
    now: false,
    force: 0,
    runtime: false,
    full: false,
    editFull: false,
    showTransaction: false,
    lines: 10,
    output: 'short',
    signal: 'TERM',
    whom: 'all',
    reload: true,
    reverse: false,
    plain: false,
    jobMode: 'replace',
    what: [],
    before: false,
    after: false,
    message: '',
    dropIn: '',
    wait: false,
  };
  const line: CommandLine = { options, words: [], special: undefined };
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '--') {
      line.words.push(...argv.slice(i + 1));
      break;
    }
    if (word.startsWith('--')) {
      const equals = word.indexOf('=');
      const name = equals === -1 ? word : word.slice(0, equals);
      const key = WITH_VALUE[name];
      if (key !== undefined) {
        const value = equals === -1 ? argv[++i] : word.slice(equals + 1);
        if (value === undefined) return `option '${name}' requires an argument`;
        const problem = setValue(line, key, value);
        if (problem !== undefined) return problem;
        continue;
      }
      const flag = FLAGS[name];
      if (flag === undefined) return `unrecognized option '${word}'`;
      setFlag(line, flag);
    } else if (word.startsWith('-') && word.length > 1) {
      for (let j = 1; j < word.length; j++) {
        const letter = word[j] ?? '';
        if (SHORT_WITH_VALUE.includes(letter)) {
          const value = j + 1 < word.length ? word.slice(j + 1) : argv[++i];
          if (value === undefined) return `option requires an argument -- '${letter}'`;
          const problem = setValue(line, letter, value);
          if (problem !== undefined) return problem;
          break;
        }
        if (!SHORT_FLAGS.includes(letter)) return `invalid option -- '${letter}'`;
        setFlag(line, letter);
      }
    } else line.words.push(word);
  }
  return line;
}
function setValue(line: CommandLine, key: string, value: string): string | undefined {
  const { options } = line;
  switch (key) {
    case 't':
      options.types.push(...value.split(','));
      break;
    case 'p':
      options.properties.push(...value.split(','));
      break;
    case 'P':
      options.properties.push(...value.split(','));
      options.value = true;
      break;
    case 'state':
      options.states.push(...value.split(','));
      break;
    case 'n':
      if (!/^\d+$/.test(value)) return `Failed to parse lines '${value}'`;
      options.lines = Number(value);
      break;
    case 'o':
      options.output = value;
      break;
    case 's':
      options.signal = value;
      break;
    case 'whom':
      options.whom = value;
      break;
    case 'job-mode':
      options.jobMode = value;
      break;
    case 'what':
      options.what.push(...value.split(','));
      break;
    case 'legend':
      options.legend = value !== 'false' && value !== 'no';
      break;
    case 'message':
      options.message = value;
      break;
    case 'drop-in':
      options.dropIn = value;
      break;
    case 'H':
    case 'M':
    case 'root':
      return 'not modelled: another machine or root directory';
    default:
      break;
  }
  return undefined;
}
function setFlag(line: CommandLine, flag: string): void {
  const { options } = line;
  switch (flag) {
    case 'a':
      options.all = true;
      break;
    case 'value':
      options.value = true;
      break;
    case 'failed':
      options.failed = true;
      break;
    case 'q':
      options.quiet = true;
      break;
    case 'no-block':
      options.block = false;
      break;
    case 'no-legend':
      options.legend = false;
      break;
    case 'now':
      options.now = true;
      break;
    case 'f':
      options.force += 1;
      break;
    case 'runtime':
      options.runtime = true;
      break;
    case 'l':
      options.full = true;
      options.editFull = true;
      break;
    case 'no-reload':
      options.reload = false;
      break;
    case 'r':
      options.reverse = true;
      break;
    case 'plain':
      options.plain = true;
      break;
    case 'before':
      options.before = true;
      break;
    case 'after':
      options.after = true;
      break;
    case 'show-transaction':
      options.showTransaction = true;
      break;
    case 'wait':
      options.wait = true;
      break;
    case 'h':
      line.special = 'help';
      break;
    case 'version':
      line.special = 'version';
      break;
    case 'user':
    case 'global':
      line.special ??= 'user';
      break;
    default:
      break;
  }
}
