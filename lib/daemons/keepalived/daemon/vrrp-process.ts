/** keepalived's VRRP process: how it starts, what it reacts to, how it stops (vrrp_daemon.c). */
import { setStaticRouting } from './routing';
import { formatIPv4 } from '../../../std/ipv4';
import { MILLISECOND, type Micros, SECOND } from '../../../std/instant';
import type { NetlinkEvent, RawPacketEvent } from '../../../world/network.contract';
import type {
  DaemonDefinition,
  ExitStatus,
  ProgramContext,
  ProgramRun,
} from '../../../world/process.contract';
import type { Host } from '../../../world/world.contract';
import type { GroupConfiguration, InstanceConfiguration } from '../config';
import { forgetHidden } from './accept-mode';
import { announce, GARP_DUE, removeLeftovers, setStaticAddresses } from './addresses';
import { heardOf, openSockets, PACKET, receive } from './advertise';
import { chartsOf, rolesOf } from './charts';
import { writeData, writeStatistics } from './dump';
import { newInstance, tell, TIMER, timerDue } from './instances';
import { membersOf } from './groups';
import { log } from './log';
import { notify, notifyGroup } from './notify';
import { readAsVrrp } from './read-configuration';
import { reload } from './reload';
import { say, sayDetail } from './say';
import {
  newScript,
  runScript,
  SCRIPT_DUE,
  SCRIPT_TIMEOUT,
  scriptEnded,
  scriptTimedOut,
  startScripts,
} from './scripts';
import { configurationOf, type RunOptions, type Vrrp, type VrrpState } from './state';
import { faultReasons, lacksAddress, reconsider, standing, totalPriority } from './tracking';
import { heardNetlink, LINK_DUE, linkIs, LOOK, look, NETLINK, readInterfaces, startLooking } from './watch';

export const VRRP_KIND = 'keepalived-vrrp';
/** KEEPALIVED_EXIT_CONFIG in lib/scheduler.h. */
export const EXIT_CONFIG = 2;
/** EINVAL: what systemd hears of a configuration that cannot be used. */
export const CONFIG_PROBLEM = 'ERRNO=22';
const STOPPED = 'keepalived.stopped';
/** From fork to the first state: reading, then netlink and sockets. */
const READING: Micros = 9_500;
const SETTING_UP: Micros = 500;
/** A goodbye is given a second to leave. */
const FAREWELL: Micros = SECOND;

/** The child's main: reads its configuration, then goes on as plain data. */
export function vrrpMain(options: RunOptions): (context: ProgramContext) => ProgramRun {
  return function* (context) {
    const { host, process } = context;
    const line = (text: string): void => log(host, process, options, 'Keepalived_vrrp', text);
    yield* context.sleep(READING);
    if (options.logsDetails) {
      line('Registering Kernel netlink reflector');
      line('Registering Kernel netlink command channel');
    }
    const { lines, files, configuration } = readAsVrrp({ host, process, options, isReload: false });
    for (const text of lines) line(text);
    if (configuration === undefined) {
      line(`Stopped${options.logsDetails ? ' - used 0.000000 user time, 0.000000 system time' : ''}`);
      // Its parent is the one that systemd listens to.
      context.notify(CONFIG_PROBLEM);
      return EXIT_CONFIG;
    }
    if (options.logsDetails) for (const text of addressLines(host)) line(text);
    // systemd is told by the wrong process first, and says so: the parent's word follows.
    context.notify('READY=1');
    yield* context.sleep(
      SETTING_UP + context.kernel.random(`keepalived:${host.name}`).integer(0, MILLISECOND),
    );
    context.fs.writeFile(options.vrrpPidFile, `${context.pid}\n`, context.who);
    const state: VrrpState = {
      options,
      configuration,
      files,
      instances: new Map(),
      groups: new Map(),
      scripts: new Map(),
      processes: new Map(),
      fileValues: new Map(),
      sockets: new Map(),
      interfaces: new Map(),
      started: false,
      stopping: false,
    };
    context.become(VRRP_KIND, state);
    context.world.timer(host, context.pid, 'begin', context.kernel.now, { name: BEGIN, data: undefined });
    return yield* context.serve();
  };
}
const BEGIN = 'keepalived.begin';
export function addressLines(host: Host): string[] {
  return [...host.state.interfaces.values()]
    .filter(({ name }) => name !== 'lo')
    .flatMap(({ name, addresses }) =>
      addresses.map(({ ip }) => `Assigned address ${formatIPv4(ip)} for interface ${name}`),
    );
}

