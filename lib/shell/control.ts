/** Ways out of the middle of a command. Thrown, and caught by whoever runs the surrounding shell, function or line. */

/** `exit`, `set -e`, the end of the shell. `replaced`: another program ran in this process, no EXIT trap follows. */
export class ExitShell {
  constructor(
    readonly status: number,
    readonly replaced = false,
  ) {}
}

/** `return`. */
export class ReturnFromFunction {
  constructor(readonly status: number) {}
}

/** An expansion failed: the rest of the line (of the innermost text being run) is dropped, its status is 1. */
export class DropLine {
  /** @param reach `text`: a `-c` string, an `eval` or a sourced file is dropped as a whole, too */
  constructor(
    readonly status: number = 1,
    readonly reach: 'line' | 'text' = 'line',
  ) {}
}

/** `set -u` or `${x:?}`: a script ends, an interactive shell drops the line. */
export class FatalExpansion {}
