/**
 * `ip rule`: ip-rule(8). What it prints and refuses is recorded.
 * Not modelled, and named: types of service, users, protocols and ports as selectors.
 */
import { formatIPv4, parseCidr } from '../../../std/ipv4';
import type { PolicyRule } from '../../../world/network.contract';
import { rulesOf } from '../../../world/network/policy-store';
import { IpFailure, misused, netlink, usage, wrongValue } from './failure';
import { HELP } from './help';
import { jsonText } from './json';
import { type IpRequest, isShortFor } from './request';
import { tableNamed } from './tables';

const LOCAL: PolicyRule = { priority: 0, action: 'lookup', table: 'local' };
const UNMODELLED = [
  'tos',
  'dsfield',
  'uidrange',
  'ipproto',
  'sport',
  'dport',
  'realms',
  'suppress_prefixlength',
];

export function runRule(request: IpRequest): string {
  const { words } = request;
  const verb = words.next() ?? 'list';
  if (['list', 'lst', 'show'].some((name) => isShortFor(verb, name))) return show(request);
  if (isShortFor(verb, 'help')) throw new IpFailure(HELP.rule, 255);
  if (verb === 'flush') return flush(request);
  const isAdding = isShortFor(verb, 'add');
  if (!isAdding && !isShortFor(verb, 'delete') && verb !== 'del')
    throw new IpFailure(`Command "${verb}" is unknown, try "ip rule help".\n`, 255);
  if (words.done) throw usage(`"ip rule ${verb}" requires arguments.`);
  const wanted = wantedOf(request);
  request.mustBeRoot();
  return isAdding ? add(request, wanted) : remove(request, wanted);
}

type Wanted = { -readonly [Key in keyof PolicyRule]?: PolicyRule[Key] };

function wantedOf(request: IpRequest): Wanted {
  const { words } = request;
  const wanted: Wanted = {};
  while (!words.done) {
    const word = words.value();
    switch (word) {
      case 'not':
        wanted.isNegated = true;
        break;
      case 'from':
      case 'to': {
        const prefix = prefixOf(words.value());
        if (prefix !== undefined) wanted[word] = prefix;
        break;
      }
      case 'fwmark':
        wanted.mark = markOf(words.value());
        break;
      case 'iif':
      case 'dev':
        wanted.iif = words.value();
        break;
      case 'oif':
        wanted.oif = words.value();
        break;
      case 'table':
      case 'lookup':
        wanted.table = tableNamed(request, words.value(), 'invalid table ID');
        break;
      case 'preference':
      case 'priority':
      case 'prio':
      case 'pref':
      case 'order':
        wanted.priority = numberOf(words.value());
        break;
      case 'blackhole':
      case 'unreachable':
      case 'prohibit':
        wanted.action = word;
        break;
      case 'type':
        continue;
      default:
        if (UNMODELLED.includes(word)) throw usage(`not modelled: ip rule ${word}`);
        throw misused(`Error: argument "${word}" is wrong: Failed to parse rule type`);
    }
  }
  return wanted;
}
function prefixOf(text: string): PolicyRule['from'] {
  if (text === 'all' || text === 'any' || text === 'default') return undefined;
  const cidr = parseCidr(text);
  if (cidr === undefined) throw usage(`Error: any valid prefix is expected rather than "${text}".`);
  return { network: cidr.network, prefix: cidr.prefix };
}
function markOf(text: string): NonNullable<PolicyRule['mark']> {
  const [value = '', mask = '0xffffffff'] = text.split('/');
  if (![value, mask].every((part) => /^(?:0x[0-9a-f]+|\d+)$/i.test(part)))
    throw wrongValue(text, 'fwmark value is invalid');
  return { value: Number(value), mask: Number(mask) };
}
function numberOf(text: string): number {
  if (!/^\d+$/.test(text)) throw wrongValue(text, 'preference value is invalid');
  return Number(text);
}

