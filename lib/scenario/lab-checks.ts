/** What of a lab would be taken for something else, or left out, without a word. */
import { parseDuration } from '../std/instant';
import { maskOf, parseIPv4 } from '../std/ipv4';
import { systemUser } from '../world/base-system';
import { type Report, suggestion } from './kinds';
import { wrongOwner } from './owners';
import type { Scenario } from './schema';

type Lab = Scenario['lab'];

export function checkLabDetails(
  { lab }: Pick<Scenario, 'lab'>,
  files: Readonly<Record<string, string>>,
  report: Report,
): void {
  checkUsers(lab, report);
  for (const [name, host] of Object.entries(lab.hosts)) {
    checkGateway(name, host, report);
    for (const [path, file] of Object.entries(host.files)) {
      const here = ['lab', 'hosts', name, 'files', path];
      checkFile(file, lab, (key, message) => report([...here, ...key], message));
      if (files[`hosts/${name}${path}`] !== undefined)
        report(here, `stands in hosts/${name}${path} too; only one of the two can be there`);
    }
  }
  checkTraffic(lab, files, report);
}

function checkUsers({ users }: Lab, report: Report): void {
  const taken = new Map<number, string>();
  for (const [name, { uid }] of Object.entries(users)) {
    if (systemUser(name) !== undefined)
      report(['lab', 'users', name], `every host has a user "${name}" of its own`);
    const other = taken.get(uid);
    if (other !== undefined) report(['lab', 'users', name], `uid ${uid} belongs to ${other} already`);
    taken.set(uid, name);
  }
}

type LabFile = Lab['hosts'][string]['files'][string];
function checkFile(file: LabFile, lab: Lab, report: (key: string[], message: string) => void): void {
  if (file.text === undefined && file.link === undefined) report([], 'give `text`, or `link: PATH`');
  if (file.text !== undefined && file.link !== undefined) report(['link'], 'a link has no text');
  for (const key of ['mode', 'owner', 'group'] as const)
    if (file.link !== undefined && file[key] !== undefined) report([key], `a link has no ${key} of its own`);
  for (const [key, what] of [
    ['owner', 'user'],
    ['group', 'group'],
  ] as const) {
    const wrong = file[key] === undefined ? undefined : wrongOwner(file[key], lab, what);
    if (wrong !== undefined) report([key], wrong);
  }
}

/** A gateway that no card can reach would be left out of /etc/network/interfaces. */
function checkGateway(
  name: string,
  { gateway, interfaces }: Pick<Lab['hosts'][string], 'gateway' | 'interfaces'>,
  report: Report,
): void {
  if (gateway === undefined) return;
  const isNear = Object.values(interfaces).some(({ address }) => {
    const [ip = '', length = '32'] = address.split('/');
    return (((parseIPv4(ip) ?? 0) ^ (parseIPv4(gateway) ?? 0)) & maskOf(Number(length))) >>> 0 === 0;
  });
  if (!isNear) report(['lab', 'hosts', name, 'gateway'], `${gateway} is in no subnet of ${name}`);
}

function checkTraffic(lab: Lab, files: Readonly<Record<string, string>>, report: Report): void {
  // A name may also come from a name server, or from a hosts file of its own.
  const isFree =
    Object.values(lab.hosts).some(({ packages }) => packages.includes('dnsmasq')) ||
    Object.keys(files).some((path) => /^hosts\/[^/]+\/etc\/hosts$/.test(path));
  const names = [...Object.keys(lab.names), ...Object.keys(lab.hosts)];
  for (const [name, { url, shape = [], 'shape-every': every }] of Object.entries(lab.traffic)) {
    const path = ['lab', 'traffic', name];
    const host = /^https?:\/\/([^/:]+)/.exec(url)?.[1];
    if (host !== undefined && !isFree && parseIPv4(host) === undefined && !names.includes(host))
      report([...path, 'url'], `nobody in this lab is called "${host}"${suggestion(host, names)}`);
    shape.forEach(({ at }, index) => {
      const before = shape[index - 1];
      if (before !== undefined && micros(at) <= micros(before.at))
        report([...path, 'shape', index, 'at'], `is not after ${before.at}, the point before it`);
    });
    const last = shape.at(-1);
    if (every !== undefined && last !== undefined && micros(last.at) >= micros(every))
      report([...path, 'shape-every'], `begins anew after ${every}, before the point at ${last.at}`);
  }
}

function micros(text: string): number {
  return parseDuration(text) ?? 0;
}
