/** Output formats of journalctl. Source: journalctl(1) "-o". */
import { strftime } from '../../../std/civil';
import type { Host, LoggedEntry } from '../../../world/world.contract';
import { machineId } from '../boot';
import { fieldsOf, priorityOf, unitOf } from './match';

export const OUTPUTS = [
  'short',
  'short-full',
  'short-iso',
  'short-iso-precise',
  'short-precise',
  'short-monotonic',
  'short-delta',
  'short-unix',
  'verbose',
  'json',
  'json-pretty',
  'json-sse',
  'json-seq',
  'cat',
  'with-unit',
  'export',
];
export interface FormatOptions {
  output: string;
  host: Host;
  previous: LoggedEntry | undefined;
  color: boolean;
  utc: boolean;
  noHostname: boolean;
  /** The fields that are shown, where not all are. */
  fields?: readonly string[];
}
export function formatEntry(entry: LoggedEntry, options: FormatOptions): string {
  switch (options.output) {
    case 'cat':
      return `${entry.text}\n`;
    case 'json':
      return `${json(entry, options)}\n`;
    case 'json-sse':
      return `data: ${json(entry, options)}\n\n`;
    case 'json-seq':
      return `\u001e${json(entry, options)}\n`;
    case 'json-pretty':
      return `${JSON.stringify(Object.fromEntries(jsonFields(entry, options)), null, '\t').replace(/": /g, '" : ')}\n`;
    case 'export':
      return `${jsonFields(entry, options)
        .map(([name, value]) => `${name}=${value}`)
        .join('\n')}\n\n`;
    case 'verbose': {
      const cursor = cursorOf(entry);
      const lines = shownFields(entry, options)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => `    ${name}=${value}`);
      return `${strftime('%a %Y-%m-%d %H:%M:%S', entry.at)}.${micros(entry.at)} UTC [${cursor}]\n${lines.join('\n')}\n`;
    }
    default:
      return shortLine(entry, options);
  }
}
function micros(at: number): string {
  return String(Math.floor(at) % 1_000_000).padStart(6, '0');
}
/** `s=…;i=…;b=…`: where an entry stands; its number is what is looked for. */
export function isCursor(text: string): boolean {
  return /^([sibmtx]=[0-9a-f]+)(;[sibmtx]=[0-9a-f]+)*$/.test(text) && /(^|;)i=/.test(text);
}
export function numberOfCursor(text: string): number {
  return Number.parseInt(/(?:^|;)i=([0-9a-f]+)/.exec(text)?.[1] ?? '0', 16);
}
export function cursorOf(entry: LoggedEntry): string {
  return `s=${entry.boot};i=${entry.seq.toString(16)};b=${entry.boot};m=${entry.seq.toString(16)};t=${Math.floor(entry.at).toString(16)};x=${entry.seq.toString(16)}`;
}
function shownFields(entry: LoggedEntry, { host, fields }: FormatOptions): [string, string][] {
  const unit = unitOf(entry);
  const all: [string, string][] = [
    ...fieldsOf(entry, host),
    ['_MACHINE_ID', machineId(host)],
    ['_RUNTIME_SCOPE', 'system'],
    ...(unit === undefined ? [] : [['_SYSTEMD_CGROUP', `/system.slice/${unit}`] as [string, string]]),
  ];
  return fields === undefined ? all : all.filter(([name]) => fields.includes(name));
}
function json(entry: LoggedEntry, options: FormatOptions): string {
  return JSON.stringify(Object.fromEntries(jsonFields(entry, options)));
}
function jsonFields(entry: LoggedEntry, options: FormatOptions): [string, string][] {
  return [
    ['__CURSOR', cursorOf(entry)],
    ['__REALTIME_TIMESTAMP', String(Math.floor(entry.at))],
    [
      '__MONOTONIC_TIMESTAMP',
      String(
        Math.max(0, Math.floor(entry.at - (options.host.world.state.epoch + options.host.state.bootedAt))),
      ),
    ],
    ...shownFields(entry, options),
  ];
}
function stamp(entry: LoggedEntry, { output, host, previous }: FormatOptions): string {
  const { at } = entry;
  switch (output) {
    case 'short-iso':
      return strftime('%Y-%m-%dT%H:%M:%S+0000', at);
    case 'short-iso-precise':
      return `${strftime('%Y-%m-%dT%H:%M:%S', at)}.${micros(at)}+0000`;
    case 'short-precise':
      return `${strftime('%b %d %H:%M:%S', at)}.${micros(at)}`;
    case 'short-full':
    case 'with-unit':
      return strftime('%a %Y-%m-%d %H:%M:%S UTC', at);
    case 'short-unix':
      return `${Math.floor(at / 1_000_000)}.${micros(at)}`;
    case 'short-delta':
    case 'short-monotonic': {
      const since = Math.max(0, at - (host.world.state.epoch + host.state.bootedAt));
      const passed = (span: number): string =>
        `${String(Math.floor(span / 1_000_000)).padStart(5)}.${micros(span)}`;
      if (output === 'short-monotonic') return `[${passed(since)}]`;
      const delta = previous === undefined ? ' '.repeat(16) : ` <${passed(Math.max(0, at - previous.at))} >`;
      return `[${passed(since)}${delta}]`;
    }
    default:
      return strftime('%b %d %H:%M:%S', at);
  }
}
function shortLine(entry: LoggedEntry, options: FormatOptions): string {
  const hostname = options.noHostname ? '' : ` ${options.host.state.hostname}`;
  const tag = options.output === 'with-unit' ? (unitOf(entry) ?? entry.tag) : entry.tag;
  const who = `${tag}${entry.pid === undefined || entry.transport === 'kernel' ? '' : `[${entry.pid}]`}: `;
  const head = `${stamp(entry, options)}${hostname} ${who}`;
  const lines = entry.text.split('\n');
  const body = lines.map((line) => paintLine(line, entry, options.color));
  return `${head}${body.join(`\n${' '.repeat(head.length)}`)}\n`;
}
/** Errors red, warnings yellow, notices bold, debugging grey, on a terminal. */
function paintLine(text: string, entry: LoggedEntry, color: boolean): string {
  if (!color) return text;
  const priority = priorityOf(entry);
  const code =
    priority <= 3
      ? '0;1;31'
      : priority === 4
        ? '0;1;38;5;185'
        : priority === 5
          ? '0;1;39'
          : priority === 7
            ? '0;38;5;245'
            : undefined;
  return code === undefined ? text : `\u001b[${code}m${text}\u001b[0m`;
}
