/** test(1) and [(1) of GNU coreutils: the shells have their own. */
import { FileError, type FileKind, type Stat } from '../../world/files.contract';
import { quoteValue } from './quoting';
import { type Command, Exit, type Tool, type ToolRun } from './tool';

const make = (name: string, synopsis: string): Command => ({
  name,
  package: 'coreutils',
  paths: [`/usr/bin/${name}`],
  synopsis,
  summary: 'Exit with the status determined by EXPRESSION.',
  run,
});
export const test = make('test', 'test EXPRESSION\ntest');
export const bracket = make('[', '[ EXPRESSION ]\n[ ]\n[ OPTION');

function* run(tool: Tool): ToolRun {
  const words = [...tool.args];
  if (tool.command.name === '[') {
    if (words.length === 1 && words[0] === '--help') tool.help();
    if (words.length === 1 && words[0] === '--version') tool.version();
    if (words.pop() !== ']') tool.fail(`missing ${quoteValue(']')}`, 2);
  }
  yield* tool.drain();
  return new Reader(tool, words).run() ? 0 : 1;
}

const BINARY = /^(=|==|!=|<|>|-(eq|ne|lt|le|gt|ge|nt|ot|ef))$/;
const KINDS: Readonly<Record<string, FileKind>> = {
  '-f': 'file',
  '-d': 'directory',
  '-p': 'fifo',
  '-S': 'socket',
  '-c': 'character',
  '-b': 'block',
};

class Reader {
  #at = 0;

  constructor(
    private readonly tool: Tool,
    private readonly words: readonly string[],
  ) {}

  run(): boolean {
    const { words } = this;
    if (words.length === 0) return false;
    if (words.length === 1) return words[0] !== '';
    if (words.length === 2) return this.#two();
    if (words.length === 3 && BINARY.test(words[1] ?? '')) return this.#binary(...this.#three());
    if (words.length === 3 && words[0] === '!') return !new Reader(this.tool, words.slice(1)).run();
    if (words.length === 3 && words[0] === '(' && words[2] === ')') return words[1] !== '';
    const value = this.#or();
    if (this.#at < words.length) this.#fail(`extra argument ${quoteValue(words[this.#at] ?? '')}`);
    return value;
  }

  #fail(message: string): never {
    this.tool.complain(message);
    throw new Exit(2);
  }

  #two(): boolean {
    const [first = '', second = ''] = this.words;
    if (first === '!') return second === '';
    if (!/^-[a-zA-Z]$/.test(first)) this.#fail(`missing argument after ${quoteValue(second)}`);
    return this.#unary(first, second);
  }

  #three(): [string, string, string] {
    const [left = '', operator = '', right = ''] = this.words;
    return [left, operator, right];
  }

  #or(): boolean {
    let value = this.#and();
    while (this.words[this.#at] === '-o') {
      this.#at++;
      value = this.#and() || value;
    }
    return value;
  }

  #and(): boolean {
    let value = this.#not();
    while (this.words[this.#at] === '-a') {
      this.#at++;
      value = this.#not() && value;
    }
    return value;
  }

  #not(): boolean {
    const word = this.words[this.#at];
    if (word === undefined)
      this.#fail(`missing argument after ${quoteValue(this.words[this.#at - 1] ?? '')}`);
    if (word === '!') {
      this.#at++;
      return !this.#not();
    }
    if (word === '(') {
      this.#at++;
      const value = this.#or();
      if (this.words[this.#at++] !== ')') this.#fail(`${quoteValue(')')} expected`);
      return value;
    }
    const operator = this.words[this.#at + 1];
    const right = this.words[this.#at + 2];
    if (operator !== undefined && right !== undefined && BINARY.test(operator)) {
      this.#at += 3;
      return this.#binary(word, operator, right);
    }
    if (/^-[a-zA-Z]$/.test(word) && operator !== undefined) {
      this.#at += 2;
      return this.#unary(word, operator);
    }
    this.#at++;
    return word !== '';
  }

  #binary(left: string, operator: string, right: string): boolean {
    switch (operator) {
      case '=':
      case '==':
        return left === right;
      case '!=':
        return left !== right;
      case '<':
        return left < right;
      case '>':
        return left > right;
      case '-nt':
      case '-ot': {
        const [a, b] = [this.#stat(left), this.#stat(right)];
        const newer = (x: Stat | undefined, y: Stat | undefined): boolean =>
          x !== undefined && (y === undefined || x.mtime > y.mtime);
        return operator === '-nt' ? newer(a, b) : newer(b, a);
      }
      case '-ef': {
        const a = this.#stat(left);
        return a !== undefined && a.ino === this.#stat(right)?.ino;
      }
      default: {
        const [a, b] = [this.#number(left), this.#number(right)];
        return (
          {
            '-eq': a === b,
            '-ne': a !== b,
            '-lt': a < b,
            '-le': a <= b,
            '-gt': a > b,
            '-ge': a >= b,
          }[operator] ?? false
        );
      }
    }
  }

  #number(text: string): bigint {
    const match = /^\s*([-+]?\d+)\s*$/.exec(text);
    if (match === null) this.#fail(`invalid integer ${quoteValue(text)}`);
    return BigInt(match[1]?.replace('+', '') ?? '0');
  }

  #stat(path: string): Stat | undefined {
    const info = this.tool.stat(path);
    return info instanceof FileError ? undefined : info;
  }

  #unary(operator: string, operand: string): boolean {
    if (operator === '-n') return operand !== '';
    if (operator === '-z') return operand === '';
    if (operator === '-t') return this.tool.context.fds.get(Number(operand))?.tty !== undefined;
    if (operator === '-L' || operator === '-h') {
      const info = this.tool.lstat(operand);
      return !(info instanceof FileError) && info.kind === 'symlink';
    }
    const info = this.#stat(operand);
    const kind = KINDS[operator];
    if (kind !== undefined) return info?.kind === kind;
    const { fs, who } = this.tool.context;
    const can = (bits: number): boolean =>
      operand !== '' && fs.access(this.tool.resolve(operand), bits, who) === undefined;
    switch (operator) {
      case '-e':
        return info !== undefined;
      case '-s':
        return info !== undefined && info.size > 0;
      case '-r':
        return can(4);
      case '-w':
        return can(2);
      case '-x':
        return can(1);
      case '-u':
        return info !== undefined && (info.mode & 0o4000) !== 0;
      case '-g':
        return info !== undefined && (info.mode & 0o2000) !== 0;
      case '-k':
        return info !== undefined && (info.mode & 0o1000) !== 0;
      case '-O':
        return info?.uid === who.uid;
      case '-G':
        return info?.gid === who.gid;
      case '-N':
        return info !== undefined && info.mtime > info.atime;
      default:
        return this.#fail(`${quoteValue(operator)}: unary operator expected`);
    }
  }
}
