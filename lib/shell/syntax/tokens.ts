/**
 * The tokens of the shell's grammar, and where a reserved word or an assignment
 * may stand. Bash decides by the token before, not by the grammar, and its error
 * messages show it: `if true then echo` complains about `fi`.
 */

export type Operator =
  | ';'
  | '&'
  | '|'
  | '('
  | ')'
  | '<'
  | '>'
  | '-'
  | '&&'
  | '||'
  | ';;'
  | ';&'
  | ';;&'
  | '|&'
  | '<<'
  | '<<-'
  | '<<<'
  | '<&'
  | '>&'
  | '<>'
  | '>|'
  | '>>'
  | '&>'
  | '&>>';

export type ReservedWord =
  | 'if'
  | 'then'
  | 'else'
  | 'elif'
  | 'fi'
  | 'case'
  | 'esac'
  | 'for'
  | 'select'
  | 'while'
  | 'until'
  | 'do'
  | 'done'
  | 'in'
  | 'function'
  | 'time'
  | '{'
  | '}'
  | '!'
  | '[['
  | ']]'
  | 'coproc';

export type Token =
  | Operator
  | ReservedWord
  | 'word'
  | 'assignment-word'
  | 'number'
  | 'redirect-word'
  | 'newline'
  | 'eof'
  | 'time -p'
  | 'time --'
  | 'arithmetic'
  | 'arithmetic-for'
  | 'start';

const BASH_RESERVED: ReadonlyMap<string, ReservedWord> = new Map(
  (
    [
      'if',
      'then',
      'else',
      'elif',
      'fi',
      'case',
      'esac',
      'for',
      'select',
      'while',
      'until',
      'do',
      'done',
      'in',
      'function',
      'time',
      '{',
      '}',
      '!',
      '[[',
      ']]',
      'coproc',
    ] as const
  ).map((word) => [word, word]),
);
const POSIX_RESERVED: ReadonlyMap<string, ReservedWord> = new Map(
  (
    [
      'if',
      'then',
      'else',
      'elif',
      'fi',
      'case',
      'esac',
      'for',
      'while',
      'until',
      'do',
      'done',
      'in',
      '{',
      '}',
      '!',
    ] as const
  ).map((word) => [word, word]),
);

export function reservedWords(dialect: 'bash' | 'dash'): ReadonlyMap<string, ReservedWord> {
  return dialect === 'bash' ? BASH_RESERVED : POSIX_RESERVED;
}

const BEFORE_COMMANDS: ReadonlySet<Token> = new Set<Token>([
  'start',
  'newline',
  ';',
  '(',
  ')',
  '|',
  '&',
  '{',
  '}',
  '&&',
  '||',
  '!',
  '|&',
  'do',
  'done',
  'elif',
  'else',
  'esac',
  'fi',
  'if',
  ';;',
  ';&',
  ';;&',
  'then',
  'time',
  'time -p',
  'time --',
  'coproc',
  'until',
  'while',
]);

/** Whether a reserved word may follow `last` (`earlier` stood before it). */
export function admitsReservedWord(last: Token, earlier: Token): boolean {
  return BEFORE_COMMANDS.has(last) || (last === 'word' && (earlier === 'coproc' || earlier === 'function'));
}

/** Whether a command may begin after `last`: then aliases and assignments count. */
export function isCommandPosition(last: Token, earlier: Token): boolean {
  return (
    last === 'assignment-word' ||
    (last !== ';;' && last !== ';&' && last !== ';;&' && admitsReservedWord(last, earlier))
  );
}

const BEFORE_TIME: ReadonlySet<Token> = new Set<Token>([
  'start',
  'newline',
  ';',
  '&&',
  '||',
  '&',
  'while',
  'do',
  'until',
  'if',
  'then',
  'elif',
  'else',
  '{',
  '(',
  ')',
  '!',
  'time',
  'time -p',
  'time --',
]);

export function admitsTime(last: Token): boolean {
  return BEFORE_TIME.has(last);
}

/** Builtins whose arguments may be assignments, arrays included. */
export const DECLARATION_BUILTINS: ReadonlySet<string> = new Set([
  'alias',
  'declare',
  'export',
  'local',
  'readonly',
  'typeset',
  'eval',
  'let',
]);
