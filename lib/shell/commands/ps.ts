/** ps(1) of procps. Options as Unix, BSD and GNU write them. Threads and kernel threads are not modelled. */
import type { ProcessState } from '../../world/process.contract';
import { isZombie, terminalOf } from './process-view';
import { PS_COLUMNS, type PsColumn, type View } from './ps-columns';
import { terminalSize } from './terminal-width';
import { Exit, type Command, type Tool, type ToolRun } from './tool';

export const ps: Command = {
  name: 'ps',
  package: 'procps',
  paths: ['/usr/bin/ps'],
  synopsis: 'ps [options]',
  summary: 'Report a snapshot of the current processes.',
  run,
};

interface Shown extends PsColumn {
  readonly name: string;
}
interface Request {
  columns: Shown[];
  all: boolean;
  everyTerminal: boolean;
  withoutTerminal: boolean;
  bsd: boolean;
  selects: ((process: ProcessState) => boolean)[];
  negated: boolean;
  noSessionLeaders: boolean;
  forest: 'no' | 'lines' | 'indent';
  sort: { column: PsColumn; descending: boolean }[];
  noHeadings: boolean;
  width: number;
  fullCommand: boolean;
  environment: boolean;
  accurateName: boolean;
}

const USAGE =
  "\nUsage:\n ps [options]\n\n Try 'ps --help <simple|list|output|threads|misc|all>'\n  or 'ps --help <s|l|o|t|m|a>'\n for additional help text.\n\nFor more details see ps(1).\n";

const FORMATS: Readonly<Record<string, string>> = {
  plain: 'pid,tname,time,ucmd',
  bsdPlain: 'pid,tname,stat,bsdtime,args',
  user: 'user,pid,%cpu,%mem,vsz,rss,tname,stat,bsdstart,bsdtime,args',
  full: 'uid_hack,pid,ppid,c,stime,tname,time,cmd',
  long: 'f,s,uid,pid,ppid,c,opri,ni,addr,sz,wchan,tname,time,ucmd',
  bsdLong: 'f,uid,pid,ppid,pri,ni,vsz,rss,wchan,stat,tname,bsdtime,args',
  jobs: 'pid,pgid,sid,tname,time,ucmd',
  bsdJobs: 'ppid,pid,pgid,sid,tname,tpgid,stat,uid,bsdtime,args',
};

function* run(tool: Tool): ToolRun {
  const request = new Options(tool).read();
  const view: View = { host: tool.context.host, asking: tool.context.pid };
  let rows = tool.context.host.processes().filter((process) => isSelected(tool, request, process));
  if (request.sort.length > 0) rows = sorted(rows, request, view);
  const tree =
    request.forest === 'no' ? rows.map((process) => ({ process, lead: '' })) : forest(rows, request.forest);
  const { columns, width } = request;
  const texts = tree.map(({ process, lead }) =>
    columns.map((column) => cellText(column, process, { view, lead, environment: request.environment })),
  );
  const widths = columns.map((column) => Math.max(column.width, column.heading.length));
  if (!request.noHeadings && columns.some((column) => column.heading !== ''))
    tool.line(
      layOut(
        columns,
        widths,
        columns.map((column) => column.heading),
      ).slice(0, width),
    );
  for (const cells of texts) {
    tool.line(layOut(columns, widths, cells).slice(0, width));
    yield* tool.drain();
  }
  return rows.length === 0 ? 1 : 0;
}

function cellText(
  column: Shown,
  process: ProcessState,
  about: { view: View; lead: string; environment: boolean },
): string {
  const text = column.value(process, about.view);
  const isCommand = /^(args|cmd|command|comm|ucmd|ucomm)$/.test(column.name);
  const environment =
    about.environment && column.name === 'args' && !isZombie(process)
      ? [...process.env].map(([key, value]) => ` ${key}=${value}`).join('')
      : '';
  return isCommand ? about.lead + text + environment : text;
}

/** A text too long pushes what follows, as far as that has room to give. */
function layOut(columns: readonly Shown[], widths: readonly number[], cells: readonly string[]): string {
  let line = '';
  let over = 0;
  cells.forEach((cell, index) => {
    const column = columns[index];
    const isLast = index === cells.length - 1;
    const width = widths[index] ?? 0;
    const room = Math.max(column?.align === 'right' ? cell.length : 0, width - over);
    const text = column?.align === 'right' ? cell.padStart(room) : isLast ? cell : cell.padEnd(room);
    over = Math.max(0, text.length - (width - over));
    line += text + (isLast ? '' : ' ');
  });
  return line;
}

