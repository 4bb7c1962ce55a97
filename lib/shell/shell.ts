/**
 * One running shell: its variables, options, functions, descriptors and the
 * process it runs in. What it does is in `run/`, `expand/` and `builtins/`;
 * `machinery` leads there without a circle of imports.
 */
import type { Errno } from '../world/files.contract';
import type {
  ExitStatus,
  Parked,
  ProgramContext,
  SignalName,
  SpawnError,
  SpawnOptions,
  Wait,
  Wake,
} from '../world/process.contract';
import { ArithmeticError, evaluate } from './expand/arithmetic';
import type { PatternOptions } from './expand/pattern';
import { Jobs } from './state/jobs';
import { initialSetOptions, initialShellOptions, type SetOptions, type ShellOptions } from './state/options';
import { dynamicVariable, type SpecialState } from './state/special-variables';
import { initializeVariables } from './state/startup';
import {
  EXPORTED,
  INTEGER,
  isSet,
  CAPITALIZED,
  LOWERCASE,
  READONLY,
  scalarOf,
  UPPERCASE,
  type Variable,
  Variables,
} from './state/variables';
import type { LexerOptions } from './syntax/lexer';
import type { Command, FunctionDefinition } from './syntax/tree';
import { DropLine, ExitShell, FatalExpansion } from './control';

export type Run<T> = Generator<Wait, T, Wake>;

export interface ShellFunction {
  readonly definition: FunctionDefinition;
  /** File it was read from; `environment` when from no file. */
  readonly source: string;
  readonly lineBase: number;
  exported: boolean;
  traced: boolean;
  /** Neither redefined nor unset. */
  readonly: boolean;
}

/** A function, a sourced file or the script itself that is being run. */
export interface Frame {
  readonly kind: 'main' | 'function' | 'source';
  readonly name: string;
  readonly source: string;
  /** Line of the call. */
  readonly callLine: number;
}

/** Runs text or trees; given by the composition root. */
export interface Machinery {
  execute(shell: Shell, command: Command): Run<number>;
  /** Runs a text unit by unit in this shell. */
  runText(
    shell: Shell,
    text: string,
    options: { readonly name: string; readonly lineBase?: number; readonly isAll?: boolean },
  ): Run<number>;
  /** Output of `$( )`. */
  substitute(shell: Shell, text: string, options: { readonly backquoted: boolean }): Run<string>;
  /** Path that stands for `<( )`. */
  processSubstitution(shell: Shell, direction: '<' | '>', text: string): Run<string>;
  /** Runs a function or external or builtin command by name, as `command`, `builtin` and `exec` do. */
  runWords(
    shell: Shell,
    words: readonly string[],
    options: {
      readonly functions: boolean;
      readonly external: boolean;
      readonly builtins: boolean;
      readonly standardPath?: boolean;
    },
  ): Run<number>;
}

export type TrapName = SignalName | 'EXIT' | 'ERR' | 'DEBUG' | 'RETURN';

/** How a shell was started. */
export interface ShellSettings {
  readonly dialect: 'bash' | 'dash';
  /** `$0`. */
  readonly name: string;
  readonly positional: readonly string[];
  readonly interactive: boolean;
  readonly login: boolean;
  /** `bash -c`, a script file, standard input. */
  readonly mode: 'command' | 'file' | 'stdin';
}

/** Commands whose time is charged at once. */
const COMMANDS_PER_SLICE = 100;
const SLICE_MICROS = 1_000;
/** A variable may not grow beyond this. */
export const LONGEST_VALUE = 64 * 1024 * 1024;

