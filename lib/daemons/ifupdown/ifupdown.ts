/**
 * ifup(8), ifdown(8) and ifquery(8) of ifupdown 0.8.41. The commands they run are those of its `inet.defn`,
 * given to /bin/sh as it does, so complaints are those of ip(8) and of the shell. Recorded in truth/host (b14, c11).
 *
 * Not modelled: clients of DHCP, IPv6 methods, mapping, templates, rename.
 */
import { formatIPv4, maskOf, parseIPv4 } from '../../std/ipv4';
import { FileError } from '../../world/files.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import { getoptComplaint, parseOptions } from '../command-options';
import {
  type InterfaceStanza,
  emptyInterfaces,
  type InterfacesFile,
  InterfacesProblem,
  readInterfaces,
} from './interfaces-file';

const STATE = '/run/network/ifstate';
const ROOT = { uid: 0, gid: 0, groups: [] };
const VERSION =
  ' version 0.8.41\n\nCopyright (c) 1999-2009 Anthony Towns\n              2010-2015 Andrej Shadura\n              2015-2017 Guus Sliepen\n\nThis program is free software; you can redistribute it and/or modify\nit under the terms of the GNU General Public License as published by\nthe Free Software Foundation; either version 2 of the License, or (at\nyour option) any later version.\n';
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const LONG = {
  all: 'a',
  verbose: 'v',
  'no-act': 'n',
  force: 'force',
  'allow=': 'allow',
  'interfaces=': 'i',
  'exclude=': 'X',
  'read-environment': 'read-environment',
  'no-loopback': 'no-loopback',
  'no-scripts': 'no-scripts',
  'no-mappings': 'no-mappings',
  'ignore-errors': 'ignore-errors',
  list: 'l',
  state: 'state',
  help: 'h',
  version: 'V',
};
type Name = 'ifup' | 'ifdown' | 'ifquery';

interface Call {
  context: ProgramContext;
  name: Name;
  given: ReadonlySet<string>;
  file: InterfacesFile;
}

export const ifup = (context: ProgramContext): ProgramRun => main(context, 'ifup');
export const ifdown = (context: ProgramContext): ProgramRun => main(context, 'ifdown');
export const ifquery = (context: ProgramContext): ProgramRun => main(context, 'ifquery');

function* main(context: ProgramContext, name: Name): ProgramRun {
  const parsed = parseOptions(context.argv.slice(1), { short: 'avnhVi:o:X:l', long: LONG });
  if (parsed.problem !== undefined) {
    yield* context.err(`${name}: ${getoptComplaint(parsed.problem)}\n${name}: Use --help for help\n`);
    return 1;
  }
  const given = new Set(parsed.options.map((option) => option.name));
  const value = (option: string): string | undefined =>
    parsed.options.findLast((candidate) => candidate.name === option)?.value;
  if (given.has('h') || given.has('V')) {
    yield* context.out(given.has('V') ? `${name}${VERSION}` : `Usage: ${name} <options> <ifaces...>\n`);
    return 0;
  }
  const wantsAll = given.has('a') || given.has('l') || given.has('state');
  if (!wantsAll && parsed.operands.length === 0) {
    yield* context.err(`${name}: no interface(s) specified\n${name}: Use --help for help\n`);
    return 1;
  }
  const path = value('i') ?? '/etc/network/interfaces';
  let file: InterfacesFile;
  if (!context.fs.exists(path)) {
    yield* context.err(`${name}: couldn't open interfaces file "${path}": No such file or directory\n`);
    file = emptyInterfaces();
  } else
    try {
      file = readInterfaces(context, path);
    } catch (problem) {
      if (!(problem instanceof InterfacesProblem)) throw problem;
      yield* context.err(`${name}: ${problem.message}\n${name}: couldn't read interfaces file "${path}"\n`);
      return 1;
    }
  for (const warning of file.warnings) yield* context.err(`${name}: ${warning}\n`);
  const call: Call = { context, name, given, file };
  if (name === 'ifquery') return yield* query(call, parsed.operands, value('allow'));
  if (context.who.uid !== 0) {
    yield* context.err(`${name}: failed to open lockfile /run/network/.ifstate.lock: Permission denied\n`);
    return 1;
  }
  context.fs.mkdir('/run/network', 0o755, ROOT);
  const excluded = parsed.options.filter((option) => option.name === 'X').map((option) => option.value);
  let worst = 0;
  // What is done for all has its scripts too.
  const isAll = given.has('a');
  if (isAll) yield* say(call, runParts(call, name === 'ifup' ? 'pre-up' : 'down'));
  for (const device of selected(call, parsed.operands, value('allow'))) {
    if (excluded.some((pattern) => matches(device, pattern))) continue;
    const done = name === 'ifup' ? yield* up(call, device) : yield* down(call, device);
    if (!done) worst = 1;
  }
  if (isAll) yield* say(call, runParts(call, name === 'ifup' ? 'up' : 'post-down'));
  return worst;
}
/** What would be done, told with -n and -v. */
function* say({ context, given }: Call, line: string): Generator<Wait, void, Wake> {
  if (given.has('n') || given.has('v')) yield* context.err(`${line}\n`);
}
function runParts({ name, given }: Call, phase: string): string {
  return `run-parts ${name === 'ifup' ? '--exit-on-error ' : ''}${given.has('v') ? '--verbose ' : ''}/etc/network/if-${phase}.d`;
}
function matches(device: string, pattern: string): boolean {
  return new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(device);
}

