/**
 * What keepalived says while it reads its configuration: complaints, which
 * decide the exit code of `keepalived -t`, and plain log lines, which do not.
 */

/** In rising order: the highest one met is the status of the whole (`config_err_t` in lib/parser.h). */
const RANKS = {
  ok: 0,
  'file-not-found': 1,
  'bad-interface': 2,
  fatal: 3,
  'multiple-files': 4,
  'unknown-keyword': 5,
  'unexpected-brace': 6,
  'missing-brace': 7,
  'unmatched-quote': 8,
  'missing-parameter': 9,
  'invalid-number': 10,
  general: 11,
  warning: 12,
  deprecated: 13,
  security: 14,
} as const;

export type ReportCode = keyof typeof RANKS;

/** One line that the daemon writes. */
export interface Report {
  /** `complaint`: standard error with -t, else the log; `log`: the log only */
  readonly kind: 'complaint' | 'log';
  readonly code: ReportCode;
  /** the place, as written in front */
  readonly prefix: string;
  readonly message: string;
  /** the whole line */
  readonly text: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
}

/** Shared by all reports that say it: a broken file has them by the hundred thousand. */
type Said = Pick<Report, 'kind' | 'code' | 'message'>;
/** Shared by all reports of a line. */
type Where = Pick<Report, 'file' | 'line' | 'prefix'>;
const NOWHERE: Where = { file: undefined, line: undefined, prefix: '' };

class PlacedReport implements Report {
  constructor(
    readonly said: Said,
    readonly where: Where,
  ) {}
  get kind(): Report['kind'] {
    return this.said.kind;
  }
  get code(): ReportCode {
    return this.said.code;
  }
  get message(): string {
    return this.said.message;
  }
  get file(): string | undefined {
    return this.where.file;
  }
  get line(): number | undefined {
    return this.where.line;
  }
  get prefix(): string {
    return this.where.prefix;
  }
  get text(): string {
    return this.where.prefix + this.said.message;
  }
}

/** Where the reader stands. */
export interface Place {
  readonly file: string | undefined;
  readonly line: number;
}

/** Exit codes of `keepalived -t` (KEEPALIVED_CHK_EXIT_* in lib/scheduler.h). */
export const CHECK_EXIT = { ok: 0, aborted: 2, config: 4, test: 5, security: 6 } as const;

/** Collects reports; says nothing more once reading was aborted. */
export class Reports {
  /** set while a file is being read */
  place: (() => Place | undefined) | undefined;
  /** A keyword without its parameter ends the process on the spot (`null_strvec`). */
  isAborted = false;
  /** a file that had to be there is missing: nothing more is read (`had_config_file_error`, exit 6) */
  hasFileError = false;
  /** the process dies of it instead of exiting */
  signal: 'SEGV' | 'TERM' | undefined;
  #worst: ReportCode = 'ok';
  /** What was said before, by message; of words that are no keywords, by word. */
  readonly #said = new Map<string, Said>();
  readonly #unknown = new Map<string, Said>();
  /** Of the line that was complained of last. */
  #where = NOWHERE;
  /** What the processes that are done said; first, what was said before any of them read. */
  readonly #done: PlacedReport[][] = [];
  /** What this process says, what the one before it said, and how far this one has said it again. */
  #now: PlacedReport[] = [];
  #before: PlacedReport[] = [];
  #again = 0;
  #isNew = false;

  /** Process by process; one that said just what the one before it did has the same list. */
  get processes(): readonly (readonly Report[])[] {
    return [...this.#done, this.#settled()];
  }
  get all(): readonly Report[] {
    return this.processes.flat();
  }

  /** The next process reads the same files: most of what was said is said again. */
  nextProcess(): void {
    this.#done.push((this.#before = this.#settled()));
    this.#now = [];
    this.#again = 0;
    this.#isNew = false;
  }
  #settled(): PlacedReport[] {
    return this.#isNew || this.#now.length !== this.#before.length ? this.#now : this.#before;
  }

  complain(code: ReportCode, message: string): void {
    let said = this.#said.get(message);
    if (said?.code !== code) this.#said.set(message, (said = { kind: 'complaint', code, message }));
    this.#complain(said);
  }

  /** Each of the daemon's processes says it of the same words. */
  unknown(word: string): void {
    let said = this.#unknown.get(word);
    if (said === undefined) {
      said = { kind: 'complaint', code: 'unknown-keyword', message: `Unknown keyword '${word}'` };
      this.#unknown.set(word, said);
    }
    this.#complain(said);
  }

  log(message: string): void {
    if (this.isAborted) return;
    this.#isNew = true;
    this.#now.push(new PlacedReport({ kind: 'log', code: 'ok', message }, NOWHERE));
  }

  abort(message: string): void {
    this.complain('missing-parameter', message);
    this.isAborted = true;
  }

  /** Reading ends by a signal. */
  crash(signal: 'SEGV' | 'TERM'): void {
    if (this.isAborted) return;
    this.isAborted = true;
    this.signal = signal;
  }

  #complain(said: Said): void {
    if (this.isAborted) return;
    if (RANKS[said.code] > RANKS[this.#worst]) this.#worst = said.code;
    const place = this.place?.();
    const line = place === undefined || place.line === 0 ? undefined : place.line;
    const file = place?.file;
    this.#now.push(this.#saidBefore(said, line, file) ?? this.#report(said, line, file));
  }
  #report(said: Said, line: number | undefined, file: string | undefined): PlacedReport {
    this.#isNew = true;
    return new PlacedReport(said, this.#whereOf(line, file));
  }

  /** The same, as the process before this one said it. */
  #saidBefore(said: Said, line: number | undefined, file: string | undefined): PlacedReport | undefined {
    for (; ; this.#again++) {
      const report = this.#before[this.#again];
      if (report === undefined) return undefined;
      const { where } = report;
      if (where.line !== undefined && line !== undefined && where.line < line) continue;
      if (where.line !== line || where.file !== file || report.said !== said) return undefined;
      this.#again++;
      return report;
    }
  }

  #whereOf(line: number | undefined, file: string | undefined): Where {
    if (this.#where.line === line && this.#where.file === file) return this.#where;
    const prefix =
      line === undefined ? '' : file === undefined ? `(Line ${line}) ` : `(${file}: Line ${line}) `;
    return (this.#where = { file, line, prefix });
  }

  get worst(): ReportCode {
    return this.#worst;
  }

  /** Forgets the status, not the lines (`clear_config_status` at a reload). */
  clearStatus(): void {
    this.#worst = 'ok';
  }

  /** The exit code of a configuration test. */
  exitCode(): number {
    if (this.signal !== undefined) return this.signal === 'SEGV' ? 139 : 143;
    if (this.hasFileError) return CHECK_EXIT.security;
    if (this.isAborted) return CHECK_EXIT.aborted;
    const rank = RANKS[this.#worst];
    if (rank === 0) return CHECK_EXIT.ok;
    if (rank <= RANKS.fatal) return CHECK_EXIT.config;
    return this.#worst === 'security' ? CHECK_EXIT.security : CHECK_EXIT.test;
  }
}
