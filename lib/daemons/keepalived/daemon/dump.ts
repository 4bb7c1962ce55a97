/** SIGUSR1 and SIGUSR2: what keepalived writes of itself (vrrp_data.c, vrrp_print.c). */
import { formatIPv4 } from '../../../std/ipv4';
import { strftime } from '../../../std/civil';
import { type Micros, SECOND } from '../../../std/instant';
import type { InstanceConfiguration } from '../config';
import { sourceOf } from './advertise';
import { globalText, interfacesText, scriptsText, socketsOf, socketsText } from './dump-global';
import { say } from './say';
import type { InstanceState, Vrrp } from './state';

const DATA = '/tmp/keepalived.data';
const STATISTICS = '/tmp/keepalived.stats';

export function writeData(vrrp: Vrrp): void {
  say(vrrp, `Printing VRRP data for process(${vrrp.process.pid}) on signal`);
  const blocks = vrrp.state.configuration.instances.flatMap((instance) => {
    const own = vrrp.state.instances.get(instance.name);
    return own === undefined ? [] : [dataOf(vrrp, instance, own)];
  });
  const { configuration } = vrrp.state;
  const topology = `------< VRRP Topology >------\n${blocks.join('')}`;
  const hostName = vrrp.host.state.hostname;
  write(
    vrrp,
    DATA,
    globalText(configuration, hostName) +
      topology +
      socketsText(vrrp) +
      scriptsText(vrrp) +
      interfacesText(vrrp),
  );
}
export function writeStatistics(vrrp: Vrrp): void {
  say(vrrp, `Printing VRRP stats for process(${vrrp.process.pid}) on signal`);
  write(vrrp, STATISTICS, [...vrrp.state.instances].map(([name, own]) => statisticsOf(name, own)).join(''));
}
function write(vrrp: Vrrp, path: string, text: string): void {
  const refused = vrrp.host.fs.writeFile(path, text, vrrp.process, { mode: 0o600 });
  if (refused !== undefined) say(vrrp, `Can't open ${path} (${refused.errno})`);
}

function seconds(micros: number): string {
  return `${Math.floor(micros / SECOND)}.${String(micros % SECOND).padStart(6, '0')}`;
}
const STATES: Readonly<Record<string, string>> = {
  init: 'INIT',
  backup: 'BACKUP',
  master: 'MASTER',
  fault: 'FAULT',
  stopped: 'STOP',
};