/** With -a: the class in the file's order; for ifdown what is up, the last first. */
function selected(call: Call, operands: readonly string[], allow: string | undefined): string[] {
  const { given, name, file } = call;
  if (!given.has('a')) {
    const classes = allow === undefined ? undefined : (file.classes.get(allow) ?? []);
    return operands.filter((device) => classes?.includes(device) !== false);
  }
  if (name === 'ifdown') return [...stateOf(call.context).keys()].reverse();
  return file.classes.get(allow ?? 'auto') ?? [];
}

// ---------------------------------------------------------------- state
/** `eth0=eth0` a line: interface and the logical one that configured it. */
function stateOf(context: ProgramContext): Map<string, string> {
  const text = context.fs.readFile(STATE, ROOT);
  const state = new Map<string, string>();
  for (const line of text instanceof FileError ? [] : text.split('\n')) {
    const [device = '', logical = ''] = line.split('=');
    if (device !== '') state.set(device, logical);
  }
  return state;
}
function writeState(context: ProgramContext, state: ReadonlyMap<string, string>): void {
  const text = [...state].map(([device, logical]) => `${device}=${logical}\n`).join('');
  context.fs.writeFile(STATE, text, ROOT, { mode: 0o644 });
}

// ---------------------------------------------------------------- up and down
function* up(call: Call, word: string): Generator<Wait, boolean, Wake> {
  const { context, given, file } = call;
  const [device = '', logical = device] = word.split('=');
  const state = stateOf(context);
  if (state.has(device) && !given.has('force')) {
    // -a is silent about those that are up already.
    if (!given.has('a')) yield* context.err(`ifup: interface ${device} already configured\n`);
    return true;
  }
  const stanzas = file.stanzas.filter((stanza) => stanza.name === logical);
  if (stanzas.length === 0) {
    yield* context.err(`ifup: unknown interface ${device}\n`);
    return false;
  }
  if (!(yield* hasCard(call, device))) {
    yield* context.err(`ifup: ignoring unknown interface ${device}=${logical}\n`);
    return true;
  }
  for (const stanza of stanzas) {
    if (!(yield* bringUp(call, device, stanza))) {
      yield* context.err(`ifup: failed to bring up ${device}\n`);
      return false;
    }
  }
  if (given.has('n')) return true;
  const after = stateOf(context);
  after.set(device, logical);
  writeState(context, after);
  return true;
}

