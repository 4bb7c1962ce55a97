/**
 * Without accept mode the virtual address is on the host but nobody reaches it: an nftables table drops
 * what goes to it and comes from it (vrrp_nftables.c). `vrrp_strict` switches accept mode off.
 */
import { formatIPv4, type IPv4 } from '../../../std/ipv4';
import type { FilterChain, FilterTable, Ruleset } from '../../../world/packet-filter.contract';
import { sayDetail } from './say';
import type { Vrrp } from './state';

const SET = 'vips';

export function hideAddress(vrrp: Vrrp, ip: IPv4): void {
  sayDetail(vrrp, 'setting firewall drop rule');
  change(vrrp, (table) => {
    const set = table.sets[0];
    if (set === undefined || set.elements.some(({ key }) => key[0]?.lo === ip)) return;
    set.elements.push({ key: [{ lo: ip, hi: ip }], text: formatIPv4(ip) });
  });
}
export function showAddress(vrrp: Vrrp, ip: IPv4): void {
  sayDetail(vrrp, 'removing firewall drop rule');
  change(vrrp, (table) => {
    const set = table.sets[0];
    if (set !== undefined) set.elements = set.elements.filter(({ key }) => key[0]?.lo !== ip);
  });
}
/** The table goes with the process that made it. */
export function forgetHidden(vrrp: Vrrp): void {
  const ruleset = vrrp.world.network.ruleset(vrrp.host);
  const name = tableName(vrrp);
  if (!ruleset.tables.some((table) => table.name === name && table.family === 'ip')) return;
  vrrp.world.network.setRuleset(vrrp.host, {
    ...ruleset,
    tables: ruleset.tables.filter((table) => table.name !== name || table.family !== 'ip'),
  });
}

function tableName(vrrp: Vrrp): string {
  return vrrp.state.configuration.global.nftTable ?? 'keepalived';
}
function change(vrrp: Vrrp, edit: (table: FilterTable) => void): void {
  const { network } = vrrp.world;
  const ruleset: Ruleset = structuredCopy(network.ruleset(vrrp.host));
  const name = tableName(vrrp);
  let table = ruleset.tables.find((known) => known.name === name && known.family === 'ip');
  if (table === undefined) {
    table = newTable(ruleset, name, vrrp.state.configuration.global.nftPriority);
    ruleset.tables.push(table);
  }
  edit(table);
  network.setRuleset(vrrp.host, ruleset);
}
function structuredCopy(ruleset: Ruleset): Ruleset {
  return {
    ...ruleset,
    tables: ruleset.tables.map((table) => ({
      ...table,
      sets: table.sets.map((set) => ({ ...set, elements: [...set.elements] })),
    })),
  };
}
function newTable(ruleset: Ruleset, name: string, priority: number): FilterTable {
  const handle = ruleset.nextHandle;
  ruleset.nextHandle += 6;
  return {
    family: 'ip',
    name,
    handle,
    flags: [],
    chains: [chain('out', handle + 2, priority), chain('in', handle + 4, priority)],
    sets: [{ name: SET, handle: handle + 1, type: 'ipv4_addr', flags: [], elements: [] }],
    counters: [],
    objects: [],
  };
}
function chain(name: 'in' | 'out', handle: number, priority: number): FilterChain {
  const field = name === 'in' ? 'ip daddr' : 'ip saddr';
  const offset = priority === 0 ? '' : ` ${priority < 0 ? '-' : '+'} ${Math.abs(priority)}`;
  return {
    name,
    handle,
    base: {
      type: 'filter',
      hook: name === 'in' ? 'input' : 'output',
      priority,
      priorityText: `filter${offset}`,
      policy: 'accept',
    },
    rules: [
      {
        handle: handle + 1,
        text: `${field} @${SET} drop`,
        steps: [
          { step: 'match', field, op: '==', set: SET },
          { step: 'verdict', verdict: { kind: 'drop' } },
        ],
      },
    ],
  };
}