export class Shell {
  readonly dialect: 'bash' | 'dash';
  name: string;
  positional: string[];
  readonly interactive: boolean;
  mode: 'command' | 'file' | 'stdin';
  variables = new Variables();
  functions = new Map<string, ShellFunction>();
  aliases = new Map<string, string>();
  options: SetOptions = initialSetOptions();
  shopt: ShellOptions = initialShellOptions();
  traps = new Map<TrapName, string>();
  /** Traps of the parent, still listed by `trap` in a subshell that set none. */
  inheritedTraps: Map<TrapName, string> | undefined;
  jobs = new Jobs();
  /** `$?` */
  status = 0;
  pipeStatus: number[] = [];
  /** `$!` */
  lastBackground: number | undefined;
  /** `$$` */
  readonly shellPid: number;
  /** `$_` */
  lastArgument = '';
  line = 0;
  lineBase = 0;
  /** The line that counts between simple commands: of the whole input, of a function, of a loop around. */
  ambientLine = 0;
  frames: Frame[] = [];
  /** dash: `eval`, or the path of the sourced file, in whose text this is. */
  dashCommand: string | undefined;
  subshellDepth = 0;
  functionDepth = 0;
  /** Functions and texts that run within each other. */
  depth = 0;
  /** Loops that surround the running command in this function. */
  loopDepth = 0;
  breaking = 0;
  continuing = 0;
  /** > 0: a condition, `&&`, `||`, `!`: `set -e` and the ERR trap hold back. */
  guarded = 0;
  /** Name that builtins' and arithmetic's messages begin with. */
  commandName: string | undefined;
  /** `$BASH_COMMAND`. */
  currentCommand: Command | undefined;
  inTrap: TrapName | undefined;
  directories: string[] = [];
  hash = new Map<string, { path: string; hits: number }>();
  history: string[] = [];
  historyBase = 1;
  /** Lines of the history that its file has. */
  historySaved = 0;
  /** > 0: the user has been told of stopped jobs and may end the shell now. */
  endsAsked = 0;
  /** Children that are no jobs (`<( )`), to be reaped some day. */
  strays: number[] = [];
  /** By process. */
  coprocesses = new Map<number, { readonly name: string; readonly fds: readonly number[] }>();
  /** What `complete` was told, by command. */
  completions = new Map<string, string>();
  disabledBuiltins = new Set<string>();
  special: SpecialState;
  /** Stack of functions that give back what `<( )` took. */
  cleanups: (() => void)[] = [];
  pendingTraps: SignalName[] = [];
  /** Depth of `set -x`'s `+`. */
  traceDepth = 0;
  /** The test that `[[ ! ]]` surrounds is traced with its `!`. */
  traceNegated = false;
  /** Last status of a command substitution in the present simple command. */
  substitutionStatus: number | undefined;
  ignoredAtStart = new Set<SignalName>();
  /** Arrays that were declared and never assigned: `declare -p` shows no value. */
  declaredOnly = new Set<string>();
  /** `local -`: options to put back when the function of that depth returns. */
  savedOptions: { readonly depth: number; readonly options: SetOptions }[] = [];
  /** This process exists for a `$( )`. */
  inSubstitution = false;
  /** The one simple command this process was made for: a program takes its place. */
  lastCommand: Command | undefined;
  /** Turns the terminal's echo off and on (`read -s`). */
  echo: ((on: boolean) => void) | undefined;
  /**
   * The typed line is this one external command and nothing else: while its process runs, the shell can be put away.
   * Set by the session for each line; `pid` by whoever starts the command.
   */
  alone:
    | { readonly word: string; pid: number | undefined; park(pid: number): Parked | undefined }
    | undefined;
  /** Tells the terminal which process group is in the foreground. */
  foreground: ((pgid: number) => void) | undefined;
  /** Group that had the terminal before this shell. */
  formerForeground: number | undefined;
  #ticks = 0;

  constructor(
    public context: ProgramContext,
    readonly machinery: Machinery,
    settings: ShellSettings,
    parent?: Shell,
  ) {
    this.dialect = settings.dialect;
    this.name = settings.name;
    this.positional = [...settings.positional];
    this.interactive = settings.interactive;
    this.mode = settings.mode;
    this.shellPid = parent?.shellPid ?? context.pid;
    this.special =
      parent === undefined
        ? {
            secondsBase: context.kernel.now,
            randomSeed: undefined,
            unset: new Set(),
            optionPlace: 0,
            startedAt: context.kernel.now,
          }
        : { ...parent.special, unset: new Set(parent.special.unset) };
  }

  get host(): ProgramContext['host'] {
    return this.context.host;
  }

