/**
 * From what somebody wants to the edits that make it so: names, addresses,
 * gateways, lines in configuration files. Pure; a text says why it cannot be.
 */
import { formatIPv4, inSubnet, parseCidr, parseIPv4 } from '../../std/ipv4';
import { freeAddress, freeSubnet, gatewayOf } from './addresses';
import { connect, disconnect } from './connect';
import {
  addressOf,
  applyEdits,
  type Edit,
  freshName,
  type HostPart,
  MOST_HOSTS,
  MOST_ZONES,
  type SandboxDocument,
  type Step,
  stepOf,
  takenNames,
  type ZonePart,
} from './document';
import type { Fragment, Intent, Place } from './intents';
import { type HostEntry, paletteEntry, type ZoneEntry } from './palette';
import { loadTarget } from './reading';
import { LOADGEN, RELOAD, withRate } from './writers';

export type Planned = { ok: true; step: Step; said: string; made: string[] } | { ok: false; why: string };

export const CARD = { width: 138, height: 82, gap: 24, top: 44, left: 16 } as const;
const ZONE_SIZE = { width: 210, height: 420 } as const;
const ZONE_GAP = 46;
const LONGEST_NAME = 31;
/** A router this near to a zone's border stands in that zone too. */
const BORDER = 34;

/** Collects edits, with the document as it is after them. */
export class Draft {
  readonly edits: Edit[] = [];
  readonly made: string[] = [];
  readonly told: string[] = [];
  document: SandboxDocument;
  constructor(document: SandboxDocument) {
    this.document = document;
  }
  add(...edits: Edit[]): void {
    this.edits.push(...edits);
    this.document = applyEdits(this.document, edits);
  }
  host(id: string): HostPart | undefined {
    return this.document.hosts[id];
  }
  text(id: string, path: string): string {
    return this.document.hosts[id]?.files[path]?.text ?? '';
  }
  write(host: string, path: string, text: string): void {
    const before = this.document.hosts[host]?.files[path];
    if (before?.text === text) return;
    const then = RELOAD[path];
    this.add({
      edit: 'file',
      host,
      path,
      file: { ...before, text },
      ...(then === undefined ? {} : { then }),
    });
  }
  enable(host: string, unit: string, on: boolean): void {
    const part = this.host(host);
    if (part === undefined || part.enable.includes(unit) === on) return;
    const enable = on ? [...part.enable, unit] : part.enable.filter((name) => name !== unit);
    this.add({ edit: 'host', id: host, part: { ...part, enable } });
  }
}

/** Plans on a document whose files are those of the running hosts. */
export function plan(document: SandboxDocument, intent: Intent): Planned {
  const draft = new Draft(document);
  const label = planInto(draft, intent);
  if (label.startsWith('!')) return { ok: false, why: label.slice(1) };
  if (draft.edits.length === 0) return { ok: false, why: 'Nothing would change.' };
  const said = [label, ...draft.told].join('. ');
  return { ok: true, step: stepOf(document, label, draft.edits), said, made: draft.made };
}