function isSelected(tool: Tool, request: Request, process: ProcessState): boolean {
  if (process.pid === tool.context.pid && isZombie(process)) return false;
  const chosen = isChosen(tool, request, process);
  return request.negated ? !chosen : chosen;
}

function isChosen(tool: Tool, request: Request, process: ProcessState): boolean {
  if (request.all) return true;
  if (request.noSessionLeaders && process.sid !== process.pid) return true;
  if (request.everyTerminal && process.tty !== undefined && process.sid !== process.pid) return true;
  if (request.selects.some((matches) => matches(process))) return true;
  if (request.selects.length > 0 || request.everyTerminal || request.noSessionLeaders) return false;
  const { who } = tool.context;
  const own = process.uid === who.uid;
  if (request.bsd && request.withoutTerminal) return own;
  return own && terminalOf(process) === terminalOf(tool.context.process);
}

function sorted(rows: readonly ProcessState[], request: Request, view: View): ProcessState[] {
  return [...rows].sort((a, b) => {
    for (const { column, descending } of request.sort) {
      const [x, y] =
        column.number === undefined
          ? [column.value(a, view), column.value(b, view)]
          : [column.number(a, view), column.number(b, view)];
      if (x !== y) return (x < y ? -1 : 1) * (descending ? -1 : 1);
    }
    return 0;
  });
}

/** Children under their parents: `\_ ` and bars, or blanks with -H. Those of process 1 stand for themselves. */
function forest(
  rows: readonly ProcessState[],
  style: 'lines' | 'indent',
): { process: ProcessState; lead: string }[] {
  const pids = new Set(rows.map((process) => process.pid));
  const out: { process: ProcessState; lead: string }[] = [];
  const childrenOf = (pid: number): ProcessState[] =>
    rows.filter((process) => process.ppid === pid && process.pid !== pid);
  const visit = (process: ProcessState, lead: string, bars: string): void => {
    out.push({ process, lead });
    const children = process.pid === 1 ? [] : childrenOf(process.pid);
    children.forEach((child, index) => {
      const isLast = index === children.length - 1;
      if (style === 'indent') visit(child, `${lead}  `, '');
      else visit(child, `${bars} \\_ `, `${bars} ${isLast ? ' ' : '|'}  `);
    });
  };
  for (const process of rows) if (process.ppid === 1 || !pids.has(process.ppid)) visit(process, '', '');
  return out;
}

class Options {
  readonly #request: Request;
  #format: string | undefined;
  readonly #added: string[] = [];
  #wide = 0;