/** The card of a VLAN, named CARD.NUMBER, is made when it is not there. */
function* hasCard(call: Call, device: string): Generator<Wait, boolean, Wake> {
  const { interfaces } = call.context.host.state;
  const vlan = /^([^.:]+)\.(\d+)$/.exec(device);
  if (vlan === null || interfaces.has(device)) return true;
  yield* runShell(call, `ip link add link ${vlan[1] ?? ''} name ${device} type vlan id ${vlan[2] ?? ''}`);
  return interfaces.has(device) || call.given.has('n');
}
function* bringUp(call: Call, device: string, stanza: InterfaceStanza): Generator<Wait, boolean, Wake> {
  const { context, given } = call;
  if (stanza.family !== 'inet') {
    yield* context.err(`not modelled: iface ${stanza.name} ${stanza.family} ${stanza.method}\n`);
    return true;
  }
  const values = valuesOf(stanza);
  const commands = upCommands(device, stanza, values);
  if (typeof commands === 'string') {
    yield* context.err(
      commands.startsWith('not modelled')
        ? `${commands}\n`
        : `ifup: missing required variable: ${commands}\nifup: missing required configuration variables for interface ${device}/${stanza.family}\n`,
    );
    return false;
  }
  if (given.has('v'))
    yield* context.err(`\nifup: configuring interface ${device}=${stanza.name} (${stanza.family})\n`);
  if (!(yield* scripts(call, device, stanza, 'pre-up'))) return false;
  for (const command of commands) if (!(yield* runShell(call, command))) return false;
  return yield* scripts(call, device, stanza, 'up');
}
/** The variables of `inet.defn` as words of a command, empty where they are not set. */
function optional(values: ReadonlyMap<string, string>, name: string, word = name): string {
  const value = values.get(name);
  return value === undefined ? '' : `${word} ${value}`;
}
/** Commands of `inet.defn`, or the name of a variable that is missing. */
function upCommands(
  device: string,
  { method }: InterfaceStanza,
  values: ReadonlyMap<string, string>,
): string[] | string {
  const mtu = optional(values, 'mtu');
  const card = optional(values, 'hwaddress', 'address');
  switch (method) {
    case 'loopback':
      return [`ip link set dev ${device} up`];
    case 'manual':
      return [
        mtu === '' ? '' : `ip link set dev ${device} ${mtu}`,
        card === '' ? '' : `ip link set dev ${device} ${card}`,
        `ip link set dev ${device} up 2>/dev/null || true`,
      ];
    case 'dhcp':
      return [card === '' ? '' : `ip link set dev ${device} ${card}`, NO_CLIENT];
    case 'static': {
      if (!values.has('address')) return 'address';
      const gateway = values.get('gateway');
      return [
        `ip addr add ${addressText(device, values)}`,
        `ip link set dev ${device} ${mtu} ${card} up`,
        gateway === undefined
          ? ''
          : ` ip route add default via ${gateway} ${optional(values, 'metric')} dev ${device} onlink `,
      ];
    }
    default:
      return `not modelled: iface ${device} inet ${method}`;
  }
}
const NO_CLIENT = "echo 'No DHCP client software found!' >&2; false";
function addressText(device: string, values: ReadonlyMap<string, string>): string {
  const mask = values.get('netmask');
  return `${values.get('address') ?? ''}${mask === undefined ? '' : `/${mask}`} ${optional(values, 'broadcast')} \t${optional(values, 'pointopoint', 'peer')} ${optional(values, 'scope')} dev ${device} label ${device}`;
}

