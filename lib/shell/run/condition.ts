/** The inside of `[[ ]]`. */
import { compilePosix, type Pattern } from '../../std/regex/pattern';
import { RegexError } from '../../std/regex/tree';
import { DropLine } from '../control';
import { compilePattern, matchesPattern, unescapePattern } from '../expand/pattern';
import { traceQuote } from '../expand/quote';
import { expandJoined, expandPattern, expandText } from '../expand/words';
import { binaryFileTest, isVariableSet, unaryTest } from './file-tests';
import type { Run, Shell } from '../shell';
import type { ConditionalExpression, Word } from '../syntax/tree';
import { partsOf } from '../syntax/word-parts';
import { traceLine } from './trace';

/** 0 true, 1 false, 2 wrong. */
export function* evaluateCondition(shell: Shell, expression: ConditionalExpression): Run<number> {
  switch (expression.type) {
    case 'and': {
      const left = yield* evaluateCondition(shell, expression.left);
      return left === 0 ? yield* evaluateCondition(shell, expression.right) : left;
    }
    case 'or': {
      const left = yield* evaluateCondition(shell, expression.left);
      return left === 0 ? 0 : yield* evaluateCondition(shell, expression.right);
    }
    case 'not': {
      shell.traceNegated = !shell.traceNegated;
      const inner = yield* evaluateCondition(shell, expression.inner);
      shell.traceNegated = false;
      return inner === 0 ? 1 : 0;
    }
    case 'parenthesis':
      return yield* evaluateCondition(shell, expression.inner);
    case 'word': {
      const text = yield* expandText(shell, expression.word);
      yield* trace(shell, `-n ${traceOperand(text)}`);
      return text === '' ? 1 : 0;
    }
    case 'unary':
      return yield* unary(shell, expression.operator, expression.operand);
    case 'binary':
      return yield* binary(shell, expression);
  }
}

function* trace(shell: Shell, text: string): Run<void> {
  if (shell.options.xtrace) yield* traceLine(shell, `[[ ${shell.traceNegated ? '! ' : ''}${text} ]]`);
}

function* unary(shell: Shell, operator: string, operand: Word): Run<number> {
  const text = yield* expandText(shell, operand);
  yield* trace(shell, `${operator} ${traceOperand(text)}`);
  if (operator === '-v') return isVariableSet(shell, text) ? 0 : 1;
  return unaryTest(shell, operator, text) ? 0 : 1;
}

function* binary(shell: Shell, expression: ConditionalExpression & { type: 'binary' }): Run<number> {
  const { operator } = expression;
  const left = yield* expandText(shell, expression.left);
  switch (operator) {
    case '=':
    case '==':
    case '!=': {
      const pattern = yield* expandPattern(shell, expression.right);
      yield* trace(shell, `${traceOperand(left)} ${operator} ${tracePattern(pattern)}`);
      const matches = matchesPattern(
        compilePattern(pattern, { extglob: true, ignoreCase: shell.shopt.nocasematch }),
        left,
      );
      return matches === (operator !== '!=') ? 0 : 1;
    }
    case '=~':
      return yield* matchRegex(shell, left, expression.right);
    case '<':
    case '>': {
      const right = yield* expandText(shell, expression.right);
      yield* trace(shell, `${traceOperand(left)} ${operator} ${traceOperand(right)}`);
      return (operator === '<' ? left < right : left > right) ? 0 : 1;
    }
    case '-eq':
    case '-ne':
    case '-lt':
    case '-le':
    case '-gt':
    case '-ge':
      return yield* compareNumbers(shell, operator, left, yield* expandText(shell, expression.right));
    default: {
      const right = yield* expandText(shell, expression.right);
      yield* trace(shell, `${traceOperand(left)} ${operator} ${traceOperand(right)}`);
      return binaryFileTest(shell, operator, left, right) ? 0 : 1;
    }
  }
}

/** In a trace of `[[ ]]` values stand as they are. */
function traceOperand(text: string): string {
  return text === '' ? "''" : text;
}

/** In a trace quoted characters of a pattern carry backslashes. */
function tracePattern(pattern: string): string {
  return pattern === ''
    ? "''"
    : /[\n\t]/.test(pattern)
      ? traceQuote(pattern)
      : pattern.replace(/\\([-+@])/g, '$1');
}

function* compareNumbers(shell: Shell, operator: string, leftText: string, rightText: string): Run<number> {
  yield* trace(shell, `${traceOperand(leftText)} ${operator} ${traceOperand(rightText)}`);
  let left: bigint;
  let right: bigint;
  try {
    left = yield* shell.arithmetic(leftText);
    right = yield* shell.arithmetic(rightText);
  } catch (problem) {
    if (!(problem instanceof DropLine) || problem.reach === 'text') throw problem;
    return 1;
  }
  return holds(operator, left, right) ? 0 : 1;
}

export function holds(operator: string, left: bigint, right: bigint): boolean {
  switch (operator) {
    case '-eq':
      return left === right;
    case '-ne':
      return left !== right;
    case '-lt':
      return left < right;
    case '-le':
      return left <= right;
    case '-gt':
      return left > right;
    default:
      return left >= right;
  }
}

/** `=~`: what was quoted in the expression matches itself. */
function* matchRegex(shell: Shell, text: string, word: Word): Run<number> {
  let source = '';
  for (const part of partsOf(word)) {
    const piece = yield* expandJoined(shell, [part]);
    source += part.quoted
      ? escapeRegex(part.kind === 'text' ? part.text : unescapePattern(piece.pattern))
      : piece.text;
  }
  yield* trace(shell, `${traceOperand(text)} =~ ${source === '' ? "''" : source}`);
  const pattern = compileRegex(source, shell.shopt.nocasematch);
  if (pattern instanceof RegexError) return 2;
  const spans = pattern.match(text);
  const groups: string[] = [];
  for (let i = 0; spans !== undefined && i < spans.length; i += 2) {
    const from = spans[i] ?? -1;
    groups.push(from < 0 ? '' : text.slice(from, spans[i + 1]));
  }
  shell.variables.setList('BASH_REMATCH', groups, shell.variables.scopes[0]);
  return spans === undefined ? 1 : 0;
}

const regexes = new Map<string, Pattern | RegexError>();

function compileRegex(source: string, ignoreCase: boolean): Pattern | RegexError {
  const key = `${ignoreCase ? 'i' : '-'}${source}`;
  let pattern = regexes.get(key);
  if (pattern === undefined) {
    pattern = compilePosix(source, { dialect: 'posixExtended', ignoreCase });
    if (regexes.size > 200) regexes.clear();
    regexes.set(key, pattern);
  }
  return pattern;
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$.|?*+(){}[\]]/g, '\\$&');
}
