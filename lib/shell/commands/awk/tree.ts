/** The awk program as a tree. */
import type { Pattern } from '../../../std/regex/pattern';

export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'regex'; readonly pattern: Pattern; readonly source: string }
  | Place
  | { readonly kind: 'group'; readonly list: readonly Expression[] }
  | {
      readonly kind: 'unary';
      readonly operator: '-' | '+' | '!';
      readonly operand: Expression;
      readonly line: number;
    }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly line: number;
    }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'match';
      readonly negated: boolean;
      readonly left: Expression;
      readonly right: Expression;
      readonly line: number;
    }
  | {
      readonly kind: 'in';
      readonly subscripts: readonly Expression[];
      readonly array: ArrayReference;
      readonly line: number;
    }
  | {
      readonly kind: 'conditional';
      readonly test: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    }
  | {
      readonly kind: 'assign';
      readonly operator: BinaryOperator | undefined;
      readonly place: Place;
      readonly value: Expression;
      readonly line: number;
    }
  | {
      readonly kind: 'step';
      readonly by: 1 | -1;
      readonly when: 'before' | 'after';
      readonly place: Place;
      readonly line: number;
    }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly Expression[];
      readonly line: number;
    }
  | {
      readonly kind: 'builtin';
      readonly name: string;
      readonly args: readonly Expression[];
      readonly line: number;
    }
  | {
      readonly kind: 'getline';
      readonly from: 'input' | 'file' | 'command';
      readonly source: Expression | undefined;
      readonly place: Place | undefined;
      readonly line: number;
    };

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^'
  | 'concat'
  | '<'
  | '<='
  | '=='
  | '!='
  | '>'
  | '>=';

export interface Variable {
  readonly kind: 'variable';
  readonly name: string;
  /** Index in the function's frame, or -1 for a global one. */
  readonly local: number;
}

/** What can be assigned to. */
export type Place =
  | Variable
  | { readonly kind: 'field'; readonly index: Expression; readonly line: number }
  | ElementPlace;

export interface ElementPlace {
  readonly kind: 'element';
  readonly array: ArrayReference;
  readonly subscripts: readonly Expression[];
  readonly line: number;
}

/** An array by its name, or one that lies in another: `a[1]` of `a[1][2]`. */
export type ArrayReference = Variable | ElementPlace;

export interface Redirection {
  readonly kind: '>' | '>>' | '|' | '|&';
  readonly target: Expression;
}

export type Statement =
  | { readonly kind: 'block'; readonly body: readonly Statement[] }
  | { readonly kind: 'expression'; readonly expression: Expression }
  | {
      readonly kind: 'print' | 'printf';
      readonly args: readonly Expression[];
      readonly to: Redirection | undefined;
      readonly line: number;
    }
  | {
      readonly kind: 'if';
      readonly test: Expression;
      readonly yes: Statement;
      readonly no: Statement | undefined;
    }
  | { readonly kind: 'while' | 'do'; readonly test: Expression; readonly body: Statement }
  | {
      readonly kind: 'for';
      readonly start: Statement | undefined;
      readonly test: Expression | undefined;
      readonly step: Statement | undefined;
      readonly body: Statement;
    }
  | {
      readonly kind: 'for-in';
      readonly variable: Variable;
      readonly array: ArrayReference;
      readonly body: Statement;
    }
  | {
      readonly kind: 'switch';
      readonly value: Expression;
      readonly cases: readonly {
        readonly match: Expression | undefined;
        readonly body: readonly Statement[];
      }[];
    }
  | { readonly kind: 'break' | 'continue' | 'next' | 'nextfile' }
  | { readonly kind: 'exit' | 'return'; readonly value: Expression | undefined }
  | {
      readonly kind: 'delete';
      readonly array: ArrayReference;
      readonly subscripts: readonly Expression[] | undefined;
    };

export interface AwkFunction {
  readonly name: string;
  readonly parameters: readonly string[];
  body: Statement;
}

export interface Rule {
  /** undefined for a rule without a pattern. */
  readonly first: Expression | undefined;
  readonly second: Expression | undefined;
  /** undefined: print $0. */
  readonly body: Statement | undefined;
  inRange: boolean;
}

export interface AwkProgram {
  readonly begin: Statement[];
  readonly end: Statement[];
  readonly beginFile: Statement[];
  readonly endFile: Statement[];
  readonly rules: Rule[];
  readonly functions: Map<string, AwkFunction>;
}