/** All instances take their first state, then scripts run. */
function begin(vrrp: Vrrp): void {
  const { state, kernel } = vrrp;
  const { configuration } = state;
  readInterfaces(vrrp);
  vrrp.world.network.subscribe(vrrp.host, vrrp.process.pid, {
    name: NETLINK,
    pid: vrrp.process.pid,
    data: undefined,
  });
  for (const script of configuration.scripts) state.scripts.set(script.name, newScript(script));
  for (const { name } of configuration.groups) state.groups.set(name, { state: 'INIT' });
  for (const instance of configuration.instances)
    state.instances.set(instance.name, newInstance(vrrp, instance));
  setStaticAddresses(vrrp, configuration.staticAddresses);
  setStaticRouting(vrrp, configuration, undefined);
  startLooking(vrrp);
  openSockets(vrrp);
  for (const instance of configuration.instances) {
    const own = state.instances.get(instance.name);
    if (own === undefined) continue;
    Object.assign(own, standing(vrrp, instance));
    if (own.isFaulty && !own.hasNoSource) sayFaults(vrrp, instance);
  }
  for (const instance of configuration.instances) weighAtStart(vrrp, instance);
  sayDetail(vrrp, 'Registering gratuitous ARP shared channel');
  const notBefore = kernel.now + configuration.global.startupDelay;
  state.started = true;
  for (const group of configuration.groups) startGroup(vrrp, group);
  for (const { name } of configuration.instances) startInstance(vrrp, name, notBefore);
  for (const instance of configuration.instances)
    if (state.instances.get(instance.name)?.hasNoSource === true) bindFailed(vrrp, instance);
  for (const [key, socket] of state.sockets) {
    const [device = '', group = ''] = key.split('/');
    const index = String(vrrp.host.state.interfaces.get(device)?.index ?? 0).padStart(3);
    const cast = group === 'unicast' ? 'unicast' : `multicast, address(${group})`;
    sayDetail(
      vrrp,
      `VRRP sockpool: [ifindex(${index}), family(IPv4), proto(112), fd(${10 + (socket % 2)},${11 + (socket % 2)}) ${cast}]`,
    );
  }
  startScripts(vrrp);
}
/** The socket cannot have its source address: down, and said once more (`open_sockpool_socket`). */
function bindFailed(vrrp: Vrrp, instance: InstanceConfiguration): void {
  const { name, source = 0 } = instance;
  say(vrrp, `bind unicast_src ${formatIPv4(source)} failed 99 - Cannot assign requested address`);
  say(vrrp, `(${name}): entering FAULT state (src address not configured)`);
  say(vrrp, `(${name}) Entering FAULT STATE`);
  notify(vrrp, instance, 'FAULT');
}
function weighAtStart(vrrp: Vrrp, instance: InstanceConfiguration): void {
  const total = totalPriority(vrrp, instance);
  if (vrrp.state.instances.get(instance.name)?.snapshot.context.totalPriority !== total)
    tell(vrrp, instance.name, { type: 'priority', now: vrrp.kernel.now, total });
}
/** A group says where it is before its members do (`vrrp_init_state`), unless one of them still waits for a script. */
function startGroup(vrrp: Vrrp, group: GroupConfiguration): void {
  const own = vrrp.state.groups.get(group.name);
  const members = membersOf(vrrp, group).map(({ state }) => state);
  if (own === undefined || members.some(({ waits }) => waits)) return;
  own.state = members.some(({ isFaulty }) => isFaulty) ? 'FAULT' : 'BACKUP';
  notifyGroup(vrrp, group, own.state);
}
function startInstance(vrrp: Vrrp, name: string, notBefore: Micros): void {
  const instance = configurationOf(vrrp, name);
  const own = vrrp.state.instances.get(name);
  if (instance === undefined || own === undefined) return;
  removeLeftovers(vrrp, instance);
  const { now } = vrrp.kernel;
  const group = vrrp.state.configuration.groups.find(({ members }) => members.includes(name));
  const others = group === undefined ? [] : membersOf(vrrp, group).map(({ state }) => state);
  tell(vrrp, name, {
    type: 'start',
    now,
    ready: !own.isFaulty && !others.some(({ isFaulty }) => isFaulty),
    waits: own.waits || others.some(({ waits }) => waits),
    heldBack: others.some(({ snapshot }) => snapshot.context.wanted !== 'MASTER'),
    notBefore,
  });
}
function sayFaults(vrrp: Vrrp, instance: InstanceConfiguration): void {
  const own = instance.tracksPrimary && instance.interface !== undefined ? [instance.interface] : [];
  const tracked = instance.interfaces.filter(({ weight }) => weight === 0).map(({ name }) => name);
  for (const device of new Set([...own, ...tracked]))
    if (vrrp.state.interfaces.get(device) !== true)
      say(vrrp, `(${instance.name}): entering FAULT state (interface ${device} down)`);
  if (lacksAddress(vrrp, instance))
    say(vrrp, `(${instance.name}) entering FAULT state (no IPv4 address for interface)`);
  for (const reason of faultReasons(vrrp, instance))
    say(vrrp, `(${instance.name})${reason.colon ? ':' : ''} entering FAULT state (${reason.text})`);
  say(vrrp, `(${instance.name}) entering FAULT state`);
}