function add({ network, host }: IpRequest, wanted: Wanted): string {
  const { action = 'lookup' } = wanted;
  const rule = { ...wanted, action, ...(action === 'lookup' ? { table: wanted.table ?? 'main' } : {}) };
  if (network.addRule(host, rule) === 'EEXIST') throw netlink('File exists');
  return '';
}
function remove({ network, host }: IpRequest, wanted: Wanted): string {
  if (network.removeRule(host, wanted) !== undefined) throw netlink('No such file or directory');
  return '';
}
/** All but the one for `local`. */
function flush(request: IpRequest): string {
  const { words, host, network } = request;
  const wanted = words.done ? {} : wantedOf(request);
  request.mustBeRoot();
  while (network.removeRule(host, wanted) === undefined);
  return '';
}

// ---------------------------------------------------------------- showing
function show(request: IpRequest): string {
  const { host, options } = request;
  if (request.words.peek() === 'all') request.words.next();
  const wanted = wantedOf(request);
  const rules = [LOCAL, ...rulesOf(host.state)].filter(
    (rule) =>
      (wanted.table === undefined || rule.table === wanted.table) &&
      (wanted.priority === undefined || rule.priority === wanted.priority) &&
      (wanted.from === undefined ||
        (rule.from?.network === wanted.from.network && rule.from.prefix === wanted.from.prefix)) &&
      (wanted.to === undefined ||
        (rule.to?.network === wanted.to.network && rule.to.prefix === wanted.to.prefix)) &&
      (wanted.mark === undefined || rule.mark?.value === wanted.mark.value) &&
      (wanted.iif === undefined || rule.iif === wanted.iif) &&
      (wanted.oif === undefined || rule.oif === wanted.oif),
  );
  if (options.json)
    return jsonText(
      rules.map((rule) => jsonRule(request, rule)),
      options,
    );
  return rules.map((rule) => `${rule.priority}:\t${ruleText(request, rule)}\n`).join('');
}
function prefixText(prefix: PolicyRule['from']): string {
  if (prefix === undefined) return 'all';
  return `${formatIPv4(prefix.network)}${prefix.prefix === 32 ? '' : `/${prefix.prefix}`}`;
}
const hexadecimal = (value: number): string => `0x${value.toString(16)}`;
const WHOLE = 0xffff_ffff;

function ruleText(request: IpRequest, rule: PolicyRule): string {
  const { from, to, mark, iif, oif, action, table } = rule;
  const device = (word: string, name: string | undefined): string =>
    name === undefined ? '' : ` ${word} ${name}${request.device(name) === undefined ? ' [detached]' : ''}`;
  const marked =
    mark === undefined
      ? ''
      : ` fwmark ${hexadecimal(mark.value)}${mark.mask === WHOLE ? '' : `/${hexadecimal(mark.mask)}`}`;
  return [
    rule.isNegated === true ? 'not ' : '',
    `from ${prefixText(from)}`,
    to === undefined ? '' : ` to ${prefixText(to)}`,
    marked,
    device('iif', iif),
    device('oif', oif),
    action === 'lookup' ? ` lookup ${table ?? 'main'}` : ` ${action}`,
    rule.protocol === undefined ? '' : ` proto ${rule.protocol}`,
  ].join('');
}
function jsonRule(request: IpRequest, rule: PolicyRule): Record<string, unknown> {
  const { from, to, mark, iif, oif, action, table, priority } = rule;
  const end = (name: string, length: string, prefix: PolicyRule['from']): Record<string, unknown> =>
    prefix === undefined
      ? {}
      : {
          [name]: formatIPv4(prefix.network),
          ...(prefix.prefix === 32 ? {} : { [length]: prefix.prefix }),
        };
  const device = (word: string, name: string | undefined): Record<string, unknown> =>
    name === undefined
      ? {}
      : { [word]: name, ...(request.device(name) === undefined ? { [`${word}_detached`]: null } : {}) };
  return {
    priority,
    ...(rule.isNegated === true ? { not: null } : {}),
    ...(from === undefined ? { src: 'all' } : end('src', 'srclen', from)),
    ...end('dst', 'dstlen', to),
    ...(mark === undefined ? {} : { fwmark: hexadecimal(mark.value) }),
    ...(mark === undefined || mark.mask === WHOLE ? {} : { fwmask: hexadecimal(mark.mask) }),
    ...device('iif', iif),
    ...device('oif', oif),
    ...(action === 'lookup' ? { table } : { action }),
  };
}
