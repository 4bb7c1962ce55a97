/** SIGUSR1 and SIGUSR2: what keepalived writes of itself (vrrp_data.c, vrrp_print.c). */
import { formatIPv4 } from '../../../std/ipv4';
import { SECOND } from '../../../std/instant';
import type { InstanceConfiguration } from '../config';
import { sourceOf } from './advertise';
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
  write(vrrp, DATA, `------< VRRP Topology >------\n${blocks.join('')}`);
}
export function writeStatistics(vrrp: Vrrp): void {
  say(vrrp, `Printing VRRP stats for process(${vrrp.process.pid}) on signal`);
  write(vrrp, STATISTICS, [...vrrp.state.instances].map(([name, own]) => statisticsOf(name, own)).join(''));
}
function write(vrrp: Vrrp, path: string, text: string): void {
  const refused = vrrp.host.fs.writeFile(path, text, vrrp.process, { mode: 0o644 });
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
    lines.length === 0 ? [] : [`   ${title} :`, ...lines.map((line) => `     ${line}`)];
  const lines = [
    ` VRRP Instance = ${instance.name}`,
    `   VRRP Version = ${instance.version}`,
    `   State = ${STATES[String(value)] ?? ''}`,
    `   Wantstate = ${context.wanted}`,
    `   Number of config faults = ${instance.faults}`,
    `   Interface = ${instance.interface ?? 'none'}`,
    `   Using src_ip = ${formatIPv4(sourceOf(vrrp, instance))}`,
    `   Virtual Router ID = ${instance.vrid}`,
    `   Priority = ${instance.priority}`,
    `   Effective priority = ${context.priority}`,
    `   Total priority = ${context.totalPriority}`,
    `   Advert interval = ${instance.interval / (instance.version === 2 ? SECOND : 1000)} ${instance.version === 2 ? 'sec' : 'milli-sec'}`,
    `   Preempt = ${instance.nopreempt ? 'disabled' : 'enabled'}`,
    ...(instance.preemptDelay > 0 ? [`   Preempt delay = ${seconds(instance.preemptDelay)} secs`] : []),
    `   Accept = ${instance.accepts ? 'enabled' : 'disabled'}`,
    ...(instance.authType === 1
      ? ['   Authentication type = SIMPLE_PASSWORD', `   Password = ${instance.authData}`]
      : []),
    ...list(
      'Tracked scripts',
      instance.scripts.map(({ name, weight }) => `${name} weight ${weight}`),
    ),
    ...list(
      'Tracked interfaces',
      instance.interfaces.map(({ name, weight }) => `${name} weight ${weight}`),
    ),
    ...list(
      `Virtual IP (${instance.addresses.length})`,
      instance.addresses.map(
        ({ text, prefix, device }) =>
          `${text.split('/')[0]}/${prefix} dev ${device ?? instance.interface ?? ''} scope global${own.installed.length > 0 ? ' set' : ''}`,
      ),
    ),
    ...(instance.isUnicast
      ? list(
          'Unicast Peer',
          instance.peers.map(({ address }) => formatIPv4(address)),
        )
      : []),
  ];
  return `${lines.join('\n')}\n`;
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