  /** The shell of a child process, a copy of this one as it is now. */
  fork(context: ProgramContext): Shell {
    const child = new Shell(
      context,
      this.machinery,
      {
        dialect: this.dialect,
        name: this.name,
        positional: this.positional,
        interactive: false,
        login: false,
        mode: this.mode,
      },
      this,
    );
    child.variables = this.variables.fork();
    child.functions = new Map(this.functions);
    child.aliases = new Map(this.aliases);
    child.options = { ...this.options };
    child.shopt = { ...this.shopt };
    child.status = this.status;
    child.pipeStatus = [...this.pipeStatus];
    child.lastBackground = this.lastBackground;
    child.lastArgument = this.lastArgument;
    child.line = this.line;
    child.lineBase = this.lineBase;
    child.ambientLine = this.ambientLine;
    child.frames = [...this.frames];
    child.dashCommand = this.dashCommand;
    child.subshellDepth = this.subshellDepth + 1;
    child.functionDepth = this.functionDepth;
    child.loopDepth = this.loopDepth;
    child.guarded = this.guarded;
    child.commandName = this.commandName;
    child.currentCommand = this.currentCommand;
    child.directories = [...this.directories];
    child.hash = new Map(this.hash);
    child.history = this.history;
    child.jobs.parent = this.jobs;
    child.disabledBuiltins = new Set(this.disabledBuiltins);
    child.traceDepth = this.traceDepth;
    child.inSubstitution = this.inSubstitution;
    child.declaredOnly = new Set(this.declaredOnly);
    child.savedOptions = [...this.savedOptions];
    child.ignoredAtStart = new Set(this.ignoredAtStart);
    child.wasInteractive = this.interactive || this.wasInteractive;
    inheritTraps(this, child);
    return child;
  }
  /** The child process has begun: its own descriptors and pid from here on. */
  attach(context: ProgramContext): void {
    this.context = context;
  }
  /** A subshell of an interactive shell: its messages have no line numbers either. */
  wasInteractive = false;

  // --------------------------------------------------------------------- reading

  get lexerOptions(): LexerOptions {
    return {
      dialect: this.dialect,
      extglob: this.shopt.extglob,
      aliases: this.shopt.expand_aliases || this.dialect === 'dash' ? this.aliases : undefined,
    };
  }

  get patternOptions(): PatternOptions {
    return { extglob: this.shopt.extglob, ignoreCase: false };
  }

  // ------------------------------------------------------------------- variables

  /** A variable as the learner sees it, computed ones included; references followed. */
  lookup(name: string): Variable | undefined {
    const dynamic = dynamicVariable(this, name);
    if (dynamic !== undefined) return dynamic;
    const found = this.variables.find(name);
    if (found === undefined || found.value === undefined || (found.flags & 32) === 0) return found;
    const target = this.variables.resolve(name);
    if (target.subscript === undefined) return target.name === name ? found : this.lookup(target.name);
    const value = this.variables.element(target.name, target.subscript);
    return value === undefined ? undefined : { value, list: undefined, table: undefined, flags: 0, owner: 0 };
  }

  /** Value of a variable by name, computed ones included. */
  get(name: string): string | undefined {
    const variable = this.lookup(name);
    return variable === undefined ? undefined : scalarOf(variable);
  }

  isSet(name: string): boolean {
    const variable = this.lookup(name);
    return variable !== undefined && isSet(variable);
  }

  get ifs(): string {
    return this.variables.get('IFS') ?? ' \t\n';
  }

  /** Value of a positional or special parameter; undefined when unset. `@` and `*` are lists and not answered here. */
  parameter(name: string): string | undefined {
    const first = name.charCodeAt(0);
    if (first >= 48 && first <= 57) return name === '0' ? this.name : this.positional[Number(name) - 1];
    switch (name) {
      case '?':
        return String(this.status);
      case '#':
        return String(this.positional.length);
      case '$':
        return String(this.shellPid);
      case '!':
        return this.lastBackground === undefined ? undefined : String(this.lastBackground);
      case '-':
        return this.optionLetters();
      case '_':
        return this.lastArgument;
      default:
        return this.get(name);
    }
  }

