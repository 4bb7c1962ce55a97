/** A sed script as commands, and what is wrong with one. Source: sed 4.9 `compile.c`. */
import type { Pattern } from '../../../std/regex/pattern';
import type { ReplacementPart } from './replacement';

/** A regular expression; undefined is the empty one, which stands for the last that was used. */
export type SedRegex = Pattern | undefined;

export type Address =
  | { readonly kind: 'line'; readonly line: number }
  | { readonly kind: 'step'; readonly first: number; readonly step: number }
  | { readonly kind: 'last' }
  | { readonly kind: 'regex'; readonly regex: SedRegex }
  /** `addr1,+N` and `addr1,~N`. */
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'multiple'; readonly of: number };

export interface Substitution {
  readonly regex: SedRegex;
  readonly replacement: readonly ReplacementPart[];
  readonly isGlobal: boolean;
  readonly number: number;
  readonly print: boolean;
  readonly evaluate: boolean;
  readonly file: string | undefined;
}

export type Action =
  | { readonly name: '{'; end: number }
  | {
      readonly name:
        | '}'
        | ':'
        | '='
        | 'd'
        | 'D'
        | 'F'
        | 'g'
        | 'G'
        | 'h'
        | 'H'
        | 'n'
        | 'N'
        | 'p'
        | 'P'
        | 'x'
        | 'z';
    }
  | { readonly name: 'a' | 'i' | 'c'; text: string }
  | { readonly name: 'b' | 't' | 'T'; readonly label: string; target: number }
  | { readonly name: 'q' | 'Q' | 'l' | 'L'; readonly number: number | undefined }
  | { readonly name: 'r' | 'R' | 'w' | 'W' | 'e'; readonly text: string }
  | { readonly name: 's'; readonly substitution: Substitution }
  | { readonly name: 'y'; readonly map: ReadonlyMap<string, string> };

export interface SedCommand {
  readonly first: Address | undefined;
  readonly second: Address | undefined;
  readonly negated: boolean;
  readonly action: Action;
  /** Where a range stands, between lines. */
  range: 'inactive' | 'active' | 'closed';
  rangeEnd: number;
}

/** Why a script was refused. */
export class ScriptError extends Error {
  constructor(
    message: string,
    readonly code = 1,
  ) {
    super(message);
  }
}