/** What was done in a few words; what begins with `!` says why not. */
function planInto(draft: Draft, intent: Intent): string {
  switch (intent.do) {
    case 'place':
      return place(draft, intent);
    case 'move':
      return move(draft, intent);
    case 'remove':
      return remove(draft, intent.ids);
    case 'rename':
      return rename(draft, intent.id, intent.name);
    case 'title':
      draft.add({ edit: 'title', title: intent.title.slice(0, 120) });
      return `Called it ${intent.title}`;
    case 'describe':
      return changeHost(draft, intent.id, (host) => ({
        ...host,
        description: intent.description.slice(0, 300),
      }));
    case 'lock':
      return lock(draft, intent.ids, intent.locked);
    case 'group':
      return group(draft, intent);
    case 'ungroup':
      return ungroup(draft, intent.environment);
    case 'connect':
      return connect(draft, intent.from, intent.to, intent.flow);
    case 'disconnect':
      return disconnect(draft, intent.flows);
    case 'copy-in':
      return copyIn(draft, intent.fragment, intent.zone, intent.shift);
    case 'address':
      return readdress(draft, intent);
    case 'packages':
      return changeHost(draft, intent.id, (host) => ({
        ...host,
        packages: [...new Set(intent.packages)],
        enable: [...new Set(intent.enable)],
      }));
    case 'rate':
      return rate(draft, intent.host, () => intent.rate);
    case 'all-rates':
      for (const [id, host] of Object.entries(draft.document.hosts))
        if (host.enable.includes('loadgen')) rate(draft, id, (now) => now * intent.factor);
      return draft.edits.length === 0 ? '!Nobody sends requests yet.' : `Traffic × ${intent.factor}`;
    case 'plan-fault': {
      const id = freshName(new Set(draft.document.faults.map((fault) => fault.id)), 'fault');
      draft.add({ edit: 'fault', planned: { id, at: intent.at, fault: intent.fault }, add: true });
      return `Planned ${String(intent.fault['kind'])}`;
    }
    case 'forget-fault': {
      const planned = draft.document.faults.find(({ id }) => id === intent.id);
      if (planned === undefined) return '!That fault is not planned.';
      draft.add({ edit: 'fault', planned, add: false });
      return `Took ${String(planned.fault['kind'])} off the plan`;
    }
    case 'chaos':
      draft.add({ edit: 'chaos', chaos: intent.chaos });
      return intent.chaos.on ? 'Chaos on' : 'Chaos off';
  }
}

