/** Refusals, and what the sender is told. Source: nft(8) "REJECT STATEMENT". */
import type { Place, Statement } from '../parse/tree';
import type { FilterStep } from '../../../world/packet-filter.contract';
import type { RuleContext } from './context';
import { refuse } from './values';

type Reject = Statement & { kind: 'reject' };

const ICMPX: Readonly<
  Record<string, 'no-route' | 'port-unreachable' | 'host-unreachable' | 'admin-prohibited'>
> = {
  'no-route': 'no-route',
  'port-unreachable': 'port-unreachable',
  'host-unreachable': 'host-unreachable',
  'admin-prohibited': 'admin-prohibited',
};
const IS_TCP: FilterStep = { step: 'match', field: 'meta l4proto', op: '==', values: [{ lo: 6, hi: 6 }] };
const ICMP_CODES = [
  'net-unreachable',
  'host-unreachable',
  'prot-unreachable',
  'port-unreachable',
  'net-prohibited',
  'host-prohibited',
  'admin-prohibited',
] as const;

export function evaluateReject(context: RuleContext, statement: Reject): void {
  const { family } = context.table;
  const keyword: Place = { ...statement.place, end: statement.place.start + 'reject'.length };
  if (statement.with === 'tcp-reset') return rejectWithReset(context, keyword);
  const known = family === 'ip' || family === 'ip6' ? family : context.network;
  let kind = statement.with;
  let code = 'port-unreachable';
  if (kind === undefined) kind = known === 'ip' ? 'icmp' : known === 'ip6' ? 'icmpv6' : 'icmpx';
  else code = rejectCode(context, statement, kind, keyword);
  const wanted = kind === 'icmpv6' ? 'ip6' : kind === 'icmp' ? 'ip' : undefined;
  if (wanted !== undefined && known !== undefined && known !== wanted)
    throw refuse(
      statement.code?.place ?? keyword,
      'conflicting protocols specified: ip vs ip6',
      (family === 'ip' || family === 'ip6' ? undefined : context.networkPlace) ?? keyword,
    );
  if (wanted === undefined) {
    context.steps.push({ step: 'reject', with: 'icmpx', code: ICMPX[code] ?? 'port-unreachable' });
    context.say(code === 'port-unreachable' ? 'reject' : `reject with icmpx ${code}`);
    return;
  }
  if (known === undefined && family === 'inet' && context.hasActed)
    context.needFirst(`meta nfproto ${wanted === 'ip' ? 'ipv4' : 'ipv6'}`);
  context.network = wanted;
  context.forgetNetwork(wanted);
  context.say(
    family === wanted && code === 'port-unreachable' ? 'reject' : `reject with ${kind ?? ''} ${code}`,
  );
  if (wanted === 'ip6') {
    // Nothing in the simulated network is IPv6: such a rule meets no packet.
    context.steps.push({ step: 'match', field: 'never', op: '==', values: [] });
    context.steps.push({ step: 'reject', with: 'icmpx', code: 'port-unreachable' });
    return;
  }
  context.steps.push({
    step: 'reject',
    with: 'icmp',
    code: ICMP_CODES.find((name) => name === code) ?? 'port-unreachable',
  });
}
function rejectWithReset(context: RuleContext, keyword: Place): void {
  const { family } = context.table;
  if (context.transport === undefined) {
    // A family of one protocol takes the words back, unless something acted on the way.
    const ports = context.pieces.filter(({ text }) => text.startsWith('th '));
    const isSaid = ports.length === 0 && ((family !== 'ip' && family !== 'ip6') || context.hasActed);
    context.needFirst(isSaid ? 'meta l4proto tcp' : undefined, IS_TCP);
    for (const piece of ports) piece.text = piece.text.replace('th', 'tcp');
    context.transport = 'tcp';
  } else if (context.transport !== 'tcp')
    throw refuse(keyword, 'you cannot use tcp reset with this protocol', context.transportPlace);
  context.forgetTransport('tcp');
  context.steps.push({ step: 'reject', with: 'tcp-reset', code: 'port-unreachable' });
  context.say('reject with tcp reset');
}
function rejectCode(
  context: RuleContext,
  { code, place }: Reject,
  kind: 'icmp' | 'icmpv6' | 'icmpx' | 'tcp-reset',
  keyword: Place,
): string {
  const word = code?.kind === 'symbol' || code?.kind === 'number' ? code.text : '';
  if (kind === 'icmpx') {
    const names = Object.keys(ICMPX);
    const found = names.includes(word) ? word : names[Number(word)];
    if (found === undefined) throw refuse(code?.place, 'Could not parse icmpx code');
    if (context.table.family === 'ip' || context.table.family === 'ip6')
      throw refuse(code?.place ?? place, 'abstracted ICMP unreachable not supported', keyword);
    return found;
  }
  const type = kind === 'icmpv6' ? 'icmpv6_code' : 'icmp_code';
  return context.values.text(code === undefined ? 3 : context.values.single(code, type), type);
}