function dataOf(vrrp: Vrrp, instance: InstanceConfiguration, own: InstanceState): string {
  const { context, value } = own.snapshot;
  const list = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`   ${title}:`, ...lines.map((line) => `     ${line}`)];
  const listOf = (title: string, lines: readonly string[]): string[] => list(`${title} `, lines);
  const due = vrrp.kernel.timer(vrrp.owner, `vrrp:${instance.name}`);
  const { garp } = instance;
  const lines = [
    ` VRRP Instance = ${instance.name}`,
    `   VRRP Version = ${instance.version}`,
    `   State = ${STATES[String(value)] ?? ''}`,
    ...(instance.isUnicast ? ['   Flags:', '     Using unicast'] : ['   Flags: none']),
    `   Wantstate = ${context.wanted}`,
    `   Number of config faults = ${instance.faults}`,
    `   Number of interface and track script faults = ${own.isFaulty ? 1 : 0}`,
    `   Number of track scripts init = ${own.waits ? 1 : 0}`,
    `   Last transition = ${wallClock(vrrp, own.since)}`,
    ...(due === undefined ? [] : [`   Read timeout = ${wallClock(vrrp, due)}`]),
    `   Master down timer = ${context.downInterval} usecs`,
    `   Interface = ${instance.interface ?? 'none'}`,
    `   Using src_ip = ${formatIPv4(sourceOf(vrrp, instance))}${instance.source === undefined ? '' : ' (from configuration)'}`,
    ...(instance.isUnicast ? [] : [`   Multicast address ${formatIPv4(instance.multicastGroup)}`]),
    `   Gratuitous ARP delay = ${garp.delay / SECOND}`,
    `   Gratuitous ARP repeat = ${garp.repeat}`,
    `   Gratuitous ARP refresh = ${garp.refresh / SECOND}`,
    `   Gratuitous ARP refresh repeat = ${garp.refreshRepeat}`,
    `   Gratuitous ARP lower priority delay = ${garp.lowerPriorityDelay / SECOND}`,
    `   Gratuitous ARP lower priority repeat = ${garp.lowerPriorityRepeat}`,
    `   Down timer adverts = ${instance.downTimerAdverts}`,
    `   Send advert after receive lower priority advert = ${!instance.lowerPriorityNoAdvert}`,
    `   Send advert after receive higher priority advert = ${instance.higherPrioritySendAdvert}`,
    `   Virtual Router ID = ${instance.vrid}`,
    `   Priority = ${instance.priority}`,
    `   Effective priority = ${context.priority}`,
    `   Total priority = ${context.totalPriority}`,
    `   Advert interval = ${instance.interval / (instance.version === 2 ? SECOND : 1000)} ${instance.version === 2 ? 'sec' : 'milli-sec'}`,
    `   Accept = ${instance.accepts ? 'enabled' : 'disabled'}`,
    `   Preempt = ${instance.nopreempt ? 'disabled' : 'enabled'}`,
    ...(instance.preemptDelay > 0 ? [`   Preempt delay = ${seconds(instance.preemptDelay)} secs`] : []),
    '   Promote_secondaries = disabled',
    ...(instance.version === 3 ? [] : authenticationOf(instance)),
    ...list(
      `Virtual IP (${instance.addresses.length})`,
      instance.addresses.map(
        ({ text, prefix, device }) =>
          `${text.split('/')[0]}/${prefix} dev ${device ?? instance.interface ?? ''} scope global${own.installed.length > 0 ? ' set' : ''}`,
      ),
    ),
    ...(instance.isUnicast
      ? [
          `   Unicast TTL = ${instance.ttl}`,
          `   Check unicast src : ${instance.checksUnicastSource ? 'yes' : 'no'}`,
          ...listOf(
            'Unicast Peer',
            instance.peers.map(
              ({ address, lowestTtl, highestTtl }) =>
                `${formatIPv4(address)} min_ttl ${lowestTtl} max_ttl ${highestTtl}`,
            ),
          ),
          '   Unicast checksum compatibility = no',
        ]
      : []),
    `   ${socketsLine(vrrp, instance)}`,
    ...listOf(
      'Tracked scripts',
      instance.scripts.map(({ name, weight }) => `${name} weight ${weight}`),
    ),
    ...listOf(
      'Tracked interfaces',
      instance.interfaces.map(
        ({ name, weight, isIgnored }) => `${name} weight ${isIgnored === true ? 0 : weight}`,
      ),
    ),
    '   Using smtp notification = no',
    '   Notify deleted = Fault',
    ...notificationsOf(instance),
    '   Notify priority changes = false',
  ];
  return `${lines.join('\n')}\n`;
}

function socketsLine(vrrp: Vrrp, { interface: device, isUnicast }: InstanceConfiguration): string {
  const [input, output] = socketsOf(vrrp.state.configuration, device ?? '', isUnicast);
  return `fd_in ${input}, fd_out ${output}`;
}
function notificationsOf({ notify }: InstanceConfiguration): string[] {
  const named = [
    ['Backup state transition script', notify.backup],
    ['Master state transition script', notify.master],
    ['Fault state transition script', notify.fault],
    ['Stop state transition script', notify.stop],
    ['Generic state transition script', notify.any],
    ['Master rx lower priority script', notify.masterHearsLower],
  ] as const;
  return named.flatMap(([title, script]) =>
    script === undefined
      ? []
      : [
          `   ${title} = ${script.args.map((arg) => `'${arg}'`).join(' ')}, uid:gid ${script.uid}:${script.gid}`,
        ],
  );
}

function authenticationOf(instance: InstanceConfiguration): string[] {
  if (instance.authType === 0) return ['   Authentication type = none'];
  const type = instance.authType === 1 ? 'SIMPLE_PASSWORD' : 'IPSEC_AH';
  return [`   Authentication type = ${type}`, `   Password = ${instance.authData}`];
}
function wallClock(vrrp: Vrrp, at: Micros): string {
  const wall = vrrp.host.clock() - vrrp.kernel.now + at;
  return `${seconds(wall)} (${strftime('%a %b %e %H:%M:%S', wall)}.${String(wall % SECOND).padStart(6, '0')} ${strftime('%Y', wall)})`;
}

function statisticsOf(name: string, { statistics }: InstanceState): string {
  return `VRRP Instance: ${name}
  Advertisements:
    Received: ${statistics.received}
    Sent: ${statistics.sent}
  Became master: ${statistics.becameMaster}
  Released master: ${statistics.releasedMaster}
  Packet Errors:
    Length: 0
    TTL: ${statistics.ttlErrors}
    Invalid Type: 0
    Advertisement Interval: ${statistics.intervalErrors}
    Address List: ${statistics.addressListErrors}
  Authentication Errors:
    Invalid Type: 0
    Type Mismatch: ${statistics.authTypeMismatch}
    Failure: ${statistics.authFailure}
  Priority Zero:
    Received: ${statistics.zeroReceived}
    Sent: ${statistics.zeroSent}
`;
}
