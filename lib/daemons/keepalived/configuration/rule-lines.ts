/** The lines of virtual_rules and static_rules (`alloc_rule` in vrrp_iprule.c). */
import type { Draft, RuleConfiguration } from '../config';
import { parseAddress } from './address-lines';
import type { Words } from './reader';
import { complain, findInterface, type Scope } from './scope';

const DEFAULT_PREFERENCE = 16_384;
const ACTIONS: ReadonlyMap<string, RuleConfiguration['action']> = new Map([
  ['blackhole', 'blackhole'],
  ['unreachable', 'unreachable'],
  ['prohibit', 'prohibit'],
]);
const FLAGS = new Set(['inet', 'no_track']);

type RuleDraft = Omit<Draft<RuleConfiguration>, 'priority'> & { priority: number | undefined };

/** One rule, as far as it is modelled: from, to, table, priority, fwmark, iif, oif, an action. */
export function ruleLine(scope: Scope, words: Words): RuleConfiguration | undefined {
  const rule: RuleDraft = { action: 'lookup', isTracked: !words.includes('no_track'), priority: undefined };
  let hasAction = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (FLAGS.has(word)) continue;
    const action = ACTIONS.get(word);
    if (action !== undefined) {
      rule.action = action;
      hasAction = true;
      continue;
    }
    if (word === 'not') {
      rule.isNegated = true;
      continue;
    }
    if (word === 'table' || word === 'lookup') hasAction = true;
    if (!ruleOption(scope, rule, word, scope.reader.word(words, ++i))) return undefined;
  }
  if (!hasAction) {
    complain(scope, 'No action specified for rule - ignoring');
    return undefined;
  }
  if (rule.priority === undefined) {
    rule.priority = DEFAULT_PREFERENCE;
    complain(
      scope,
      `Rule has no preference specified - setting to ${DEFAULT_PREFERENCE}. This is probably not what you want.`,
    );
  }
  return { ...rule, priority: rule.priority };
}

function ruleOption(scope: Scope, rule: RuleDraft, word: string, value: string): boolean {
  const number = (): number | undefined =>
    scope.reader.unsigned(value, { lowest: 0, highest: 4_294_967_295, tolerant: true });
  switch (word) {
    case 'from':
    case 'to': {
      if (value === 'all' || value === 'any' || value === 'default') return true;
      const parsed = parseAddress(scope, value, { allowsPrefix: true });
      if (parsed === undefined) {
        complain(scope, `Invalid rule ${word} address ${value}`);
        return false;
      }
      rule[word] = { network: parsed.address, prefix: parsed.prefix };
      return true;
    }
    case 'table':
    case 'lookup':
      rule.table = value;
      return true;
    case 'preference':
    case 'priority':
    case 'order':
      rule.priority = number();
      if (rule.priority === undefined) complain(scope, `Invalid rule preference ${value} specified`);
      return rule.priority !== undefined;
    case 'fwmark': {
      const [mark = '', mask] = value.split('/');
      rule.mark = { value: Number(mark), mask: mask === undefined ? 0xffff_ffff : Number(mask) };
      return true;
    }
    case 'iif':
    case 'dev':
    case 'oif':
      if (findInterface(scope, value) === undefined) {
        complain(scope, `WARNING - interface ${value} for rule doesn't exist`);
        return false;
      }
      rule[word === 'oif' ? 'oif' : 'iif'] = value;
      return true;
    default:
      scope.notModelled.add(`${word} of a rule`);
      return true;
  }
}
