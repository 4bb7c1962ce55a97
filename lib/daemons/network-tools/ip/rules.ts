/** `ip rule`: the three rules that every host has. Not modelled: more of them, and tables beside main. */
import { parseCidr, parseIPv4 } from '../../../std/ipv4';
import { IpFailure, netlink, usage } from './failure';
import { HELP } from './help';
import { jsonText } from './json';
import { isShortFor, type IpRequest } from './request';

const RULES = [
  { priority: 0, src: 'all', table: 'local' },
  { priority: 32_766, src: 'all', table: 'main' },
  { priority: 32_767, src: 'all', table: 'default' },
];

function show({ words, options }: IpRequest): string {
  let wanted: string | undefined;
  while (!words.done) {
    const word = words.value();
    if (word === 'table' || word === 'lookup') wanted = words.value();
    else if (word !== 'all') throw usage(`not modelled: ip rule show ${word}`);
  }
  const rules = RULES.filter(({ table }) => wanted === undefined || table === wanted);
  if (options.json) return jsonText(rules, options);
  return rules.map(({ priority, src, table }) => `${priority}:\tfrom ${src} lookup ${table}\n`).join('');
}

export function runRule(request: IpRequest): string {
  const { words } = request;
  const verb = words.next() ?? 'list';
  if (['list', 'lst', 'show'].some((name) => isShortFor(verb, name))) return show(request);
  if (isShortFor(verb, 'help')) throw new IpFailure(HELP.rule, 255);
  const isAdding = isShortFor(verb, 'add');
  if (!isAdding && !isShortFor(verb, 'delete') && verb !== 'del' && verb !== 'flush')
    throw new IpFailure(`Command "${verb}" is unknown, try "ip rule help".\n`, 255);
  if (words.done) throw usage(`"ip rule ${verb}" requires arguments.`);
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word !== 'from' && word !== 'to') continue;
    const prefix = words.value();
    if (prefix !== 'all' && parseIPv4(prefix) === undefined && parseCidr(prefix) === undefined)
      throw usage(`Error: any valid prefix is expected rather than "${prefix}".`);
  }
  request.mustBeRoot();
  if (!isAdding) throw netlink('No such file or directory');
  throw usage('not modelled: ip rule add');
}