// ---------------------------------------------------------------- placing
function place(draft: Draft, { entry: id, zone, at }: Extract<Intent, { do: 'place' }>): string {
  const entry = paletteEntry(id);
  if (entry === undefined) return `!There is nothing called ${id} in the palette.`;
  if (entry.sort === 'zone') return placeZone(draft, entry, at);
  const target = zone ?? (at === undefined ? undefined : zoneAt(draft.document, at));
  if (target === undefined || draft.document.zones[target] === undefined)
    return '!Drop it into a zone. Zones are at the top of the palette.';
  const count = entry.pair === true ? 2 : 1;
  if (Object.keys(draft.document.hosts).length + count > MOST_HOSTS)
    return `!A sandbox holds at most ${MOST_HOSTS} machines.`;
  const made: string[] = [];
  for (let number = 0; number < count; number++) {
    const name = placeHost(draft, entry, target, number === 0 ? at : undefined);
    if (name === undefined)
      return `!${draft.document.zones[target]?.subnet ?? 'The zone'} has no free address left.`;
    made.push(name);
  }
  const [first, second] = made;
  if (first !== undefined && second !== undefined) connect(draft, first, second, 'vrrp');
  draft.made.push(...made);
  const label = draft.document.zones[target]?.label ?? target;
  return `Placed ${made.join(' and ')} in ${label}, ${made.map((name) => addressOf(draft.host(name))).join(' and ')}`;
}
function placeZone(draft: Draft, entry: ZoneEntry, at: Place | undefined): string {
  const { document } = draft;
  if (Object.keys(document.zones).length >= MOST_ZONES)
    return `!A sandbox holds at most ${MOST_ZONES} zones.`;
  const subnet = freeSubnet(document, entry.tone);
  if (subnet === undefined) return '!No subnet is free.';
  const taken = takenNames(document);
  const id = taken.has(entry.tone) ? freshName(taken, `${entry.tone}-`) : entry.tone;
  const number = /\d+$/.exec(id)?.[0];
  const label = number === undefined ? entry.title : `${entry.title} ${number}`;
  const where = at === undefined ? besides(document) : uncovered(document, at);
  draft.add({ edit: 'zone', id, part: { label, subnet, tone: entry.tone, ...where, ...ZONE_SIZE } });
  draft.made.push(id);
  return `Placed zone ${label}, ${subnet}`;
}
/** The place asked for, or the next one to its right where the new zone lies over no other. */
function uncovered({ zones }: SandboxDocument, at: Place): Place {
  const { width, height } = ZONE_SIZE;
  let { x } = at;
  const others = Object.values(zones).sort((a, b) => a.x - b.x);
  for (const other of others) {
    const isApart =
      x >= other.x + other.width ||
      x + width <= other.x ||
      at.y >= other.y + other.height ||
      at.y + height <= other.y;
    if (!isApart) x = other.x + other.width + ZONE_GAP;
  }
  return { x, y: at.y };
}
function besides({ zones }: SandboxDocument): Place {
  const all = Object.values(zones);
  if (all.length === 0) return { x: 0, y: 0 };
  return {
    x: Math.max(...all.map(({ x, width }) => x + width)) + ZONE_GAP,
    y: Math.min(...all.map(({ y }) => y)),
  };
}
function placeHost(draft: Draft, entry: HostEntry, zone: string, at: Place | undefined): string | undefined {
  const id = freshName(takenNames(draft.document), entry.stem);
  const part = draft.document.zones[zone];
  if (part === undefined) return undefined;
  const spot = at === undefined ? undefined : { x: Math.round(at.x - part.x), y: Math.round(at.y - part.y) };
  const where =
    entry.kind === 'router' ? (spot ?? onBorder(draft.document, zone)) : freeSpot(draft.document, zone, spot);
  const zones =
    entry.kind === 'router'
      ? [zone, ...bordering(draft.document, zone, where).filter((other) => other !== zone)]
      : [zone];
  const interfaces = interfacesIn(draft.document, zones, entry.kind === 'router' ? 'gateway' : 'host');
  if (interfaces === undefined) return undefined;
  const gateway = entry.kind === 'router' ? undefined : gatewayOf(draft.document, zone);
  draft.add({
    edit: 'host',
    id,
    part: {
      kind: entry.kind,
      zone,
      description: entry.hint,
      interfaces,
      ...(gateway === undefined ? {} : { gateway }),
      packages: [...entry.packages],
      enable: [...entry.enable],
      files: structuredFiles(entry),
      ...where,
    },
  });
  if (entry.kind === 'router') for (const joined of zones) leadOut(draft, joined);
  else makeRoom(draft, zone, where);
  return id;
}
function structuredFiles(entry: HostEntry): HostPart['files'] {
  return Object.fromEntries(Object.entries(entry.files).map(([path, file]) => [path, { ...file }]));
}
function interfacesIn(
  document: SandboxDocument,
  zones: readonly string[],
  role: 'gateway' | 'host',
): HostPart['interfaces'] | undefined {
  const interfaces: HostPart['interfaces'] = {};
  for (const zone of zones) {
    const address = freeAddress(document, zone, role);
    if (address === undefined) return undefined;
    interfaces[`eth${Object.keys(interfaces).length}`] = { zone, address };
  }
  return interfaces;
}
/** Hosts of a zone without a way out take its router. */
export function leadOut(draft: Draft, zone: string): void {
  const gateway = gatewayOf(draft.document, zone);
  if (gateway === undefined) return;
  for (const [id, host] of Object.entries(draft.document.hosts))
    if (host.kind !== 'router' && host.zone === zone && host.gateway === undefined)
      draft.add({ edit: 'host', id, part: { ...host, gateway } });
}
/** The zone under a place, the smallest first. */
export function zoneAt({ zones }: Pick<SandboxDocument, 'zones'>, { x, y }: Place): string | undefined {
  const under = Object.entries(zones).filter(
    ([, zone]) => x >= zone.x - 40 && x <= zone.x + zone.width && y >= zone.y && y <= zone.y + zone.height,
  );
  const inside = under.filter(([, zone]) => x >= zone.x);
  return (inside[0] ?? under[0])?.[0];
}
function bordering({ zones }: SandboxDocument, zone: string, at: Place): string[] {
  const home = zones[zone];
  if (home === undefined) return [];
  const [left, top] = [home.x + at.x, home.y + at.y];
  return Object.entries(zones)
    .filter(
      ([, { x, y, width, height }]) =>
        left <= x + width + BORDER && left + 38 >= x - BORDER && top <= y + height && top + 86 >= y,
    )
    .map(([id]) => id);
}
/** Between this zone and its left neighbour. */
function onBorder(document: SandboxDocument, zone: string): Place {
  const there = Object.values(document.hosts).filter(
    (host) => host.zone === zone && host.kind === 'router',
  ).length;
  return { x: -42, y: 150 + there * 110 };
}
/** The place asked for, or the first one in the zone where no card stands. */
export function freeSpot(document: SandboxDocument, zone: string, wanted: Place | undefined): Place {
  const others = Object.values(document.hosts).filter((host) => host.zone === zone && host.kind !== 'router');
  const isFree = ({ x, y }: Place) =>
    others.every((host) => Math.abs(host.x - x) >= CARD.width + 6 || Math.abs(host.y - y) >= CARD.height + 6);
  const { width = 200, height = 420 } = document.zones[zone] ?? {};
  const rightmost = Math.max(CARD.left, width - CARD.width - CARD.left);
  if (wanted !== undefined) {
    const bounded = {
      x: Math.max(8, Math.min(wanted.x, width - CARD.width - 8)),
      y: Math.max(32, Math.min(wanted.y, height - CARD.height - 8)),
    };
    if (isFree(bounded)) return bounded;
  }
  for (let y = CARD.top; y < CARD.top + 400 * (CARD.height + CARD.gap); y += CARD.height + CARD.gap)
    for (let x = CARD.left; x <= rightmost; x += CARD.width + CARD.gap) if (isFree({ x, y })) return { x, y };
  return { x: CARD.left, y: CARD.top };
}