function* down(call: Call, word: string): Generator<Wait, boolean, Wake> {
  const { context, given, file } = call;
  const [device = ''] = word.split('=');
  const state = stateOf(context);
  const logical = state.get(device);
  const stanzas = file.stanzas.filter((stanza) => stanza.name === (logical ?? device));
  if (stanzas.length === 0) {
    yield* context.err(`ifdown: unknown interface ${device}\n`);
    return false;
  }
  if (logical === undefined && !given.has('force')) {
    yield* context.err(`ifdown: interface ${device} not configured\n`);
    return true;
  }
  // Taking down goes on past what fails.
  for (const stanza of [...stanzas].reverse()) {
    if (given.has('v'))
      yield* context.err(`ifdown: configuring interface ${device}=${stanza.name} (${stanza.family})\n`);
    yield* scripts(call, device, stanza, 'down');
    if (stanza.method === 'static' && !stanza.options.some(([option]) => option === 'address'))
      yield* context.err('ifdown: missing required variable: address\n'.repeat(2));
    for (const command of downCommands(device, stanza)) yield* runShell(call, command);
    yield* scripts(call, device, stanza, 'post-down');
    if (given.has('v')) yield* context.err('\n');
  }
  if (given.has('n')) return true;
  const after = stateOf(context);
  after.delete(device);
  writeState(context, after);
  return true;
}
function downCommands(device: string, stanza: InterfaceStanza): string[] {
  const values = valuesOf(stanza);
  const gateway = values.get('gateway');
  const link = `ip link set dev ${device} down`;
  switch (stanza.family === 'inet' ? stanza.method : 'loopback') {
    case 'static':
      return [
        // The complaint about a route that is not there goes to standard output.
        gateway === undefined
          ? ''
          : ` ip route del default via ${gateway} ${optional(values, 'metric')} dev ${device} 2>&1 1>/dev/null || true `,
        ...(values.has('address') ? [`ip addr del ${addressText(device, values)}`] : []),
        // An alias has no link of its own.
        ...(device.includes(':') ? [] : [`ip -4 addr flush dev ${device}`, link]),
      ];
    case 'manual':
      return [`ip -4 addr flush dev ${device} 2>/dev/null || true`, `${link} 2>/dev/null || true`];
    case 'dhcp':
      return [NO_CLIENT, link];
    default:
      return [link];
  }
}

/** What the options say, with what follows from them: netmask and broadcast of `address A/P`, or of A's class. */
function valuesOf(stanza: InterfaceStanza): Map<string, string> {
  const values = new Map(stanza.options);
  if (stanza.method !== 'static' || stanza.family !== 'inet') return values;
  const text = values.get('address');
  if (text === undefined) {
    if (!values.has('broadcast')) values.set('broadcast', '+');
    return values;
  }
  const address = parseIPv4(text.split('/')[0] ?? '');
  values.set('address', text.split('/')[0] ?? '');
  const mask = maskFrom(text, address, values.get('netmask'));
  if (!values.has('broadcast') && address !== undefined && typeof mask === 'number' && mask !== 0xffffffff)
    values.set('broadcast', formatIPv4((address | ~mask) >>> 0));
  values.set('netmask', typeof mask === 'number' ? formatIPv4(mask) : mask);
  return values;
}
/** The text itself when no mask can be made of it. */
function maskFrom(text: string, address: number | undefined, netmask: string | undefined): number | string {
  const prefix = text.split('/')[1];
  if (address === undefined) return netmask ?? text;
  if (prefix !== undefined) return Number(prefix) > 32 ? 0 : maskOf(Number(prefix));
  if (netmask !== undefined)
    return (
      parseIPv4(netmask) ??
      (/^\d+$/.test(netmask) && Number(netmask) <= 32 ? maskOf(Number(netmask)) : netmask)
    );
  const first = address >>> 24;
  return maskOf(first < 128 ? 8 : first < 192 ? 16 : 24);
}

