/**
 * Why a text cannot be read as shell. Thrown inside the parser only; callers of
 * the parser get it as a value.
 */

export type SyntaxErrorKind =
  /** The grammar gave up at a token, or input ended: status 2. */
  | 'grammar'
  /** Wrong inside `$( )`: status 2 in files, 127 under `-c`. */
  | 'substitution'
  /** Wrong inside `name=( )`: only that line is lost, status 1. */
  | 'array'
  /** Wrong inside `[[ ]]` or `(( ))`: the rest is lost, the status stays what it was. */
  | 'expression';

export class ShellSyntaxError {
  constructor(
    readonly kind: SyntaxErrorKind,
    /** Lines to print, each with the line number it is about; empty: bash says nothing. */
    readonly messages: readonly { readonly line: number; readonly text: string }[],
    /** More input could complete it. */
    readonly incomplete: boolean,
    /** What bash says instead when the text is an argument (`-c`, `eval`) and no file. */
    readonly ofArgument?: readonly { readonly line: number; readonly text: string }[],
  ) {}
}
