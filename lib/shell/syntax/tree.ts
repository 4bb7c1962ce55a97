/**
 * The shell's syntax tree. Words keep the text bash would show for them; what
 * they expand to is decomposed on first use (`word-parts.ts`).
 *
 * Our own parser, not unbash: bash reports the token at which its grammar gives
 * up, reads a script line by line (an alias or `shopt -s extglob` changes how
 * the next line reads), and several of its errors end a script with status 0.
 * A tolerant parser that repairs what it reads cannot tell these.
 */
import type { Part } from './word-parts';

/** A word of a command. */
export interface Word {
  /** Source text, command substitutions in the shape bash prints them. */
  readonly text: string;
  /** What the word always gives as exactly one field, when it has nothing to expand. */
  readonly plain: string | undefined;
  /** Contains an unquoted `{`: brace expansion has to look at it. */
  readonly mayBrace: boolean;
  /** Set when the word has the shape `name=value`, `name[i]=value`, `name+=value`. */
  readonly assignment: Assignment | undefined;
  /** It is the value of an assignment: a tilde means a home after `:` too. */
  readonly isValue?: true;
  /** `name=` before a value that is the argument of `declare`: messages show it, too. */
  readonly leftSide?: string;
  /** Filled by `partsOf`. */
  parts: readonly Part[] | undefined;
}

export interface Assignment {
  readonly name: string;
  /** Text between the brackets. */
  readonly subscript: string | undefined;
  readonly append: boolean;
  /** A scalar's value, or the elements of `( … )`. */
  readonly value: Word | readonly ArrayElement[];
  /** As bash prints it. */
  readonly text: string;
}

/** One element of `name=( … )`. */
export interface ArrayElement {
  readonly subscript: string | undefined;
  readonly append: boolean;
  readonly value: Word;
  /** The whole element as a plain word, for when `[x]=y` turns out not to be a subscript. */
  readonly word: Word;
}

export type RedirectOperator =
  | '<'
  | '>'
  | '>>'
  | '>|'
  | '<>'
  | '<<'
  | '<<-'
  | '<<<'
  | '<&'
  | '>&'
  | '&>'
  | '&>>';

export interface Redirect {
  readonly operator: RedirectOperator;
  /** Descriptor written before the operator; undefined: the operator's own default. */
  readonly fd: number | undefined;
  /** Name of `{name}>file`. */
  readonly variable: string | undefined;
  readonly target: Word;
  /** Body of a here-document (bodies arrive after the line that asks for them). */
  hereDocument: HereDocument | undefined;
}

export interface HereDocument {
  readonly delimiter: string;
  /** The delimiter was quoted: nothing is expanded. */
  readonly literal: boolean;
  text: string;
  /** The body as a word in double-quote fashion. */
  word: Word | undefined;
}

export interface SimpleCommand {
  readonly type: 'simple';
  line: number;
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
}

interface Compound {
  readonly redirects: readonly Redirect[];
}

export interface Group extends Compound {
  readonly type: 'group';
  readonly body: CommandList;
}
export interface Subshell extends Compound {
  readonly type: 'subshell';
  readonly body: CommandList;
  readonly line: number;
}
export interface If extends Compound {
  readonly type: 'if';
  readonly branches: readonly { readonly test: CommandList; readonly body: CommandList }[];
  readonly otherwise: CommandList | undefined;
}
export interface Loop extends Compound {
  readonly type: 'while' | 'until';
  readonly test: CommandList;
  readonly body: CommandList;
}
export interface For extends Compound {
  readonly type: 'for' | 'select';
  readonly line: number;
  readonly name: Word;
  readonly words: readonly Word[];
  readonly body: CommandList;
}
export interface ArithmeticFor extends Compound {
  readonly type: 'arithmetic-for';
  readonly line: number;
  readonly start: Word;
  readonly test: Word;
  readonly step: Word;
  readonly body: CommandList;
}
export interface Case extends Compound {
  readonly type: 'case';
  readonly line: number;
  readonly subject: Word;
  readonly clauses: readonly CaseClause[];
}
export interface Arithmetic extends Compound {
  readonly type: 'arithmetic';
  readonly line: number;
  readonly expression: Word;
}
export interface Conditional extends Compound {
  readonly type: 'conditional';
  readonly line: number;
  readonly expression: ConditionalExpression;
}
export interface FunctionDefinition extends Compound {
  readonly type: 'function';
  readonly line: number;
  readonly name: Word;
  readonly body: Command /** Written with the word `function`. */;
  readonly keyword: boolean;
}
export interface Coprocess extends Compound {
  readonly type: 'coproc';
  readonly name: string;
  readonly body: Command;
}

export interface CaseClause {
  readonly patterns: readonly Word[];
  readonly body: CommandList | undefined;
  readonly ending: ';;' | ';&' | ';;&';
}

export type ConditionalExpression =
  | {
      readonly type: 'and' | 'or';
      readonly left: ConditionalExpression;
      readonly right: ConditionalExpression;
    }
  | { readonly type: 'not' | 'parenthesis'; readonly inner: ConditionalExpression }
  | { readonly type: 'unary'; readonly operator: string; readonly operand: Word }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Word; readonly right: Word }
  | { readonly type: 'word'; readonly word: Word };

/** `a | b`, `! a`, `time a`. */
export interface Pipeline {
  readonly type: 'pipeline';
  readonly commands: readonly Command[];
  /** `|&` after the command of the same index. */
  readonly withErrors: readonly boolean[];
  readonly negated: boolean;
  readonly timed: 'no' | 'yes' | 'posix';
}

/** `a && b || c`: each of `rest` runs by the status of what stands before it. */
export interface AndOr {
  readonly type: 'and-or';
  readonly first: Command;
  readonly rest: readonly { readonly operator: '&&' | '||'; readonly command: Command }[];
}

export type Command =
  | SimpleCommand
  | Group
  | Subshell
  | If
  | Loop
  | For
  | ArithmeticFor
  | Case
  | Arithmetic
  | Conditional
  | FunctionDefinition
  | Coprocess
  | Pipeline
  | AndOr
  | CommandList;

/** `a; b & c`. */
export interface CommandList {
  readonly type: 'list';
  readonly items: readonly ListItem[];
}
export interface ListItem {
  /** Ended by a newline, not by `;`: `$( )` keeps its lines. */
  readonly newline?: boolean;
  readonly command: Command;
  readonly background: boolean;
}
