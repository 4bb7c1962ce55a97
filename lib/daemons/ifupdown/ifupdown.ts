/**
 * ifup(8), ifdown(8) and ifquery(8) of ifupdown 0.8.41. The commands they run are those of its `inet.defn`;
 * ip(8) is started as a process, so its complaints are its own. Recorded in truth/host (b14, c11).
 *
 * Not modelled: DHCP, IPv6 methods, mapping, templates, rename.
 */
import { formatIPv4, maskOf, parseCidr, parseIPv4 } from '../../std/ipv4';
import { FileError } from '../../world/files.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import { parseOptions } from '../command-options';
import {
  type InterfaceStanza,
  type InterfacesFile,
  InterfacesProblem,
  readInterfaces,
} from './interfaces-file';

const STATE = '/run/network/ifstate';
const ROOT = { uid: 0, gid: 0, groups: [] };
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
    yield* context.err(
      `${name}: ${parsed.problem.long ? `unrecognized option '${parsed.problem.option}'` : `invalid option -- '${parsed.problem.option}'`}\n${name}: Use --help for help\n`,
    );
    return 1;
  }
  const given = new Set(parsed.options.map((option) => option.name));
  const value = (option: string): string | undefined =>
    parsed.options.findLast((candidate) => candidate.name === option)?.value;
  if (given.has('h') || given.has('V')) {
    yield* context.out(
      given.has('V') ? 'ifupdown version 0.8.41\n' : `Usage: ${name} <options> <ifaces...>\n`,
    );
    return 0;
  }
  const wantsAll = given.has('a') || given.has('l') || given.has('state');
  if (!wantsAll && parsed.operands.length === 0) {
    yield* context.err(`${name}: no interfaces given\n${name}: Use --help for help\n`);
    return 1;
  }
  const path = value('i') ?? '/etc/network/interfaces';
  let file: InterfacesFile;
  try {
    file = readInterfaces(context, path);
  } catch (problem) {
    if (!(problem instanceof InterfacesProblem)) throw problem;
    yield* context.err(`${name}: ${problem.message}\n${name}: couldn't read interfaces file "${path}"\n`);
    return 1;
  }
  const call: Call = { context, name, given, file };
  if (name === 'ifquery') return yield* query(call, parsed.operands);
  if (context.who.uid !== 0) {
    yield* context.err(`${name}: failed to open lockfile /run/network/.ifstate.lock: Permission denied\n`);
    return 1;
  }
  context.fs.mkdir('/run/network', 0o755, ROOT);
  const excluded = parsed.options.filter((option) => option.name === 'X').map((option) => option.value);
  let worst = 0;
  for (const device of selected(call, parsed.operands, value('allow'))) {
    if (excluded.some((pattern) => matches(device, pattern))) continue;
    const done = name === 'ifup' ? yield* up(call, device) : yield* down(call, device);
    if (!done) worst = 1;
  }
  return worst;
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
  for (const stanza of stanzas) {
    if (!(yield* bringUp(call, device, stanza))) {
      yield* context.err(`ifup: failed to bring up ${device}\n`);
      return false;
    }
  }
  const after = stateOf(context);
  after.set(device, logical);
  writeState(context, after);
  return true;
}

function* bringUp(call: Call, device: string, stanza: InterfaceStanza): Generator<Wait, boolean, Wake> {
  const { context } = call;
  const values = valuesOf(stanza);
  if (stanza.family !== 'inet') {
    yield* context.err(`not modelled: iface ${stanza.name} ${stanza.family} ${stanza.method}\n`);
    return true;
  }
  const commands = upCommands(device, stanza, values);
  if (typeof commands === 'string') {
    yield* context.err(
      commands.startsWith('not modelled')
        ? `${commands}\n`
        : `ifup: missing required variable: ${commands}\nifup: missing required configuration variables for interface ${device}/${stanza.family}\n`,
    );
    return false;
  }
  if (!(yield* scripts(call, device, stanza, 'pre-up'))) return false;
  for (const words of commands) if (!(yield* runIp(context, words))) return false;
  return yield* scripts(call, device, stanza, 'up');
}