  optionLetters(): string {
    const letters: [string, boolean][] = [
      ['a', this.options.allexport],
      ['b', this.options.notify],
      ['e', this.options.errexit],
      ['f', this.options.noglob],
      ['h', this.options.hashall && this.dialect === 'bash'],
      ['i', this.interactive],
      ['k', this.options.keyword],
      ['m', this.options.monitor],
      ['n', this.options.noexec],
      ['p', this.options.privileged],
      ['t', this.options.onecmd],
      ['u', this.options.nounset],
      ['v', this.options.verbose],
      ['x', this.options.xtrace],
      ['B', this.options.braceexpand && this.dialect === 'bash'],
      ['C', this.options.noclobber],
      ['E', this.options.errtrace],
      ['H', this.options.histexpand],
      ['P', this.options.physical],
      ['T', this.options.functrace],
      ['c', this.mode === 'command'],
      ['s', this.mode === 'stdin'],
    ];
    return letters
      .filter(([, on]) => on)
      .map(([letter]) => letter)
      .join('');
  }

  /** A value after the variable's attributes. @throws ArithmeticError for an integer variable */
  shaped(variable: Variable | undefined, value: string): string {
    const flags = variable?.flags ?? 0;
    if ((flags & (INTEGER | LOWERCASE | UPPERCASE | CAPITALIZED)) === 0) return value;
    if ((flags & INTEGER) !== 0) return String(this.evaluate(value));
    if ((flags & CAPITALIZED) !== 0) return value.slice(0, 1).toUpperCase() + value.slice(1).toLowerCase();
    return (flags & LOWERCASE) !== 0 ? value.toLowerCase() : value.toUpperCase();
  }

  evaluate(expression: string): bigint {
    if (this.dialect === 'bash') return this.#evaluate(expression);
    if (expression.includes(',')) throw new ArithmeticError(expression, 'syntax error in expression', ',');
    try {
      return this.#evaluate(dashExpression(expression));
    } catch (problem) {
      if (!(problem instanceof ArithmeticError)) throw problem;
      throw new ArithmeticError(expression, problem.message, '');
    }
  }

