/** Which messages a rule is about: selectors, property filters, expressions. Source: rsyslog.conf(5) "SELECTORS", "FILTER CONDITIONS". */
import { SYSLOG_PRIORITIES } from '../../protocols/syslog';
import { type Expression, holds } from './expression';
import { FACILITIES, isProperty, type Message, propertyOf } from './properties';
import { matched } from './template';

export type Filter =
  | { kind: 'selector'; masks: Record<string, number> }
  | { kind: 'property'; property: string; operation: string; negated: boolean; value: string }
  | { kind: 'expression'; expression: Expression };

const PRIORITIES: readonly string[] = SYSLOG_PRIORITIES;
const PRIORITY_ALIASES: Readonly<Record<string, string>> = { panic: 'emerg', error: 'err', warn: 'warning' };
const ALL = 0xff;

/** `*.*;auth,authpriv.none`: by facility, the least urgent priority that passes (a bit mask, as in the original). */
export function readMasks(text: string, complain: (text: string) => void): Record<string, number> {
  const masks: Record<string, number> = {};
  for (const part of text.split(';')) {
    const dot = part.lastIndexOf('.');
    if (dot < 0) continue;
    const given = part.slice(dot + 1);
    const exact = given.startsWith('=') || given.startsWith('!=');
    const not = given.startsWith('!');
    const name = given.replace(/^[!=]+/, '');
    const level = PRIORITIES.indexOf(PRIORITY_ALIASES[name] ?? name);
    if (level < 0 && name !== '*' && name !== 'none') {
      complain(`unknown priority name "${name}"`);
      return {};
    }
    const bits = name === '*' ? ALL : name === 'none' ? 0 : exact ? 1 << level : (2 << level) - 1;
    for (const facility of part.slice(0, dot) === '*' ? FACILITIES : part.slice(0, dot).split(',')) {
      const key = facility === 'security' ? 'auth' : facility;
      if (!FACILITIES.includes(key)) {
        complain(`unknown facility name "${facility}"`);
        continue;
      }
      masks[key] = name === 'none' ? 0 : not ? (masks[key] ?? 0) & ~bits : (masks[key] ?? 0) | bits;
    }
  }
  return masks;
}
const OPERATIONS = new Set(['contains', 'isequal', 'startswith', 'endswith', 'isempty', 'regex', 'ereregex']);

export function isOperation(word: string): boolean {
  return OPERATIONS.has(word.toLowerCase());
}
export function passes(filter: Filter, message: Message): boolean {
  if (filter.kind === 'selector') {
    const level = PRIORITIES.indexOf(message.priority);
    return ((filter.masks[message.facility] ?? 0) & (1 << Math.max(0, level))) !== 0;
  }
  if (filter.kind === 'expression') return holds(filter.expression, message);
  const name = filter.property;
  const value = propertyOf(isProperty(name) ? name : name.replace(/^\$/, ''), message);
  return compared(filter.operation, value, filter.value) !== filter.negated;
}
function compared(operation: string, value: string, wanted: string): boolean {
  switch (operation) {
    case 'contains':
      return value.includes(wanted);
    case 'isequal':
      return value === wanted;
    case 'startswith':
      return value.startsWith(wanted);
    case 'endswith':
      return value.endsWith(wanted);
    case 'isempty':
      return value === '';
    case 'regex':
      return matched(wanted, value, { dialect: 'posixBasic' }) !== undefined;
    case 'ereregex':
      return matched(wanted, value) !== undefined;
    default:
      return false;
  }
}
