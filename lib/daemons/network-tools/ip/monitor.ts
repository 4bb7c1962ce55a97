/** `ip monitor`: what netlink tells, as it happens. ip-monitor(8), recorded in truth/host/b14. */
import { formatIPv4 } from '../../../std/ipv4';
import type { NetlinkEvent } from '../../../world/network.contract';
import type { Wait, Wake } from '../../../world/process.contract';
import { Mailbox } from '../../mailbox';
import { hardwareLine, headLine } from './links';
import { IpFailure } from './failure';
import { isShortFor, type IpRequest } from './request';

const OBJECTS = [
  'all',
  'link',
  'address',
  'route',
  'mroute',
  'maddress',
  'prefix',
  'neigh',
  'netconf',
  'rule',
  'nsid',
  'nexthop',
  'stats',
  'label',
  'dev',
];

export function* runMonitor(request: IpRequest): Generator<Wait, number, Wake> {
  const { context, network, host, words } = request;
  const object = words.next() ?? 'all';
  if (!OBJECTS.some((name) => isShortFor(object, name)))
    throw new IpFailure(`Argument "${object}" is unknown, try "ip monitor help".\n`, 255);
  const box = new Mailbox(context);
  network.subscribe(host, context.pid, box.on('netlink'));
  for (;;) {
    const received = yield* box.next();
    if (received.kind === 'item') yield* context.out(textOf(request, received.event as NetlinkEvent));
  }
}

function textOf(request: IpRequest, event: NetlinkEvent): string {
  if (event.type === 'route') return '';
  const device = request.device(event.device);
  if (device === undefined) return '';
  if (event.type === 'link')
    return `${headLine(device, { mode: false }).replace(/ qlen \d+$/, '')} \n${hardwareLine(device)}\n`;
  const address = device.addresses.find(
    (candidate) => candidate.ip === event.ip && candidate.prefix === event.prefix,
  );
  const secondary = address?.secondary === true ? ' secondary' : '';
  const line = `${device.index}: ${device.name}    inet ${formatIPv4(event.ip)}/${event.prefix} scope ${address?.scope ?? 'global'}${secondary} ${address?.label ?? device.name}\n       valid_lft forever preferred_lft forever\n`;
  const source = device.addresses[0]?.ip ?? event.ip;
  const local = `local ${formatIPv4(event.ip)} dev ${device.name} table local proto kernel scope host src ${formatIPv4(source)} \n`;
  return event.added ? line + local : `Deleted ${line}Deleted ${local}`;
}
