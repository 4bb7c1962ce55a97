/** Backslash escapes of PS1 and its like. Source: bash(1) "PROMPTING". */
import { civilFromMicros } from '../../std/civil';
import type { Shell } from '../shell';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The text with its escapes decoded; parameters in it are the caller's business. */
export function decodePrompt(shell: Shell, text: string): string {
  return text.replace(
    /\\(?:([0-7]{3})|D\{([^}]*)\}|(x[0-9a-f]{2})|([^]))/g,
    (
      whole: string,
      octal: string | undefined,
      _format: string | undefined,
      _hex: string | undefined,
      letter: string | undefined,
    ) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return letter === undefined ? clock(shell, 't') : (escapeOf(shell, letter) ?? whole);
    },
  );
}

function escapeOf(shell: Shell, letter: string): string | undefined {
  switch (letter) {
    case 'a':
      return '\x07';
    case 'e':
      return '\x1b';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case '\\':
      return '\\';
    case '[':
    case ']':
      return '';
    case 'h':
      return shell.host.state.hostname.split('.')[0] ?? '';
    case 'H':
      return shell.host.state.hostname;
    case 'u':
      return shell.host.user(shell.context.who.uid)?.name ?? 'I have no name!';
    case 'w':
      return shortened(shell);
    case 'W': {
      const path = shortened(shell);
      return path === '/' || path === '~' ? path : path.slice(path.lastIndexOf('/') + 1);
    }
    case '$':
      return shell.context.who.uid === 0 ? '#' : '$';
    case 's':
      return shell.name.slice(shell.name.lastIndexOf('/') + 1);
    case 'j':
      return String(shell.jobs.list.length);
    case 'l':
      return (shell.context.process.tty ?? '').replace('pts/', '');
    case 'v':
      return '5.2';
    case 'V':
      return '5.2.15';
    case '!':
    case '#':
      return String(shell.historyBase + shell.history.length);
    case 'd':
    case 't':
    case 'T':
    case '@':
    case 'A':
      return clock(shell, letter);
    default:
      return undefined;
  }
}

function shortened(shell: Shell): string {
  const path = shell.variables.get('PWD') ?? shell.context.cwd;
  const home = shell.variables.get('HOME') ?? '';
  if (home === '' || home === '/') return path;
  return path === home ? '~' : path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

function clock(shell: Shell, letter: string): string {
  const now = civilFromMicros(shell.host.clock());
  const two = (value: number): string => String(value).padStart(2, '0');
  switch (letter) {
    case 'd':
      return `${DAYS[Math.floor(shell.host.clock() / 86_400_000_000 + 4) % 7]} ${MONTHS[now.month - 1]} ${two(now.day)}`;
    case 'T':
      return `${two(((now.hour + 11) % 12) + 1)}:${two(now.minute)}:${two(now.second)}`;
    case '@':
      return `${two(((now.hour + 11) % 12) + 1)}:${two(now.minute)} ${now.hour < 12 ? 'AM' : 'PM'}`;
    case 'A':
      return `${two(now.hour)}:${two(now.minute)}`;
    default:
      return `${two(now.hour)}:${two(now.minute)}:${two(now.second)}`;
  }
}