function received(vrrp: Vrrp, key: string, packet: RawPacketEvent): void {
  const got = receive(vrrp, key, packet);
  if (got === undefined) return;
  const { instance, advertisement, counts } = got;
  if (counts)
    tell(vrrp, instance.name, {
      type: 'advertisement',
      ...heardOf(vrrp, instance, advertisement, packet.src),
    });
  else tell(vrrp, instance.name, { type: 'refused', now: vrrp.kernel.now });
}

/** SIGTERM: goodbye, addresses away, a second's wait. */
function stop(vrrp: Vrrp): void {
  const { state } = vrrp;
  if (state.stopping) return;
  state.stopping = true;
  for (const name of state.instances.keys()) tell(vrrp, name, { type: 'stop', now: vrrp.kernel.now });
  for (const group of state.configuration.groups) notifyGroup(vrrp, group, 'STOP');
  for (const socket of state.sockets.values()) vrrp.world.network.closeRaw(vrrp.host, socket);
  vrrp.setTimer('stopped', vrrp.kernel.now + FAREWELL, STOPPED);
}
function stopped(vrrp: Vrrp): void {
  setStaticAddresses(vrrp, [], vrrp.state.configuration.staticAddresses);
  setStaticRouting(vrrp, undefined, vrrp.state.configuration);
  if (!vrrp.state.options.keepsVips) forgetHidden(vrrp);
  vrrp.host.fs.unlink(vrrp.state.options.vrrpPidFile, { uid: 0, gid: 0, groups: [] });
  say(vrrp, stoppedLine(vrrp));
  vrrp.exit(0);
}
function stoppedLine(vrrp: Vrrp): string {
  const used = ` - used (self/children) ${processorTime(vrrp.process.cpuMicros)}/0.000000 user time, 0.000000/0.000000 system time`;
  return `Stopped${vrrp.state.options.logsDetails ? used : ''}`;
}
function processorTime(micros: Micros): string {
  return `${Math.floor(micros / SECOND)}.${String(micros % SECOND).padStart(6, '0')}`;
}

function childEnded(vrrp: Vrrp, pid: number, status: ExitStatus): void {
  if (scriptEnded(vrrp, pid, status) !== undefined) reconsider(vrrp);
}

function contextOf(host: Host, pid: number): Vrrp | undefined {
  const process = host.process(pid);
  if (process?.daemon?.kind !== VRRP_KIND) return undefined;
  // The kind says whose state it is.
  return host.daemonContext(pid) as Vrrp | undefined;
}

export const vrrpDaemon: DaemonDefinition<VrrpState> = {
  kind: VRRP_KIND,
  register(world) {
    const on = <D, E = undefined>(name: string, run: (vrrp: Vrrp, data: D, event: E) => void): void =>
      world.callback<D, E>(name, ({ host, pid, data }, event) => {
        const vrrp = contextOf(host, pid);
        if (vrrp !== undefined) run(vrrp, data, event);
      });
    registerAll(on);
  },
  onSignal(vrrp, signal) {
    switch (signal) {
      case 'TERM':
      case 'INT':
        stop(vrrp);
        return 'handled';
      case 'HUP':
        if (!vrrp.state.stopping && reload(vrrp) === 'refused') {
          say(vrrp, stoppedLine(vrrp));
          vrrp.exit(EXIT_CONFIG);
        }
        return 'handled';
      case 'USR1':
        writeData(vrrp);
        return 'handled';
      case 'USR2':
        writeStatistics(vrrp);
        return 'handled';
      case 'PIPE':
      case 'CHLD':
        return 'handled';
      default:
        return 'default';
    }
  },
  onChildExit: childEnded,
  charts: chartsOf,
  roles: rolesOf,
  runningFiles: (vrrp) => vrrp.state.files,
};

function registerAll(
  on: <D, E = undefined>(name: string, run: (vrrp: Vrrp, data: D, event: E) => void) => void,
): void {
  on(BEGIN, begin);
  on(STOPPED, stopped);
  on<{ name: string }>(TIMER, (vrrp, { name }) => timerDue(vrrp, name));
  on<{ key: string }, RawPacketEvent>(PACKET, (vrrp, { key }, packet) => received(vrrp, key, packet));
  on<undefined, NetlinkEvent>(NETLINK, (vrrp, _, event) => heardNetlink(vrrp, event));
  on<{ name: string }>(SCRIPT_DUE, (vrrp, { name }) => runScript(vrrp, name));
  on<{ name: string }>(SCRIPT_TIMEOUT, (vrrp, { name }) => scriptTimedOut(vrrp, name));
  on<{ device: string }>(LINK_DUE, (vrrp, { device }) => linkIs(vrrp, device));
  on(LOOK, look);
  on<{ name: string; repeat: number }>(GARP_DUE, (vrrp, { name, repeat }) => {
    const instance = configurationOf(vrrp, name);
    if (instance !== undefined && vrrp.state.instances.get(name)?.snapshot.value === 'master')
      announce(vrrp, instance, repeat);
  });
}
