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
  /** with the place in front, as written */
  readonly text: string;
  /** without the place */
  readonly message: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
}

/** A report whose text is put together when somebody asks: a broken file has them by the hundred thousand. */
class PlacedReport implements Report {
  constructor(
    readonly kind: Report['kind'],
    readonly code: ReportCode,
    readonly message: string,
    readonly file: string | undefined,
    readonly line: number | undefined,
    /** the place in front */
    readonly where: string,
  ) {}
  get text(): string {
    return this.where + this.message;
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
  readonly all: Report[] = [];
  /** set while a file is being read */
  place: (() => Place | undefined) | undefined;
  /** A keyword without its parameter ends the process on the spot (`null_strvec`). */
  isAborted = false;
  /** a file that had to be there is missing: nothing more is read (`had_config_file_error`, exit 6) */
  hasFileError = false;
  /** the process dies of it instead of exiting */
  signal: 'SEGV' | 'TERM' | undefined;
  #worst: ReportCode = 'ok';
  /** What was said of words that are no keywords, by word. */
  readonly #unknown = new Map<string, string>();
  /** The place that was named last, and its words. */
  #file: string | undefined;
  #line: number | undefined;
  #where = '';

  complain(code: ReportCode, message: string): void {
    if (this.isAborted) return;
    if (RANKS[code] > RANKS[this.#worst]) this.#worst = code;
    this.#add('complaint', code, message);
  }

  /** Each of the daemon's processes says it of the same words. */
  unknown(word: string): void {
    let message = this.#unknown.get(word);
    if (message === undefined) this.#unknown.set(word, (message = `Unknown keyword '${word}'`));
    this.complain('unknown-keyword', message);
  }

  log(message: string): void {
    if (!this.isAborted) this.all.push(new PlacedReport('log', 'ok', message, undefined, undefined, ''));
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

  #add(kind: 'complaint', code: ReportCode, message: string): void {
    const place = this.place?.();
    const line = place === undefined || place.line === 0 ? undefined : place.line;
    const file = place?.file;
    // A broken line is complained of many times.
    if (this.#line !== line || this.#file !== file) {
      this.#line = line;
      this.#file = file;
      this.#where =
        line === undefined ? '' : file === undefined ? `(Line ${line}) ` : `(${file}: Line ${line}) `;
    }
    this.all.push(new PlacedReport(kind, code, message, file, line, this.#where));
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
