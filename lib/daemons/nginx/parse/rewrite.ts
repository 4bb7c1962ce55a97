/** `rewrite`, `return`, `break`, `if`, `set`. Source: nginx 1.22 src/http/modules/ngx_http_rewrite_module.c. */
import type { Condition } from '../config';
import { type Conf, childOf, FAILED, type Failed, type Handler } from './conf';
import { readPattern } from './http-core';
import { compileTemplate, declareVariable, useVariable } from './template';
import { readNumber } from './values';

const REDIRECTION = /^(?:https?:\/\/|\$scheme)/;

const rewrite: Handler = (conf, [, expression = '', target = '', flag]) => {
  if (target === '') return conf.fail('empty replacement');
  const pattern = readPattern(conf, expression, false);
  if (pattern === FAILED) return FAILED;
  const addArgs = !target.endsWith('?');
  const text = addArgs ? target : target.slice(0, -1);
  let status = REDIRECTION.test(text) ? 302 : 0;
  let stops = status !== 0;
  let breaks = false;
  switch (flag) {
    case undefined:
      break;
    case 'last':
      stops = true;
      break;
    case 'break':
      stops = breaks = true;
      break;
    case 'redirect':
      status = 302;
      stops = true;
      break;
    case 'permanent':
      status = 301;
      stops = true;
      break;
    default:
      return conf.fail(`invalid parameter "${flag}"`);
  }
  const replacement = compileTemplate(conf, text, { marksArgs: status === 0 });
  if (replacement === FAILED) return FAILED;
  const { place } = conf;
  conf.block.codes.push({ op: 'rewrite', pattern, replacement, status, stops, breaks, addArgs, place });
  return undefined;
};
const returns: Handler = (conf, [, first = '', second]) => {
  const { place } = conf;
  const number = readNumber(first);
  let status = number ?? 0;
  let value = second;
  if (number === undefined) {
    if (second !== undefined || !REDIRECTION.test(first)) return conf.fail(`invalid return code "${first}"`);
    status = 302;
    value = first;
  } else if (number > 999) return conf.fail(`invalid return code "${first}"`);
  if (value === undefined) {
    conf.block.codes.push({ op: 'return', status, text: undefined, place });
    return undefined;
  }
  const text = compileTemplate(conf, value);
  if (text === FAILED) return FAILED;
  conf.block.codes.push({ op: 'return', status, text, place });
  return undefined;
};
const breaks: Handler = (conf) => {
  conf.block.codes.push({ op: 'break', place: conf.place });
  return undefined;
};
const set: Handler = (conf, [, variable = '', text = '']) => {
  if (!variable.startsWith('$')) return conf.fail(`invalid variable name "${variable}"`);
  const name = variable.slice(1);
  if (declareVariable(conf, name) === FAILED) return FAILED;
  const value = compileTemplate(conf, text);
  if (value === FAILED) return FAILED;
  conf.block.codes.push({ op: 'set', variable: name.toLowerCase(), value, place: conf.place });
  return undefined;
};

// ---------------------------------------------------------------- if
const condition: Handler = (conf, words) => {
  const outer = conf.block;
  const isServer = outer.context === 'server' || outer.context === 'if-server';
  const read = readCondition(conf, words);
  if (read === FAILED) return FAILED;
  const block = childOf(conf, isServer ? 'if-server' : 'if-location');
  block.name = outer.name;
  const code = {
    op: 'if' as const,
    condition: read,
    length: 0,
    block: isServer ? undefined : block,
    place: conf.place,
  };
  outer.codes.push(code);
  // The inner directives go into the same list.
  block.codes = outer.codes;
  const start = outer.codes.length;
  const result = conf.parseBlock(block);
  code.length = outer.codes.length - start;
  block.codes = [];
  return result;
};
function readCondition(conf: Conf, words: readonly string[]): Condition | Failed {
  const invalid = (word: string): Failed => conf.fail(`invalid condition "${word}"`);
  const parts = words.slice(1);
  const [first = ''] = parts;
  if (!first.startsWith('(')) return invalid(first);
  if (first === '(') parts.shift();
  else parts[0] = first.slice(1);
  // Only one word, which is the bracket itself.
  const last = parts[parts.length - 1] ?? '(';
  if (!last.endsWith(')')) return invalid(last);
  if (last === ')') parts.pop();
  else parts[parts.length - 1] = last.slice(0, -1);
  const [subject = ')'] = parts;
  if (subject.length > 1 && subject.startsWith('$')) return readTest(conf, parts, invalid);
  if (/^!?-.$/.test(subject)) return readFileTest(conf, parts, invalid);
  return invalid(subject);
}
function readTest(
  conf: Conf,
  [subject = '', operator, text, ...more]: readonly string[],
  invalid: (word: string) => Failed,
): Condition | Failed {
  if (more.length > 0 || (operator !== undefined && text === undefined)) return invalid(subject);
  const value = text ?? '';
  const variable = subject.slice(1).toLowerCase();
  if (useVariable(conf, subject.slice(1)) === FAILED) return FAILED;
  switch (operator) {
    case undefined:
      return { test: 'truth', variable };
    case '=':
    case '!=': {
      const template = compileTemplate(conf, value);
      if (template === FAILED) return FAILED;
      return { test: 'equal', variable, value: template, negated: operator === '!=' };
    }
    case '~':
    case '~*':
    case '!~':
    case '!~*': {
      const pattern = readPattern(conf, value, operator.endsWith('*'));
      if (pattern === FAILED) return FAILED;
      return { test: 'match', variable, pattern, negated: operator.startsWith('!') };
    }
    default:
      return conf.fail(`unexpected "${operator}" in condition`);
  }
}
function readFileTest(
  conf: Conf,
  [operator = '', text, ...more]: readonly string[],
  invalid: (word: string) => Failed,
): Condition | Failed {
  if (text === undefined || more.length > 0) return invalid(operator);
  const path = compileTemplate(conf, text);
  if (path === FAILED) return FAILED;
  const what = operator.slice(-1);
  if (what !== 'f' && what !== 'd' && what !== 'e' && what !== 'x') return invalid(operator);
  return { test: 'file', what, path, negated: operator.startsWith('!') };
}

export const REWRITE_HANDLERS: readonly (readonly [string, Handler])[] = [
  ['rewrite', rewrite],
  ['return', returns],
  ['break', breaks],
  ['set', set],
  ['if', condition],
];
