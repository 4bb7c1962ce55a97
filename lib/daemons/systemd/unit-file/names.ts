/** Unit names: types, templates, instances, escaping, specifiers. Source: systemd.unit(5). */
import { bytesFromText, textFromBytes } from '../../../std/bytes';
import { fnmatch, isPattern } from '../../../std/fnmatch';
import type { Host } from '../../../world/world.contract';

export const UNIT_TYPES = [
  'service',
  'socket',
  'target',
  'device',
  'mount',
  'automount',
  'swap',
  'timer',
  'path',
  'slice',
  'scope',
] as const;
export type UnitType = (typeof UNIT_TYPES)[number];

export function typeOf(name: string): UnitType | undefined {
  const suffix = name.slice(name.lastIndexOf('.') + 1);
  return UNIT_TYPES.find((type) => type === suffix);
}
export function isUnitName(name: string): boolean {
  return (
    /^[A-Za-z0-9:_.\\@-]+$/.test(name) &&
    typeOf(name) !== undefined &&
    name.lastIndexOf('.') > 0 &&
    name.length < 256
  );
}
/** What systemctl makes of what the user typed: `haproxy` is `haproxy.service`, a path is a mount. */
export function mangle(text: string, suffix = '.service'): string {
  if (isUnitName(text) || isPattern(text))
    return isPattern(text) && typeOf(text) === undefined ? text + suffix : text;
  if (text.startsWith('/dev/')) return `${escapePath(text)}.device`;
  if (text.startsWith('/')) return `${escapePath(text)}.mount`;
  const escaped = text.replace(/[^A-Za-z0-9:_.\\@-]/g, (c) =>
    c === '/' ? '-' : `\\x${c.charCodeAt(0).toString(16)}`,
  );
  return typeOf(escaped) === undefined || escaped.lastIndexOf('.') <= 0 ? escaped + suffix : escaped;
}
/** As systemd matches the names of units: a backslash is a character like others (FNM_NOESCAPE). */
export function globMatches(pattern: string, text: string): boolean {
  return fnmatch(pattern, { escapes: false })(text);
}
export function escapePath(path: string): string {
  const trimmed = path.replace(/^\/+|\/+$/g, '').replace(/\/+/g, '/');
  return trimmed === '' ? '-' : escapeName(trimmed);
}
/** Bytes that may not stand in a unit's name are written as `\xNN`, `/` as `-`. */
export function escapeName(text: string): string {
  const escaped = text
    .replace(/[^A-Za-z0-9:_./]+/g, (run) =>
      [...bytesFromText(run)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
    )
    .replace(/\//g, '-');
  return escaped.startsWith('.') ? `\\x2e${escaped.slice(1)}` : escaped;
}
export function unescapeName(text: string): string {
  return text
    .replace(/-/g, '/')
    .replace(/(?:\\x[0-9a-f]{2})+/g, (run) =>
      textFromBytes(Uint8Array.from(run.slice(2).split('\\x'), (hex) => Number.parseInt(hex, 16))),
    );
}

/** `a@b.service` → template `a@.service`, instance `b`. */
export function templateOf(name: string): { template: string; instance: string; prefix: string } | undefined {
  const at = name.indexOf('@');
  const dot = name.lastIndexOf('.');
  if (at === -1 || dot <= at) return undefined;
  return {
    template: `${name.slice(0, at + 1)}${name.slice(dot)}`,
    instance: name.slice(at + 1, dot),
    prefix: name.slice(0, at),
  };
}
export function isTemplate(name: string): boolean {
  return templateOf(name)?.instance === '';
}
export function withInstance(template: string, instance: string): string {
  return template.replace('@.', `@${instance}.`);
}
/** The slice that a unit's control group lies in. */
export function sliceOf(name: string): string {
  if (name === 'init.scope') return '';
  const template = templateOf(name);
  if (template === undefined) return '/system.slice';
  return `/system.slice/system-${template.prefix.replace(/-/g, '\\x2d')}.slice`;
}

/** Specifiers that one machine reads otherwise than another. */
const OF_MACHINE: Readonly<Record<string, (host: Host) => string>> = {
  H: (host) => host.state.hostname,
  l: (host) => host.state.hostname.split('.')[0] ?? '',
  q: (host) => host.state.hostname,
  v: (host) => host.sysctl('kernel.osrelease') ?? '',
  b: (host) => host.state.bootId,
  m: (host) => {
    const machine = host.fs.readFile('/etc/machine-id', { uid: 0, gid: 0, groups: [] });
    return typeof machine === 'string' ? machine.trim() : '';
  },
};
const MACHINE_SPECIFIER = new RegExp(`%[${Object.keys(OF_MACHINE).join('')}]`);
/** Whether a text says something else on another machine. */
export function tellsMachine(text: string): boolean {
  return MACHINE_SPECIFIER.test(text);
}

/** Whether `%` stands before a letter that means nothing; at the very end it is a percent sign. */
export function hasUnknownSpecifier(text: string): boolean {
  for (const [, letter = ''] of text.matchAll(/%(.)/gs))
    if (!'aAbBCdEfgGhHiIjJlLmMnNopPqsStTuUvVwWyY%'.includes(letter)) return true;
  return false;
}

/** Source: systemd.unit(5) "SPECIFIERS". */
export function expandSpecifiers(text: string, name: string, host: Host): string {
  if (!text.includes('%')) return text;
  const parts = templateOf(name);
  const stem = name.slice(0, name.lastIndexOf('.'));
  const instance = parts?.instance ?? '';
  const prefix = parts?.prefix ?? stem;
  const values: Readonly<Record<string, string>> = {
    n: name,
    N: stem,
    p: prefix,
    P: unescapeName(prefix),
    i: instance,
    I: unescapeName(instance),
    j: prefix.slice(prefix.lastIndexOf('-') + 1),
    J: unescapeName(prefix.slice(prefix.lastIndexOf('-') + 1)),
    f: `/${unescapeName(instance === '' ? prefix : instance)}`,
    t: '/run',
    S: '/var/lib',
    C: '/var/cache',
    L: '/var/log',
    E: '/etc',
    T: '/tmp',
    V: '/var/tmp',
    u: 'root',
    U: '0',
    g: 'root',
    G: '0',
    h: '/root',
    s: '/bin/bash',
    o: 'debian',
    w: '12',
    a: 'x86-64',
    '%': '%',
  };
  return text.replace(
    /%(.)/gs,
    (whole, letter: string) => values[letter] ?? OF_MACHINE[letter]?.(host) ?? whole,
  );
}