/** Runs one line of `inet.defn`; an empty one was for a variable that is not set. */
function* runShell(call: Call, command: string): Generator<Wait, boolean, Wake> {
  const { context, given } = call;
  yield* say(call, command);
  if (given.has('n') || command === '') return true;
  // The kernel takes an alias's name for its card's.
  const text = command.replace(/( dev \S+?):\S*/, '$1');
  return yield* finish(context, context.spawn({ argv: ['/bin/sh', '-c', text], path: '/bin/sh' }), 'sh');
}
function* finish(
  context: ProgramContext,
  child: ReturnType<ProgramContext['spawn']>,
  what: string,
): Generator<Wait, boolean, Wake> {
  if (typeof child !== 'number') {
    yield* context.err(`/bin/sh: 1: ${what}: not found\n`);
    return false;
  }
  const status = yield* context.wait(child);
  return status.code === 0;
}

// ---------------------------------------------------------------- scripts
/** The stanza's own commands, then those of /etc/network/if-PHASE.d. */
function* scripts(
  call: Call,
  device: string,
  stanza: InterfaceStanza,
  phase: InterfaceStanza['scripts'][number]['phase'],
): Generator<Wait, boolean, Wake> {
  const { context, name } = call;
  const env = new Map([
    ...context.env,
    ['IFACE', device],
    ['LOGICAL', stanza.name],
    ['ADDRFAM', stanza.family],
    ['METHOD', stanza.method],
    ['MODE', name === 'ifup' ? 'start' : 'stop'],
    ['PHASE', phase === 'up' ? 'post-up' : phase === 'down' ? 'pre-down' : phase],
    ['VERBOSITY', '0'],
    ['PATH', context.env.get('PATH') ?? PATH],
    ...stanza.options.map(([option, text]): [string, string] => [
      `IF_${option.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`,
      text,
    ]),
  ]);
  const isDry = call.given.has('n');
  for (const script of stanza.scripts.filter((candidate) => candidate.phase === phase)) {
    yield* say(call, script.command);
    if (isDry) continue;
    const child = context.spawn({ argv: ['/bin/sh', '-c', script.command], path: '/bin/sh', env });
    if (!(yield* finish(context, child, 'sh'))) return false;
  }
  yield* say(call, runParts(call, phase));
  if (isDry) return true;
  const directory = `/etc/network/if-${phase}.d`;
  const names = context.fs.readdir(directory, context.who);
  if (names instanceof FileError) return true;
  for (const file of names.filter((candidate) => /^[a-zA-Z0-9_-]+$/.test(candidate)).sort()) {
    const path = `${directory}/${file}`;
    if (context.fs.access(path, 1, context.who) !== undefined) continue;
    if (call.given.has('v')) yield* context.err(`run-parts: executing ${path}\n`);
    if (!(yield* finish(context, context.spawn({ argv: [path], path, env }), path))) return false;
  }
  return true;
}

// ---------------------------------------------------------------- ifquery
function* query(
  call: Call,
  operands: readonly string[],
  allow: string | undefined,
): Generator<Wait, number, Wake> {
  const { context, given, file } = call;
  if (given.has('l')) {
    yield* context.out((file.classes.get(allow ?? 'auto') ?? []).map((device) => `${device}\n`).join(''));
    return 0;
  }
  const state = stateOf(context);
  if (given.has('state')) {
    const wanted = [...state].filter(([device]) => operands.length === 0 || operands.includes(device));
    yield* context.out(
      wanted
        .reverse()
        .map(([device, logical]) => `${device}=${logical}\n`)
        .join(''),
    );
    return operands.length > 0 && wanted.length < operands.length ? 1 : 0;
  }
  let worst = 0;
  for (const device of given.has('a') ? (file.classes.get('auto') ?? []) : operands) {
    const stanzas = file.stanzas.filter((stanza) => stanza.name === device);
    if (stanzas.length === 0) {
      yield* context.err(`ifquery: unknown interface ${device}\n`);
      worst = 1;
    }
    for (const stanza of stanzas)
      for (const [option, text] of valuesOf(stanza)) yield* context.out(`${option}: ${text}\n`);
  }
  return worst;
}