  constructor(private readonly tool: Tool) {
    this.#request = {
      columns: [],
      all: false,
      everyTerminal: false,
      withoutTerminal: false,
      bsd: false,
      selects: [],
      negated: false,
      noSessionLeaders: false,
      forest: 'no',
      sort: [],
      noHeadings: false,
      width: Number.POSITIVE_INFINITY,
      fullCommand: false,
      environment: false,
      accurateName: false,
    };
  }

  read(): Request {
    const words = [...this.tool.args];
    while (words.length > 0) {
      const word = words.shift() ?? '';
      if (word.startsWith('--')) this.#long(word, words);
      else if (word.startsWith('-') && word.length > 1) this.#unix(word.slice(1), words);
      else if (/^\d+(,\d+)*$/.test(word)) this.#byPid(word);
      else this.#bsd(word, words);
    }
    const request = this.#request;
    if (request.bsd && request.everyTerminal && request.withoutTerminal) request.all = true;
    if (request.columns.length === 0)
      this.#addColumns(this.#format ?? (request.bsd ? FORMATS['bsdPlain'] : FORMATS['plain']) ?? '');
    if (this.#added.length > 0) for (const list of this.#added) this.#addColumns(list);
    const { tool } = this;
    if (tool.context.stdout.tty !== undefined || tool.context.env.has('COLUMNS')) {
      const { columns } = terminalSize(tool);
      if (tool.context.stdout.tty !== undefined)
        request.width =
          this.#wide === 0 ? columns : this.#wide === 1 ? Math.max(132, columns) : request.width;
    }
    return request;
  }

  #fail(message: string): never {
    this.tool.note(`error: ${message}\n${USAGE}`);
    throw new Exit(1);
  }

  #argument(rest: string, words: string[], what: string): string {
    const value = rest !== '' ? rest : words.shift();
    if (value === undefined) this.#fail(what);
    return value;
  }

  #unix(letters: string, words: string[]): void {
    for (let i = 0; i < letters.length; i++) {
      const letter = letters[i] ?? '';
      const rest = letters.slice(i + 1);
      const request = this.#request;
      switch (letter) {
        case 'e':
        case 'A':
          request.all = true;
          continue;
        case 'a':
          request.everyTerminal = true;
          continue;
        case 'd':
          request.noSessionLeaders = true;
          continue;
        case 'N':
          request.negated = true;
          continue;
        case 'f':
          this.#format = FORMATS['full'];
          continue;
        case 'F':
          this.#format = 'uid_hack,pid,ppid,c,sz,rss,psr,stime,tname,time,cmd';
          continue;
        case 'l':
          this.#format = FORMATS['long'];
          continue;
        case 'j':
          this.#format = FORMATS['jobs'];
          continue;
        case 'y':
        case 'c':
        case 'm':
        case 'P':
        case 'M':
        case 'Z':
          continue;
        case 'L':
        case 'T':
          this.#fail('not modelled: threads');
          continue;
        case 'w':
          this.#wide++;
          continue;
        case 'H':
          request.forest = 'indent';
          continue;
        case 'x':
        case 'r':
          request.withoutTerminal = true;
          request.bsd = true;
          continue;
        case 'V':
          return this.tool.version();
        case 'o':
          this.#addColumns(this.#argument(rest, words, 'format specification must follow -o'));
          return;
        case 'O':
          this.#addColumns(
            `pid,${this.#argument(rest, words, 'format or sort specification must follow -O')},s,tname,time,args`,
          );
          return;
        case 'p':
        case 'q':
          this.#byPid(this.#argument(rest, words, `list of process IDs must follow -${letter}`));
          return;
        case 'C': {
          const names = this.#argument(rest, words, 'list of command names must follow -C').split(/[ ,]+/);
          request.selects.push((process) => names.some((name) => process.comm === name.slice(0, 15)));
          return;
        }
        case 'u':
          // `ps -aux` is what BSD writes `ps aux`.
          if (rest.startsWith('x') && this.tool.context.host.user(rest) === undefined) {
            this.#bsdLetters(`${letters.slice(0, i)}u${rest}`, words);
            request.everyTerminal = true;
            return;
          }
          this.#byUser(this.#argument(rest, words, 'list of users must follow -u'));
          return;
        case 'U':
          this.#byUser(this.#argument(rest, words, 'list of real users must follow -U'));
          return;
        case 'g':
        case 's': {
          const ids = this.#argument(
            rest,
            words,
            `list of session leaders OR effective group IDs must follow -${letter}`,
          )
            .split(/[ ,]+/)
            .map(Number);
          request.selects.push((process) => ids.includes(process.sid));
          return;
        }
        case 'G': {
          const { host } = this.tool.context;
          const ids = this.#argument(rest, words, 'list of real groups must follow -G')
            .split(/[ ,]+/)
            .map((name) => host.group(name)?.gid ?? Number(name));
          request.selects.push((process) => ids.includes(process.gid));
          return;
        }
        case 't':
          this.#byTerminal(this.#argument(rest, words, 'list of terminals (pty, tty) must follow -t'));
          return;
        default:
          this.#fail('unsupported SysV option');
      }
    }
  }

  #bsd(letters: string, words: string[]): void {
    this.#bsdLetters(letters, words);
  }

  #bsdLetters(letters: string, words: string[]): void {
    const request = this.#request;
    request.bsd = true;
    for (let i = 0; i < letters.length; i++) {
      const letter = letters[i] ?? '';
      const rest = letters.slice(i + 1);
      switch (letter) {
        case 'a':
          request.everyTerminal = true;
          continue;
        case 'x':
          request.withoutTerminal = true;
          continue;
        case 'u':
          this.#format = FORMATS['user'];
          continue;
        case 'l':
          this.#format = FORMATS['bsdLong'];
          continue;
        case 'j':
          this.#format = FORMATS['bsdJobs'];
          continue;
        case 'f':
          request.forest = 'lines';
          continue;
        case 'e':
          request.environment = true;
          continue;
        case 'w':
          this.#wide++;
          continue;
        case 'h':
          request.noHeadings = true;
          continue;
        case 'g':
        case 'c':
        case 'n':
        case 'r':
        case 'S':
          continue;
        case 'o':
          this.#addColumns(this.#argument(rest, words, 'format specification must follow o'));
          return;
        case 'p':
          this.#byPid(this.#argument(rest, words, 'list of process IDs must follow p'));
          return;
        case 'U':
          this.#byUser(this.#argument(rest, words, 'list of users must follow U'));
          return;
        case 't':
          this.#byTerminal(this.#argument(rest, words, 'list of terminals must follow t'));
          return;
        case 'k':
          this.#sort(this.#argument(rest, words, 'sort specification must follow k'));
          return;
        default:
          this.#fail(`unsupported option (BSD syntax)`);
      }
    }
  }

  #long(word: string, words: string[]): void {
    const match = /^--([a-z-]*[A-Za-z])(?:=(.*))?$/s.exec(word);
    const name = match?.[1] ?? '';
    const value = (): string => match?.[2] ?? words.shift() ?? '';
    const request = this.#request;
    switch (name) {
      case 'forest':
        request.forest = 'lines';
        break;
      case 'sort':
        this.#sort(value());
        break;
      case 'no-headers':
      case 'no-heading':
      case 'no-headings':
      case 'noheaders':
        request.noHeadings = true;
        break;
      case 'headers':
        break;
      case 'format':
        this.#addColumns(value());
        break;
      case 'pid':
        this.#byPid(value());
        break;
      case 'ppid': {
        const ids = value().split(/[ ,]+/).map(Number);
        request.selects.push((process) => ids.includes(process.ppid));
        break;
      }
      case 'user':
      case 'User':
        this.#byUser(value());
        break;
      case 'tty':
        this.#byTerminal(value());
        break;
      case 'deselect':
        request.negated = true;
        break;
      case 'cols':
      case 'columns':
      case 'width':
        request.width = Number(value());
        this.#wide = 2;
        break;
      case 'version':
        return this.tool.version();
      case 'help':
        this.tool.print(USAGE);
        throw new Exit(0);
      default:
        this.#fail('unknown gnu long option');
    }
  }

  #byPid(list: string): void {
    const pids = list.split(/[ ,]+/).map((text) => {
      if (!/^\d+$/.test(text)) this.#fail('process ID list syntax error');
      return Number(text);
    });
    this.#request.selects.push((process) => pids.includes(process.pid));
  }

  #byUser(list: string): void {
    const { host } = this.tool.context;
    const uids = list.split(/[ ,]+/).map((name) => {
      const uid = host.user(name)?.uid ?? (/^\d+$/.test(name) ? Number(name) : undefined);
      if (uid === undefined) this.#fail('user name does not exist');
      return uid;
    });
    this.#request.selects.push((process) => uids.includes(process.uid));
  }

  #byTerminal(list: string): void {
    const names = list.split(/[ ,]+/).map((name) => name.replace(/^\/dev\//, ''));
    this.#request.selects.push((process) =>
      names.some((name) => [name, `tty${name}`, `pts/${name}`].includes(terminalOf(process))),
    );
  }

  #sort(list: string): void {
    for (const part of list.split(',')) {
      const descending = part.startsWith('-');
      const column = PS_COLUMNS[part.replace(/^[-+]/, '')];
      if (column === undefined) this.#fail('unknown sort specifier');
      this.#request.sort.push({ column, descending });
    }
  }

  /** `pid,user=WHO,args`: an equals sign renames the rest of the word. */
  #addColumns(list: string): void {
    let rest = list.trim();
    while (rest !== '') {
      const match = /^([%\w]+)(?::(\d+))?(=)?/.exec(rest);
      const name = match?.[1] ?? rest;
      const column = PS_COLUMNS[name];
      if (match === null || column === undefined) {
        this.tool.note(
          `error: unknown user-defined format specifier "${/^[^\s,=]*/.exec(rest)?.[0] ?? rest}"\n${USAGE}`,
        );
        throw new Exit(1);
      }
      const width = match[2] === undefined ? column.width : Number(match[2]);
      const renamed = match[3] !== undefined;
      const after = rest.slice(match[0].length);
      const heading = renamed
        ? /^[^,]*$/.test(after) || after.startsWith(',')
          ? (after.split(',')[0] ?? '')
          : after
        : column.heading;
      const shown = name === 'comm' || name === 'args' || name === 'command' ? column.heading : heading;
      this.#request.columns.push({
        ...column,
        name,
        width: renamed ? Math.max(width === column.width ? column.width : width, 1) : width,
        heading: renamed ? heading : shown,
      });
      rest = (renamed ? after.slice(heading.length) : after).replace(/^[\s,]+/, '');
    }
  }
}