/** A full zone grows, so that no card stands outside. */
function makeRoom(draft: Draft, id: string, { y }: Place): void {
  const zone = draft.document.zones[id];
  const height = y + CARD.height + CARD.gap;
  if (zone !== undefined && height > zone.height) draft.add({ edit: 'zone', id, part: { ...zone, height } });
}

// ---------------------------------------------------------------- changing
function changeHost(draft: Draft, id: string, change: (host: HostPart) => HostPart): string {
  const host = draft.host(id);
  if (host === undefined) return `!There is no machine called ${id}.`;
  draft.add({ edit: 'host', id, part: change(host) });
  return `Changed ${id}`;
}
function move(draft: Draft, { hosts, zones, label }: Extract<Intent, { do: 'move' }>): string {
  for (const { id, ...place } of zones) {
    const zone = draft.document.zones[id];
    if (zone === undefined || zone.locked === true) continue;
    draft.add({ edit: 'zone', id, part: { ...zone, ...place } });
  }
  for (const { id, x, y, zone } of hosts) {
    const host = draft.host(id);
    if (host === undefined || host.locked === true) continue;
    if (zone === undefined || zone === host.zone || draft.document.zones[zone] === undefined)
      draft.add({ edit: 'host', id, part: { ...host, x, y } });
    else {
      const why = moveInto(draft, id, zone, { x, y });
      if (why !== undefined) return why;
    }
  }
  return label ?? `Moved ${[...zones, ...hosts].map(({ id }) => id).join(', ')}`;
}
/** Into another network: another address, another gateway, and a cold start. */
function moveInto(draft: Draft, id: string, zone: string, at: Place): string | undefined {
  const host = draft.host(id);
  if (host === undefined) return undefined;
  const [device] = Object.keys(host.interfaces);
  if (host.kind === 'router' || device === undefined) {
    draft.add({ edit: 'host', id, part: { ...host, ...at } });
    return undefined;
  }
  const address = freeAddress(draft.document, zone);
  if (address === undefined) return `!${zone} has no free address left.`;
  const { gateway: _, ...rest } = host;
  const gateway = gatewayOf(draft.document, zone);
  draft.add({
    edit: 'host',
    id,
    part: {
      ...rest,
      zone,
      interfaces: { [device]: { zone, address } },
      ...(gateway === undefined ? {} : { gateway }),
      ...at,
    },
  });
  draft.told.push(`${id} now has ${address.split('/')[0]} and starts again`);
  return undefined;
}
function remove(draft: Draft, ids: readonly string[]): string {
  const zones = ids.filter((id) => draft.document.zones[id] !== undefined);
  const hosts = new Set(ids.filter((id) => draft.document.hosts[id] !== undefined));
  for (const [id, host] of Object.entries(draft.document.hosts)) if (zones.includes(host.zone)) hosts.add(id);
  for (const link of draft.document.links)
    if (hosts.has(link.from) || hosts.has(link.to)) draft.add({ edit: 'link', link, add: false });
  for (const id of hosts) draft.add({ edit: 'host', id, part: null });
  for (const id of zones) {
    // A router keeps its other interfaces.
    for (const [router, host] of Object.entries(draft.document.hosts)) {
      const kept = Object.entries(host.interfaces).filter(([, card]) => card.zone !== id);
      if (kept.length < Object.keys(host.interfaces).length)
        draft.add({ edit: 'host', id: router, part: { ...host, interfaces: Object.fromEntries(kept) } });
    }
    draft.add({ edit: 'zone', id, part: null });
  }
  return draft.edits.length === 0 ? '!Nothing is selected.' : `Removed ${ids.join(', ')}`;
}
function rename(draft: Draft, id: string, wanted: string): string {
  const zone = draft.document.zones[id];
  if (zone !== undefined) {
    draft.add({ edit: 'zone', id, part: { ...zone, label: wanted.slice(0, 60) } });
    return `Renamed zone to ${wanted}`;
  }
  const environment = draft.document.environments[id];
  if (environment !== undefined) {
    draft.add({ edit: 'environment', id, part: { ...environment, label: wanted.slice(0, 60) } });
    return `Renamed environment to ${wanted}`;
  }
  const host = draft.host(id);
  const name = wanted.trim().toLowerCase();
  if (host === undefined) return `!There is nothing called ${id}.`;
  if (name === id) return '!That is its name already.';
  if (!/^[a-z][a-z0-9-]*$/.test(name))
    return '!A host name begins with a letter and has lower-case letters, digits and dashes.';
  if (name.length > LONGEST_NAME) return `!A host name has at most ${LONGEST_NAME} characters.`;
  if (takenNames(draft.document).has(name)) return `!${name} exists already.`;
  const links = draft.document.links.filter(({ from, to }) => from === id || to === id);
  for (const link of links) draft.add({ edit: 'link', link, add: false });
  draft.add({ edit: 'host', id, part: null }, { edit: 'host', id: name, part: host });
  const named = (other: string) => (other === id ? name : other);
  for (const { from, to, flow } of links)
    draft.add({ edit: 'link', link: { from: named(from), to: named(to), flow }, add: true });
  draft.made.push(name);
  draft.told.push('It starts again under its new name');
  return `Renamed ${id} to ${name}`;
}
function lock(draft: Draft, ids: readonly string[], locked: boolean): string {
  for (const id of ids) {
    const zone = draft.document.zones[id];
    const host = draft.host(id);
    if (zone !== undefined) draft.add({ edit: 'zone', id, part: { ...zone, locked } });
    else if (host !== undefined) draft.add({ edit: 'host', id, part: { ...host, locked } });
  }
  return `${locked ? 'Locked' : 'Unlocked'} ${ids.join(', ')}`;
}
function group(draft: Draft, { zones, label, parent }: Extract<Intent, { do: 'group' }>): string {
  const id = freshName(takenNames(draft.document), 'environment');
  const known = zones.filter((zone) => draft.document.zones[zone] !== undefined);
  const environments = zones.filter((inner) => draft.document.environments[inner] !== undefined);
  if (known.length + environments.length === 0) return '!Choose the zones that belong together.';
  draft.add({
    edit: 'environment',
    id,
    part: { label: label.slice(0, 60), ...(parent === undefined ? {} : { parent }) },
  });
  for (const inner of environments) {
    const part = draft.document.environments[inner];
    if (part !== undefined) draft.add({ edit: 'environment', id: inner, part: { ...part, parent: id } });
  }
  for (const zone of known) {
    const part = draft.document.zones[zone];
    // Zones of an environment that is taken in whole stay in it.
    if (part !== undefined && (part.environment === undefined || !environments.includes(part.environment)))
      draft.add({ edit: 'zone', id: zone, part: { ...part, environment: id } });
  }
  draft.made.push(id);
  return `Grouped as ${label}`;
}
function ungroup(draft: Draft, id: string): string {
  const environment = draft.document.environments[id];
  if (environment === undefined) return '!There is no such environment.';
  const { parent } = environment;
  for (const [zone, part] of Object.entries(draft.document.zones)) {
    if (part.environment !== id) continue;
    const { environment: _, ...rest } = part;
    draft.add({
      edit: 'zone',
      id: zone,
      part: parent === undefined ? rest : { ...rest, environment: parent },
    });
  }
  for (const [inner, part] of Object.entries(draft.document.environments)) {
    if (part.parent !== id) continue;
    const { parent: _, ...rest } = part;
    draft.add({ edit: 'environment', id: inner, part: parent === undefined ? rest : { ...rest, parent } });
  }
  draft.add({ edit: 'environment', id, part: null });
  return `Dissolved ${environment.label}`;
}
function readdress(draft: Draft, { id, device, address }: Extract<Intent, { do: 'address' }>): string {
  const host = draft.host(id);
  const card = host?.interfaces[device];
  const zone = draft.document.zones[card?.zone ?? ''];
  const subnet = parseCidr(zone?.subnet ?? '');
  const ip = parseIPv4(address.split('/')[0] ?? '');
  if (host === undefined || card === undefined || subnet === undefined) return '!There is no such interface.';
  if (ip === undefined || !inSubnet(ip, subnet))
    return `!${address} is not in ${zone?.subnet ?? 'the zone'}.`;
  const text = `${formatIPv4(ip)}/${subnet.prefix}`;
  const other = Object.entries(draft.document.hosts).find(
    ([name, part]) => name !== id && Object.values(part.interfaces).some((entry) => entry.address === text),
  );
  if (other !== undefined) return `!${other[0]} has that address.`;
  draft.add({
    edit: 'host',
    id,
    part: { ...host, interfaces: { ...host.interfaces, [device]: { ...card, address: text } } },
  });
  draft.told.push('It starts again with its new address');
  return `${id} now has ${formatIPv4(ip)}`;
}
function rate(draft: Draft, id: string, change: (now: number) => number): string {
  const text = draft.text(id, LOADGEN);
  const target = loadTarget(text);
  if (target === undefined) return `!${id} sends no requests yet: connect it to something first.`;
  const next = Math.max(0.1, Math.min(2000, Math.round(change(target.rate) * 100) / 100));
  draft.write(id, LOADGEN, withRate(text, next));
  return `${id} sends ${next} requests a second`;
}

