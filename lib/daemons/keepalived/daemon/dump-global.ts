/** What a data dump says of global_defs (`dump_global_data` in global_data.c), of sockets and of interfaces (vrrp_if.c). */
import { formatIPv4 } from '../../../std/ipv4';
import { SECOND } from '../../../std/instant';
import type { Configuration } from '../config';
import { sourceOf } from './advertise';
import type { Vrrp } from './state';

/** Settings that are not modelled stand there with their defaults. */
export function globalText({ global, instances }: Configuration, hostName: string): string {
  const { garp } = global;
  const user = instances
    .flatMap(({ notify }) => Object.values(notify))
    .find((one) => typeof one === 'object');
  const priorities = ['Checker', 'BFD'].flatMap((name) => [
    `${name} process priority = 0`,
    `${name} don't swap = false`,
    `${name} realtime priority = 0`,
    `${name} realtime limit = 10000`,
  ]);
  const buffers = ['vrrp', 'process', 'lvs'].flatMap((name) =>
    name === 'process'
      ? ['process_monitor_rcv_bufs = 0', 'process_monitor_rcv_bufs_force = 0']
      : ['cmd', 'monitor'].flatMap((use) => [
          `${name}_netlink_${use}_rcv_bufs = 0`,
          `${name}_netlink_${use}_rcv_bufs_force = 0`,
        ]),
  );
  const lines = [
    'Network namespace = (default)',
    'Network namespace ipvs = (main namespace)',
    `Router ID = ${global.routerId ?? hostName}`,
    'Default smtp_alert = unset',
    'Default smtp_alert_vrrp = unset',
    'Default smtp_alert_checker = unset',
    'Checkers log all failures = false',
    'No test config before reload',
    `Dynamic interfaces = ${global.hasDynamicInterfaces}`,
    `Default interface = ${global.defaultInterface ?? 'eth0'}`,
    'Disable local IGMP = no',
    'LVS flush = false',
    'LVS flush on stop = disabled',
    'FIFO write vrrp states on reload = false',
    'VRRP notify priority changes = false',
    `VRRP IPv4 mcast group = ${formatIPv4(global.multicastGroup)}`,
    'VRRP IPv6 mcast group = ff02::12',
    `Gratuitous ARP delay = ${garp.delay / SECOND}`,
    `Gratuitous ARP repeat = ${garp.repeat}`,
    `Gratuitous ARP refresh timer = ${garp.refresh / SECOND}`,
    `Gratuitous ARP refresh repeat = ${garp.refreshRepeat}`,
    `Gratuitous ARP lower priority delay = ${garp.lowerPriorityDelay / SECOND}`,
    `Gratuitous ARP lower priority repeat = ${garp.lowerPriorityRepeat}`,
    `Num adverts before down = ${global.downTimerAdverts}`,
    'Gratuitous ARP for each secondary VMAC = 0s',
    `Send advert after receive lower priority advert = ${!global.lowerPriorityNoAdvert}`,
    `Send advert after receive higher priority advert = ${global.higherPrioritySendAdvert}`,
    `Gratuitous ARP interval = ${(global.garpInterval / SECOND).toFixed(6)}`,
    'Gratuitous NA interval = 0.000000',
    `VRRP default protocol version = ${global.vrrpVersion}`,
    'nftables without counters',
    'libnftnl version 1.2.3',
    `VRRP check unicast_src = ${global.checkUnicastSource}`,
    `VRRP skip check advert addresses = ${global.skipCheckAdvertAddress}`,
    `VRRP strict mode = ${global.strict}`,
    `Max auto priority = ${global.maxAutoPriority}`,
    'Min auto priority delay = 1000000 usecs',
    'VRRP process priority = 0',
    "VRRP don't swap = false",
    'VRRP realtime priority = 0',
    'VRRP realtime limit = 10000',
    ...priorities,
    'SNMP vrrp disabled',
    'SNMP checker disabled',
    'SNMP RFCv2 disabled',
    'SNMP RFCv3 disabled',
    'SNMP traps disabled',
    'SNMP socket = default (unix:/var/agentx/master)',
    'DBus disabled',
    'DBus service name = ',
    `Script security ${global.scriptSecurity ? 'enabled' : 'disabled'}`,
    `Default script uid:gid ${user?.uid ?? 0}:${user?.gid ?? 0}`,
    ...buffers,
    'rs_init_notifies = 0',
    'no_checker_emails = 0',
    'rx_bufs_multiples = 3',
    'umask = 0177',
  ];
  return `------< Global definitions >------\n${lines.map((line) => ` ${line}\n`).join('')}`;
}

