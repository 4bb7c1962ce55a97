/** The main input: the files of ARGV, one after the other. */
import { errnoText } from '../errno-text';
import { Exit, type Step } from '../tool';
import type { Interpreter } from './interpreter';
import { unescapeString } from './lexer';
import { RecordReader } from './streams';
import { fromInput, toText } from './value';

export class MainInput {
  exitCode = 0;
  #reader: RecordReader | undefined;
  #argument = 1;
  #hasReadFile = false;
  #isDone = false;

  constructor(private readonly awk: Interpreter) {}

  /** The next record, which becomes $0. */
  *next(): Step<string | undefined> {
    const record = yield* this.#read();
    if (record === undefined) return undefined;
    this.#count();
    this.awk.setRecord(record);
    return record;
  }

  /** `getline` and `getline var`. */
  *nextForGetline(intoVariable: boolean): Step<string | undefined> {
    if (!intoVariable) return yield* this.next();
    const record = yield* this.#read();
    if (record === undefined) return undefined;
    this.#count();
    return record;
  }

  #count(): void {
    this.awk.global('NR').value = this.awk.number('NR') + 1;
    this.awk.global('FNR').value = this.awk.number('FNR') + 1;
  }

  *skipFile(): Step {
    if (this.#reader === undefined) return;
    yield* this.#closeFile();
  }

  *#closeFile(): Step {
    yield* this.awk.runFileHooks('endFile');
    this.#reader = undefined;
  }

  *#read(): Step<string | undefined> {
    for (;;) {
      if (this.#reader !== undefined) {
        const record = yield* this.#reader.next(this.awk.recordEnd());
        if (record !== undefined) {
          this.awk.global('RT').value = this.#reader.terminator;
          return record;
        }
        yield* this.#closeFile();
      }
      if (this.#isDone || !(yield* this.#openNext())) return undefined;
    }
  }

  *#openNext(): Step<boolean> {
    const { awk } = this;
    const argv = awk.global('ARGV').asArray(0);
    for (; this.#argument < awk.number('ARGC'); ) {
      const argument = toText(argv.get(String(this.#argument++)), '%.6g');
      if (argument === '') continue;
      const assignment = /^([A-Za-z_]\w*)=([^]*)$/.exec(argument);
      if (assignment !== null) {
        const [, name = '', value = ''] = assignment;
        if (name === 'FS') awk.lastSplitting = 'FS';
        awk.setVariable(name, fromInput(unescapeString(value)));
        continue;
      }
      if (!(yield* this.#open(argument))) continue;
      if (!(yield* awk.runFileHooks('beginFile'))) return true;
      yield* this.#closeFile();
    }
    this.#isDone = true;
    if (this.#hasReadFile) return false;
    this.#reader = new RecordReader(awk.tool, awk.tool.context.stdin);
    this.#hasReadFile = true;
    awk.global('FILENAME').value = '';
    yield* awk.runFileHooks('beginFile');
    return true;
  }

  *#open(name: string): Step<boolean> {
    const { awk } = this;
    const { tool } = awk;
    this.#hasReadFile = true;
    if (name !== '-' && tool.isDirectory(name)) {
      tool.complain(`warning: command line argument \`${name}' is a directory: skipped`);
      return false;
    }
    const stream = name === '-' || name === '/dev/stdin' ? tool.context.stdin : tool.open(name);
    if (typeof stream === 'string') {
      // A BEGINFILE may look at ERRNO and leave the file out.
      if (awk.hasBeginFile) {
        awk.global('FILENAME').value = name;
        awk.global('ERRNO').value = errnoText(stream);
        if (yield* awk.runFileHooks('beginFile')) return false;
      }
      const place = awk.number('NR') > 0 ? `cmd. line:${awk.line || 1}: ` : '';
      tool.complain(`${place}fatal: cannot open file \`${name}' for reading: ${errnoText(stream)}`);
      throw new Exit(2);
    }
    this.#reader = new RecordReader(tool, stream);
    awk.global('FILENAME').value = name;
    awk.global('ERRNO').value = '';
    awk.global('FNR').value = 0;
    return true;
  }
}