  #evaluate(expression: string): bigint {
    return evaluate(expression, {
      read: (name, subscript) => {
        const value = this.#readForArithmetic(name, subscript);
        if (
          this.dialect === 'dash' &&
          value !== undefined &&
          !/^\s*(?:[-+]?(?:0[xX][\da-fA-F]+|\d+))?\s*$/.test(value)
        )
          throw new ArithmeticError(expression, `Illegal number: ${value}`, value);
        return value;
      },
      write: (name, subscript, value) => {
        const refused =
          subscript === undefined
            ? this.assign(name, value)
            : this.assignElement(name, this.subscriptKey(name, subscript), value);
        if (refused !== undefined) throw new ArithmeticAssignment(refused);
      },
    });
  }

  #readForArithmetic(name: string, subscript: string | undefined): string | undefined {
    const variable = this.lookup(name);
    let value: string | undefined;
    if (variable !== undefined) {
      if (subscript === undefined) value = scalarOf(variable);
      else if (variable.table !== undefined || variable.list !== undefined)
        value = elementOf(variable, this.subscriptKey(name, subscript));
      else value = this.subscriptKey(name, subscript) === '0' ? variable.value : undefined;
    } else if (subscript !== undefined) this.subscriptKey(name, subscript);
    if (value === undefined && this.options.nounset)
      throw new UnboundVariable(subscript === undefined ? name : `${name}[${subscript}]`);
    return value;
  }

  /** The key that an expanded subscript means for this variable. */
  subscriptKey(name: string, subscript: string): string {
    const variable = this.lookup(name);
    if (variable?.table !== undefined) return subscript.replace(/^(["'])([^]*)\1$/, '$2');
    try {
      return String(this.evaluate(subscript));
    } catch (problem) {
      throw problem instanceof ArithmeticError ? problem.inSubscript() : problem;
    }
  }

  /** Assigns a scalar. Gives bash's complaint when it cannot. @throws ArithmeticError */
  assign(name: string, value: string, options: { readonly append?: boolean } = {}): string | undefined {
    const target = this.variables.resolve(name);
    if (target.subscript !== undefined)
      return this.assignElement(
        target.name,
        this.subscriptKey(target.name, target.subscript),
        value,
        options,
      );
    const known = this.variables.find(target.name);
    if (known !== undefined && (known.flags & READONLY) !== 0)
      return `${target.name}: ${this.dialect === 'dash' ? 'is read only' : 'readonly variable'}`;
    if (value.length > LONGEST_VALUE) return `xrealloc: cannot allocate ${value.length} bytes`;
    let full = value;
    if (options.append === true) {
      const before = (known === undefined ? this.get(target.name) : scalarOf(known)) ?? '';
      full =
        known !== undefined && (known.flags & INTEGER) !== 0
          ? `${before === '' ? '0' : before}+(${value === '' ? '0' : value})`
          : before + value;
    }
    const shaped = this.shaped(known, full);
    const variable = this.variables.set(target.name, shaped);
    if (this.declaredOnly.size > 0) this.declaredOnly.delete(target.name);
    if (this.options.allexport) variable.flags |= EXPORTED;
    this.#assigned(target.name, shaped);
    return undefined;
  }

  /** Assigns one element by its evaluated key. */
  assignElement(
    name: string,
    key: string,
    value: string,
    options: { readonly append?: boolean } = {},
  ): string | undefined {
    const target = this.variables.resolve(name).name;
    const known = this.variables.find(target);
    if (known !== undefined && (known.flags & READONLY) !== 0) return `${target}: readonly variable`;
    const variable = this.variables.writable(target);
    if (this.declaredOnly.size > 0) this.declaredOnly.delete(target);
    if (variable.table !== undefined && key === '') return `${name}[]: bad array subscript`;
    const before = options.append === true ? (elementOf(variable, key) ?? '') : '';
    const full =
      options.append === true && (variable.flags & INTEGER) !== 0
        ? `${before === '' ? '0' : before}+(${value})`
        : before + value;
    const shaped = this.shaped(variable, full);
    if (variable.table !== undefined) {
      variable.table.set(key, shaped);
      return undefined;
    }
    let index = Number(key);
    if (variable.list === undefined) {
      variable.list = {
        items: new Map(variable.value === undefined ? [] : [[0, variable.value]]),
        next: variable.value === undefined ? 0 : 1,
      };
      variable.value = undefined;
    }
    if (index < 0) index += variable.list.next;
    if (index < 0) return `${name}[${key}]: bad array subscript`;
    setListElement(variable, index, shaped);
    return undefined;
  }

  /** Things that follow from certain variables. */
  #assigned(name: string, value: string): void {
    switch (name) {
      case 'PATH':
        this.hash.clear();
        return;
      case 'OPTIND':
        this.special.optionPlace = 0;
        return;
      case 'BASH_ARGV0':
        if (this.dialect === 'bash') this.name = value;
        return;
      case 'SECONDS':
        this.special.secondsBase = this.context.kernel.now - (Number.parseInt(value, 10) || 0) * 1_000_000;
        return;
      case 'RANDOM':
        this.special.randomSeed = (Number.parseInt(value, 10) || 0) >>> 0;
        return;
      case 'POSIXLY_CORRECT':
        this.options.posix = true;
        return;
      default:
    }
  }

  // --------------------------------------------------------------------- writing

  /** What messages begin with: `bash: line 3: `. */
  prefix(): string {
    if (this.dialect === 'dash')
      return `${this.name}: ${this.line}: ${this.dashCommand === undefined ? '' : `${this.dashCommand}: `}`;
    return this.interactive || this.wasInteractive
      ? `${this.#source()}: `
      : `${this.#source()}: line ${this.line}: `;
  }
  /** The script, or the shell itself. */
  #source(): string {
    const source = this.interactive || this.wasInteractive ? '' : (this.frames.at(-1)?.source ?? '');
    return source === '' ? this.name : source;
  }

  /** Says something on standard error with the usual beginning. */
  *complain(text: string): Run<void> {
    yield* this.write(2, `${this.prefix()}${text}\n`);
  }

  /** What the system refused is told without a line (`sys_error`). */
  *systemError(text: string): Run<void> {
    if (this.dialect === 'dash') yield* this.complain(text);
    else yield* this.write(2, `${this.#source()}: ${text}\n`);
  }

  /** Writes to a descriptor; gives the error there was. */
  *write(fd: number, text: string): Run<Errno | undefined> {
    if (text === '') return undefined;
    const stream = this.context.fds.get(fd);
    if (stream === undefined) return 'EBADF';
    for (;;) {
      const result = stream.write(text);
      if (result === true) return undefined;
      if (result === undefined) {
        yield* this.suspend({ streams: [stream] });
        continue;
      }
      if (result === 'EPIPE' && !this.context.process.signals.has('PIPE')) yield* this.die('PIPE');
      return result;
    }
  }

  /** Ends this process by a signal, as its default action does. */
  *die(signal: SignalName): Run<never> {
    this.context.world.exit(this.host, this.context.pid, { code: undefined, signal });
    for (;;) yield {};
  }

  // --------------------------------------------------------------------- waiting

  /** Waits; a signal that has a trap is kept for later. */
  *suspend(wait: Wait): Run<Wake> {
    const wake = yield wait;
    if (wake.reason === 'signal' && wake.signal !== undefined) this.pendingTraps.push(wake.signal);
    return wake;
  }

  /** A command has run: endless loops must let time pass. */
  *tick(commands = 1): Run<void> {
    this.#ticks += commands;
    if (this.#ticks < COMMANDS_PER_SLICE) return;
    this.#ticks = 0;
    yield* this.suspend({ until: this.host.compute(this.context.pid, SLICE_MICROS) });
  }

  /** Waits for a child to end; undefined when it was stopped. */
  *waitFor(pid: number): Run<ExitStatus | undefined> {
    const waiting = this.context.wait(pid);
    const { alone } = this;
    let step = waiting.next({ reason: 'start' });
    while (step.done !== true) {
      const wake = yield* this.suspend(
        alone?.pid === pid ? { ...step.value, park: () => alone.park(pid) } : step.value,
      );
      if (this.host.process(pid)?.state === 'stopped' && this.options.monitor) return undefined;
      step = waiting.next(wake);
    }
    if (this.traps.has('CHLD')) this.pendingTraps.push('CHLD');
    return step.value;
  }

  /** Starts a child; a full process table is reported and tried again, as bash does. */
  *spawn(options: SpawnOptions): Run<number | SpawnError> {
    for (let pause = 1; ; pause *= 2) {
      const started = this.context.spawn(options);
      if (typeof started === 'number' || started.errno !== 'EAGAIN') return started;
      if (pause > 8) {
        yield* this.systemError('fork: Resource temporarily unavailable');
        throw new DropLine(254);
      }
      yield* this.systemError('fork: retry: Resource temporarily unavailable');
      yield* this.suspend({ until: this.context.kernel.now + pause * 1_000_000 });
    }
  }

  // --------------------------------------------------------------------- errors

  /** bash's report_error: under `set -e` the shell ends here, whatever tests the command. */
  *report(text: string): Run<void> {
    yield* this.complain(text);
    if (this.dialect === 'bash' && this.options.errexit)
      throw new ExitShell(this.status === 0 ? 1 : this.status);
  }

  /** An expansion or assignment that cannot be done. */
  *dropLine(text: string): Run<never> {
    // dash knows no error that a script survives.
    if (this.dialect === 'dash') return yield* this.failFatally(text);
    yield* this.report(text);
    throw new DropLine();
  }

  /** A wrong expression: a script goes on with its next line, under `set -e`, too. */
  *dropExpression(text: string, reach: DropLine['reach']): Run<never> {
    if (this.dialect === 'dash') return yield* this.failFatally(text);
    yield* this.complain(text);
    throw new DropLine(1, reach);
  }

  /** `set -u`, `${x:?}`. */
  *failFatally(text: string): Run<never> {
    yield* this.complain(text);
    throw new FatalExpansion();
  }

  /** Runs something that evaluates arithmetic; its errors become messages. `drop`: they also drop the line. */
  *arithmetic(
    expression: string,
    { reach }: { readonly reach: DropLine['reach'] } = { reach: 'line' },
  ): Run<bigint> {
    try {
      return this.evaluate(expression);
    } catch (problem) {
      return yield* this.arithmeticProblem(problem, { reach });
    }
  }

  *arithmeticProblem(
    problem: unknown,
    { reach }: { readonly reach: DropLine['reach'] } = { reach: 'line' },
  ): Run<never> {
    if (problem instanceof ArithmeticError) {
      const isPlain = this.commandName === undefined || problem.ofSubscript;
      return yield* this.dropExpression(
        this.dialect === 'dash'
          ? dashArithmetic(problem)
          : `${isPlain ? '' : `${this.commandName ?? ''}: `}${problem.text}`,
        problem.ofSubscript ? 'text' : reach,
      );
    }
    if (problem instanceof ArithmeticAssignment) return yield* this.dropLine(problem.text);
    if (problem instanceof UnboundVariable)
      return yield* this.failFatally(
        this.dialect === 'dash' ? `${problem.name}: parameter not set` : `${problem.name}: unbound variable`,
      );
    throw problem;
  }

  /** A file without `#!` is run by a copy of this shell that begins anew. */
  becomeScript(name: string, args: readonly string[], environment: ReadonlyMap<string, string>): void {
    this.name = name;
    this.positional = [...args];
    this.variables = new Variables();
    this.functions = new Map();
    this.aliases = new Map();
    this.traps = new Map();
    this.options = initialSetOptions();
    this.shopt = initialShellOptions();
    this.frames = [{ kind: 'main', name: 'main', source: name, callLine: 0 }];
    this.functionDepth = 0;
    this.loopDepth = 0;
    this.guarded = 0;
    this.wasInteractive = false;
    this.mode = 'file';
    initializeVariables(this, environment);
  }
}

/** An unset variable under `set -u`, found inside an arithmetic expression. */
export class UnboundVariable {
  constructor(readonly name: string) {}
}
/** A variable that arithmetic may not assign. */
export class ArithmeticAssignment {
  constructor(readonly text: string) {}
}

/** Value of an array's element by evaluated key. */
export function elementOf(variable: Variable, key: string): string | undefined {
  if (variable.table !== undefined) return variable.table.get(key);
  const index = Number(key);
  if (variable.list === undefined) return index === 0 || index === -1 ? variable.value : undefined;
  return variable.list.items.get(index < 0 ? variable.list.next + index : index);
}

function setListElement(variable: Variable, index: number, value: string): void {
  const { list } = variable;
  if (list === undefined) return;
  if (index >= list.next) list.next = index + 1;
  else if (!list.items.has(index)) {
    list.items = new Map([...list.items, [index, value] as const].sort((a, b) => a[0] - b[0]));
    return;
  }
  list.items.set(index, value);
}

/** Subshells start without the parent's traps; ignored signals stay ignored. */
function inheritTraps(parent: Shell, child: Shell): void {
  if (parent.traps.size === 0) return;
  child.inheritedTraps = new Map(parent.traps);
  for (const [name, action] of parent.traps) {
    const kept =
      action === '' ||
      (name === 'ERR' && parent.options.errtrace) ||
      ((name === 'DEBUG' || name === 'RETURN') && parent.options.functrace);
    if (kept) child.traps.set(name, action);
  }
}

/** dash knows no `++`, `--` and `**`, and its numbers end at the greatest one. */
function dashExpression(text: string): string {
  return text
    .replace(/\+(?=\+)|-(?=-)|\*(?=\*)/g, '$& ')
    .replace(/\b(?:0[xX][\da-fA-F]+|\d+)\b/g, (digits) =>
      digits.length > 17 && BigInt(digits) > 0x7fffffffffffffffn && !/^0\d/.test(digits)
        ? '9223372036854775807'
        : digits,
    );
}

function dashArithmetic(problem: ArithmeticError): string {
  const expression = problem.expression;
  if (problem.message.startsWith('Illegal number')) return problem.message;
  if (problem.message === 'division by 0') return `arithmetic expression: division by zero: "${expression}"`;
  const kind = problem.message.includes('operand expected') ? 'expecting primary' : 'expecting EOF';
  return `arithmetic expression: ${kind}: "${expression}"`;
}