// ---------------------------------------------------------------- copying
function copyIn(draft: Draft, fragment: Fragment, zone: string | undefined, shift: Place): string {
  const zones = new Map<string, string>();
  for (const [id, part] of Object.entries(fragment.zones)) {
    const copied = copyZone(draft, id, part, shift);
    if (copied === undefined) return '!No subnet is free.';
    zones.set(id, copied);
  }
  const hosts = new Map<string, string>();
  const addresses = new Map<string, string>();
  for (const [id, part] of Object.entries(fragment.hosts)) {
    if (Object.keys(draft.document.hosts).length >= MOST_HOSTS) break;
    const name = copyHost(draft, id, part, { zones, zone, shift, addresses });
    if (name !== undefined) hosts.set(id, name);
  }
  for (const name of hosts.values()) followAddresses(draft, name, addresses);
  for (const { from, to, flow } of fragment.links) {
    const [source, target] = [hosts.get(from), hosts.get(to)];
    if (source !== undefined && target !== undefined)
      draft.add({ edit: 'link', link: { from: source, to: target, flow }, add: true });
  }
  for (const copied of zones.values()) leadOut(draft, copied);
  draft.made.push(...zones.values(), ...hosts.values());
  return draft.edits.length === 0
    ? '!There is nothing to paste.'
    : `Pasted ${[...hosts.values()].join(', ') || 'zones'}`;
}
function copyZone(draft: Draft, id: string, part: ZonePart, shift: Place): string | undefined {
  const subnet = freeSubnet(draft.document, part.tone);
  if (subnet === undefined) return undefined;
  const name = freshName(takenNames(draft.document), `${id.replace(/-?\d+$/, '') || 'zone'}-`);
  draft.add({
    edit: 'zone',
    id: name,
    part: {
      ...part,
      subnet,
      label: `${part.label} (copy)`.slice(0, 60),
      x: part.x + shift.x,
      y: part.y + shift.y,
    },
  });
  return name;
}
function copyHost(
  draft: Draft,
  id: string,
  part: HostPart,
  {
    zones,
    zone,
    shift,
    addresses,
  }: {
    zones: ReadonlyMap<string, string>;
    zone: string | undefined;
    shift: Place;
    addresses: Map<string, string>;
  },
): string | undefined {
  const home = zones.get(part.zone) ?? zone ?? part.zone;
  if (draft.document.zones[home] === undefined) return undefined;
  const name = freshName(takenNames(draft.document), id.replace(/\d+$/, '') || 'host');
  const interfaces: HostPart['interfaces'] = {};
  for (const [device, card] of Object.entries(part.interfaces)) {
    const target = zones.get(card.zone) ?? (card.zone === part.zone ? home : card.zone);
    const address = freeAddress(
      { ...draft.document, hosts: { ...draft.document.hosts, [name]: { ...part, interfaces } } },
      target,
      part.kind === 'router' ? 'gateway' : 'host',
    );
    if (address === undefined) continue;
    interfaces[device] = { zone: target, address };
    addresses.set(card.address.split('/')[0] ?? '', address.split('/')[0] ?? '');
  }
  if (Object.keys(interfaces).length === 0) return undefined;
  const { gateway: _, locked: __, ...rest } = part;
  const gateway = gatewayOf(draft.document, home);
  const wanted = zones.has(part.zone)
    ? { x: part.x, y: part.y }
    : { x: part.x + shift.x, y: part.y + shift.y };
  const where = part.kind === 'router' ? wanted : freeSpot(draft.document, home, wanted);
  draft.add({
    edit: 'host',
    id: name,
    part: {
      ...rest,
      zone: home,
      interfaces,
      ...(gateway === undefined || part.kind === 'router' ? {} : { gateway }),
      ...where,
    },
  });
  if (part.kind !== 'router') makeRoom(draft, home, where);
  return name;
}
/** Files of a copy name the copies' addresses, not the originals'. */
function followAddresses(draft: Draft, id: string, addresses: ReadonlyMap<string, string>): void {
  const host = draft.host(id);
  if (host === undefined) return;
  for (const [path, { text, mode }] of Object.entries(host.files)) {
    const next = text.replace(/\b\d+\.\d+\.\d+\.\d+\b/g, (found) => addresses.get(found) ?? found);
    if (next !== text)
      draft.add({
        edit: 'file',
        host: id,
        path,
        file: { text: next, ...(mode === undefined ? {} : { mode }) },
      });
  }
}