/** Commands of `inet.defn`, or the name of a variable that is missing. */
function upCommands(
  device: string,
  { method }: InterfaceStanza,
  values: ReadonlyMap<string, string>,
): string[][] | string {
  const mtu = values.has('mtu') ? ['mtu', values.get('mtu') ?? ''] : [];
  const link = ['link', 'set', 'dev', device, ...mtu, 'up'];
  switch (method) {
    case 'loopback':
      return [['link', 'set', 'dev', device, 'up']];
    case 'manual':
      return [link];
    case 'static': {
      const address = values.get('address');
      if (address === undefined) return 'address';
      const gateway = values.get('gateway');
      const metric = values.has('metric') ? ['metric', values.get('metric') ?? ''] : [];
      const broadcast = values.has('broadcast') ? ['broadcast', values.get('broadcast') ?? ''] : [];
      return [
        ['addr', 'add', addressText(values), ...broadcast, 'dev', device, 'label', device],
        link,
        ...(gateway === undefined
          ? []
          : [['route', 'add', 'default', 'via', gateway, ...metric, 'dev', device, 'onlink']]),
      ];
    }
    default:
      return `not modelled: iface ${device} inet ${method}`;
  }
}
function addressText(values: ReadonlyMap<string, string>): string {
  const mask = values.get('netmask');
  const quad = mask === undefined ? undefined : parseIPv4(mask);
  const prefix = quad === undefined ? mask : String(quad.toString(2).replace(/0*$/, '').length);
  return `${values.get('address') ?? ''}${prefix === undefined ? '' : `/${prefix}`}`;
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
    yield* scripts(call, device, stanza, 'down');
    const values = valuesOf(stanza);
    if (stanza.method === 'static' && stanza.family === 'inet') yield* takeAway(context, device, values);
    yield* runIp(context, ['link', 'set', 'dev', device, 'down']);
    yield* scripts(call, device, stanza, 'post-down');
  }
  const after = stateOf(context);
  after.delete(device);
  writeState(context, after);
  return true;
}
function* takeAway(
  context: ProgramContext,
  device: string,
  values: ReadonlyMap<string, string>,
): Generator<Wait, void, Wake> {
  const gateway = values.get('gateway');
  // `2>&1 1>/dev/null`: the complaint about a route that is not there goes to standard output.
  if (gateway !== undefined)
    yield* runIp(context, ['route', 'del', 'default', 'via', gateway, 'dev', device], { errorsOut: true });
  if (values.has('address')) yield* runIp(context, ['addr', 'del', addressText(values), 'dev', device]);
  else yield* runIp(context, ['addr', 'flush', 'dev', device]);
}

/** What the options say, with what follows from them: netmask and broadcast of `address A/P`. */
function valuesOf(stanza: InterfaceStanza): Map<string, string> {
  const values = new Map(stanza.options);
  const cidr = parseCidr(values.get('address') ?? '');
  if (cidr === undefined) return values;
  const slash = (values.get('address') ?? '').includes('/');
  const given = values.get('netmask');
  const quad = given === undefined ? undefined : parseIPv4(given);
  const mask = slash
    ? maskOf(cidr.prefix)
    : (quad ?? (given !== undefined && /^\d+$/.test(given) ? maskOf(Number(given)) : undefined));
  values.set('address', formatIPv4(cidr.address));
  if (mask === undefined) return values;
  if (!values.has('broadcast') && mask !== 0xffffffff)
    values.set('broadcast', formatIPv4((cidr.address | ~mask) >>> 0));
  values.delete('netmask');
  values.set('netmask', formatIPv4(mask));
  return values;
}

function* runIp(
  context: ProgramContext,
  words: readonly string[],
  options: { errorsOut?: boolean } = {},
): Generator<Wait, boolean, Wake> {
  const fds = new Map(context.fds);
  if (options.errorsOut === true) {
    fds.set(2, context.stdout);
    fds.set(1, context.host.streams.null());
  }
  return yield* finish(context, context.spawn({ argv: ['ip', ...words], path: '/sbin/ip', fds }), 'ip');
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
  for (const script of stanza.scripts.filter((candidate) => candidate.phase === phase)) {
    const child = context.spawn({ argv: ['/bin/sh', '-c', script.command], path: '/bin/sh', env });
    if (!(yield* finish(context, child, 'sh'))) return false;
  }
  const directory = `/etc/network/if-${phase}.d`;
  const names = context.fs.readdir(directory, context.who);
  if (names instanceof FileError) return true;
  for (const file of names.filter((candidate) => /^[a-zA-Z0-9_-]+$/.test(candidate)).sort()) {
    const path = `${directory}/${file}`;
    if (context.fs.access(path, 1, context.who) !== undefined) continue;
    if (!(yield* finish(context, context.spawn({ argv: [path], path, env }), path))) return false;
  }
  return true;
}

// ---------------------------------------------------------------- ifquery
function* query(call: Call, operands: readonly string[]): Generator<Wait, number, Wake> {
  const { context, given, file } = call;
  if (given.has('l')) {
    yield* context.out((file.classes.get('auto') ?? []).map((device) => `${device}\n`).join(''));
    return 0;
  }
  const state = stateOf(context);
  if (given.has('state')) {
    const wanted = [...state].filter(([device]) => operands.length === 0 || operands.includes(device));
    yield* context.out(wanted.map(([device, logical]) => `${device}=${logical}\n`).join(''));
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