const FIRST_SOCKET = 13;
/** Instances of one interface share their sockets; descriptors come in pairs. */
function pools({ instances }: Configuration): { interface: string; isUnicast: boolean; members: string[] }[] {
  const found: { interface: string; isUnicast: boolean; members: string[] }[] = [];
  for (const instance of instances) {
    const { isUnicast } = instance;
    const device = instance.interface ?? '';
    const known = found.find((pool) => pool.interface === device && pool.isUnicast === isUnicast);
    const member = `${instance.name} vrid ${instance.vrid}`;
    if (known === undefined) found.push({ interface: device, isUnicast, members: [member] });
    else known.members.push(member);
  }
  return found;
}
/** `fd_in 13, fd_out 14` of an instance. */
export function socketsOf(
  configuration: Configuration,
  device: string,
  isUnicast: boolean,
): [number, number] {
  const index = pools(configuration).findIndex(
    (pool) => pool.interface === device && pool.isUnicast === isUnicast,
  );
  const first = FIRST_SOCKET + 2 * Math.max(0, index);
  return [first, first + 1];
}
export function socketsText(vrrp: Vrrp): string {
  const { configuration } = vrrp.state;
  const blocks = pools(configuration).map((pool) => {
    const [input, output] = socketsOf(configuration, pool.interface, pool.isUnicast);
    const instance = configuration.instances.find(
      (one) => one.interface === pool.interface && one.isUnicast === pool.isUnicast,
    );
    return [
      ` fd_in ${input} fd_out = ${output}`,
      `   Interface = ${pool.interface}`,
      '   Family = IPv4',
      '   Protocol = VRRP',
      `   Type = ${pool.isUnicast ? 'Unicast' : 'Multicast'}`,
      ...(pool.isUnicast && instance !== undefined
        ? [`   Address = ${formatIPv4(sourceOf(vrrp, instance))}`]
        : []),
      '   Rx buf size = 0',
      '   VRRP instances',
      ...pool.members.map((member) => `     ${member}`),
    ];
  });
  return `------< VRRP Sockpool >------\n${blocks
    .flat()
    .map((line) => `${line}\n`)
    .join('')}`;
}

export function scriptsText(vrrp: Vrrp): string {
  const { configuration, scripts } = vrrp.state;
  if (configuration.scripts.length === 0) return '';
  const blocks = configuration.scripts.map((script) => {
    const { name, command, interval, timeout, rise, fall, startsFailed } = script;
    const own = scripts.get(name);
    const trackers = configuration.instances.flatMap((instance) =>
      instance.scripts
        .filter((tracked) => tracked.name === name)
        .map(({ weight }) => `     ${instance.name}, weight ${weight}`),
    );
    return [
      ` VRRP Script = ${name}`,
      `   Command = ${command.args.map((arg) => `'${arg}'`).join(' ')}`,
      `   Interval = ${interval / SECOND} sec`,
      `   Timeout = ${timeout / SECOND} sec`,
      `   Weight = ${script.weight}${script.isReversed ? ' reverse' : ''}`,
      `   Rise = ${rise}`,
      `   Fall = ${fall}`,
      `   Result = ${own?.result ?? 0}`,
      '   Insecure = no',
      `   Init state = ${startsFailed ? 'failed' : 'unknown'}`,
      `   Status = ${own === undefined || own.isNew ? 'INIT' : own.result >= rise ? 'GOOD' : 'BAD'}`,
      `   Script uid:gid = ${command.uid}:${command.gid}`,
      '   VRRP instances :',
      '   Tracking instances :',
      ...trackers,
      `   State = ${own?.run ?? 'idle'}`,
    ];
  });
  return `------< VRRP Scripts >------\n${blocks
    .flat()
    .map((line) => `${line}\n`)
    .join('')}`;
}

export function interfacesText(vrrp: Vrrp): string {
  const blocks = [...vrrp.host.state.interfaces.values()].map((device) => {
    const isLoopback = device.name === 'lo';
    const first = device.addresses.find(({ secondary }) => secondary !== true);
    const trackers = vrrp.state.configuration.instances.filter(
      (instance) => instance.interface === device.name,
    );
    const state = [
      ...(device.up ? ['UP'] : []),
      ...(device.up && (isLoopback || device.carrier) ? ['RUNNING'] : []),
      ...(isLoopback ? ['no broadcast', 'loopback', 'no multicast'] : []),
    ];
    return [
      ` Name = ${device.name}`,
      `   index = ${device.index}`,
      `   IPv4 address = ${first === undefined ? '(none)' : formatIPv4(first.ip)}`,
      '   IPv6 address = (none)',
      ...(isLoopback ? [] : [`   MAC = ${device.mac}`, '   MAC broadcast = ff:ff:ff:ff:ff:ff']),
      `   State = ${state.join(', ')}`,
      `   Seen up = ${device.up ? 1 : 0}`,
      '   Delayed state change running = false',
      '   Up debounce timer = 0us',
      '   Down debounce timer = 0us',
      `   MTU = ${device.mtu}`,
      `   HW Type = ${isLoopback ? 'LOOPBACK' : 'ETHERNET'}`,
      '   NIC netlink status update',
      '   Reset ARP config counter 0',
      '   Original arp_ignore 0',
      '   Original arp_filter 0',
      '   Original promote_secondaries 0',
      '   Reset promote_secondaries counter 0',
      ...(trackers.length === 0
        ? []
        : ['   Tracking VRRP instances :', ...trackers.map(({ name }) => `     ${name}, weight 0`)]),
    ];
  });
  return `------< Interfaces >------\n${blocks
    .flat()
    .map((line) => `${line}\n`)
    .join('')}`;
}
