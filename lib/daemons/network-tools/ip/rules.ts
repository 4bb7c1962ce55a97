/** `ip rule`: the three rules that every host has. Not modelled: more of them, and tables beside main. */
import { parseCidr, parseIPv4 } from '../../../std/ipv4';
import { IpFailure, netlink, usage } from './failure';
import { isShortFor, type IpRequest } from './request';

const RULES = '0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n';

export function runRule(request: IpRequest): string {
  const { words } = request;
  const verb = words.next() ?? 'list';
  if (['list', 'lst', 'show'].some((name) => isShortFor(verb, name))) return RULES;
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
