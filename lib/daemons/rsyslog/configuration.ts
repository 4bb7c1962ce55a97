/**
 * rsyslog.conf: selectors with their files, property filters, `stop`, includes. Source: rsyslog.conf(5) of 8.2302.0.
 * Not modelled: RainerScript beyond `module(…)`, templates, queues, remote destinations; each is named when it is met.
 */
import { SYSLOG_PRIORITIES } from '../../protocols/syslog';
import { FileError } from '../../world/files.contract';
import type { Host } from '../../world/world.contract';
import { glob } from '../../world/glob';

export interface Message {
  facility: string;
  priority: string;
  programname: string;
  text: string;
  hostname: string;
}
export type Action = { kind: 'file'; path: string; number: number } | { kind: 'stop' } | { kind: 'nothing' };
export interface Rule {
  filter: Filter;
  actions: Action[];
}
type Filter =
  | { kind: 'selector'; masks: Record<string, number> }
  | { kind: 'property'; property: string; operation: string; negated: boolean; value: string };
export interface Configuration {
  rules: Rule[];
  /** Extra sockets, e.g. in haproxy's chroot. */
  sockets: string[];
  fileMode: number;
  fileGroup: number;
  /** `2026-11-23T05:31:23.225648+00:00`, or the old form without a year. */
  isOldFormat: boolean;
  kernelLog: boolean;
  /** What it complains about, in its words. */
  complaints: string[];
}

export const VERSION = '8.2302.0';
export const PRIORITIES: readonly string[] = SYSLOG_PRIORITIES;
const PRIORITY_ALIASES: Readonly<Record<string, string>> = { panic: 'emerg', error: 'err', warn: 'warning' };
const FACILITIES = [
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp'],
  ...['local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
];
const ROOT = { uid: 0, gid: 0, groups: [] as number[] };
const QUIETLY = new Set([
  ...['umask', 'workdirectory', 'fileowner', 'dircreatemode', 'diregroup', 'dirowner', 'dirgroup'],
  ...['modload', 'repeatedmsgreduction', 'privdroptouser', 'privdroptogroup', 'maxmessagesize'],
  ...['systemlogratelimitinterval', 'systemlogratelimitburst', 'imjournalratelimitinterval'],
]);

export function readConfiguration(host: Host, path = '/etc/rsyslog.conf'): Configuration | FileError {
  const text = host.fs.readFile(path, ROOT);
  if (text instanceof FileError) return text;
  const configuration: Configuration = {
    rules: [],
    sockets: [],
    fileMode: 0o644,
    fileGroup: 0,
    isOldFormat: false,
    kernelLog: false,
    complaints: [],
  };
  new Reader(host, configuration).read(path, text);
  return configuration;
}

class Reader {
  #actions = 0;
  constructor(
    private readonly host: Host,
    private readonly to: Configuration,
  ) {}

  read(path: string, text: string): void {
    const lines = text.split('\n');
    for (let i = 0; i < lines.length; i++) {
      const line = (lines[i] ?? '').replace(/^\s*#.*$/, '').trim();
      if (line === '') continue;
      let whole = line;
      // A block or an object goes on until it is closed.
      while (!isClosed(whole) && i + 1 < lines.length) {
        i += 1;
        whole += `\n${(lines[i] ?? '').replace(/(^|\s)#.*$/, '').trim()}`;
      }
      this.#statement(whole, { path, line: i + 1 });
    }
  }
  #statement(text: string, at: { path: string; line: number }): void {
    if (text.startsWith('$')) this.#directive(text, at);
    else if (
      /^(module|global|input|template|main_queue|timezone|parser|lookup_table|ruleset|include|action)\s*\(/.test(
        text,
      )
    )
      this.#object(text);
    else if (text.startsWith(':')) this.#property(text, at);
    else if (/^&\s*/.test(text)) {
      const last = this.to.rules[this.to.rules.length - 1];
      if (last !== undefined) this.#addActions(last, text.replace(/^&\s*/, ''));
    } else if (/^(stop|~)$/.test(text))
      this.to.rules.push({ filter: { kind: 'selector', masks: everything() }, actions: [{ kind: 'stop' }] });
    else if (/^(if|set|unset|call|foreach|reset)\b/.test(text))
      this.to.complaints.push(`not modelled: ${text.split('\n')[0] ?? ''}`);
    else this.#selector(text, at);
  }
  #directive(text: string, at: { path: string; line: number }): void {
    const [name = '', ...rest] = text.slice(1).split(/\s+/);
    const value = rest.join(' ');
    switch (name.toLowerCase()) {
      case 'includeconfig':
        this.#include(value);
        return;
      case 'addunixlistensocket':
        this.to.sockets.push(value);
        return;
      case 'filecreatemode':
        this.to.fileMode = Number.parseInt(value, 8) || 0o644;
        return;
      case 'filegroup':
        this.to.fileGroup = this.host.group(value)?.gid ?? 0;
        return;
      case 'actionfiledefaulttemplate':
        this.to.isOldFormat = value === 'RSYSLOG_TraditionalFileFormat';
        return;
      default:
        if (!QUIETLY.has(name.toLowerCase()))
          this.to.complaints.push(
            `invalid or yet-unknown config file command '${name}' - have you forgotten to load a module? [v${VERSION} try https://www.rsyslog.com/e/3003 ]`,
            `error during parsing file ${at.path}, on or before line ${at.line}: warnings occurred in file '${at.path}' around line ${at.line} [v${VERSION} try https://www.rsyslog.com/e/2207 ]`,
          );
    }
  }
  #include(pattern: string): void {
    for (const path of glob(this.host.fs, pattern, ROOT)) {
      const text = this.host.fs.readFile(path, ROOT);
      if (typeof text === 'string') this.read(path, text);
    }
  }
  #object(text: string): void {
    if (/^module\s*\(/.test(text)) {
      if (/load="imklog"/.test(text)) this.to.kernelLog = true;
      else if (!/load="(imuxsock|builtin:omfile|omfile)"/.test(text))
        this.to.complaints.push(`not modelled: ${text.split('\n')[0] ?? ''}`);
      return;
    }
    const included = /^include\s*\(\s*file="([^"]+)"/.exec(text)?.[1];
    if (included !== undefined) this.#include(included);
    else if (!text.startsWith('global'))
      this.to.complaints.push(`not modelled: ${text.split('\n')[0] ?? ''}`);
  }
  /** `:programname, startswith, "haproxy" { … }` */
  #property(text: string, at: { path: string; line: number }): void {
    const match = /^:\s*([\w$-]+)\s*,\s*(!?)\s*(\w+)\s*,\s*"((?:[^"\\]|\\.)*)"\s*([\s\S]*)$/.exec(text);
    if (match === null) {
      this.#syntax(text, at);
      return;
    }
    const [, property = '', negation = '', operation = '', value = '', actions = ''] = match;
    const rule: Rule = {
      filter: {
        kind: 'property',
        property: property.toLowerCase(),
        operation: operation.toLowerCase(),
        negated: negation === '!',
        value,
      },
      actions: [],
    };
    this.#addActions(rule, actions);
    this.to.rules.push(rule);
  }
  #selector(text: string, at: { path: string; line: number }): void {
    const match = /^(\S+)\s+([\s\S]+)$/.exec(text);
    const masks = match?.[1]?.includes('.') === true ? this.#masks(match[1]) : undefined;
    if (match === null || masks === undefined) {
      this.#syntax(text, at);
      return;
    }
    const rule: Rule = { filter: { kind: 'selector', masks }, actions: [] };
    this.#addActions(rule, match[2] ?? '');
    this.to.rules.push(rule);
  }
  #syntax(text: string, at: { path: string; line: number }): void {
    const word = text.split(/\s+/)[0] ?? '';
    this.to.complaints.push(
      `error during parsing file ${at.path}, on or before line ${at.line}: syntax error on token '${word}' [v${VERSION} try https://www.rsyslog.com/e/2207 ]`,
    );
  }
  #addActions(rule: Rule, text: string): void {
    const trimmed = text.trim();
    const body = trimmed.startsWith('{') ? trimmed.slice(1, trimmed.endsWith('}') ? -1 : undefined) : trimmed;
    for (const line of body.split('\n').map((one) => one.trim()))
      if (line !== '') rule.actions.push(this.#action(line));
  }
  #action(text: string): Action {
    if (/^(stop|~)$/.test(text)) return { kind: 'stop' };
    const number = this.#actions;
    this.#actions += 1;
    const path = /^-?(\/[^;\s]+)/.exec(text)?.[1];
    if (path !== undefined) return { kind: 'file', path, number };
    // To users' terminals: nobody on these hosts has mesg on.
    if (!text.startsWith(':omusrmsg:')) this.to.complaints.push(`not modelled: ${text}`);
    return { kind: 'nothing' };
  }
  /** `*.*;auth,authpriv.none`: by facility, the least urgent priority that passes (a bit mask, as in the original). */
  #masks(text: string): Record<string, number> | undefined {
    const masks: Record<string, number> = {};
    for (const part of text.split(';')) {
      const dot = part.lastIndexOf('.');
      if (dot < 0) return undefined;
      const given = part.slice(dot + 1);
      const exact = given.startsWith('=') || given.startsWith('!=');
      const not = given.startsWith('!');
      const name = given.replace(/^[!=]+/, '');
      const level = PRIORITIES.indexOf(PRIORITY_ALIASES[name] ?? name);
      if (level < 0 && name !== '*' && name !== 'none') {
        this.to.complaints.push(`unknown priority name "${name}" [v${VERSION}]`);
        return {};
      }
      const bits = name === '*' ? ALL : name === 'none' ? 0 : exact ? 1 << level : (2 << level) - 1;
      for (const facility of part.slice(0, dot) === '*' ? FACILITIES : part.slice(0, dot).split(',')) {
        const key = facility === 'security' ? 'auth' : facility;
        if (!FACILITIES.includes(key)) {
          this.to.complaints.push(`unknown facility name "${facility}" [v${VERSION}]`);
          continue;
        }
        masks[key] = name === 'none' ? 0 : not ? (masks[key] ?? 0) & ~bits : (masks[key] ?? 0) | bits;
      }
    }
    return masks;
  }
}
const ALL = 0xff;
function everything(): Record<string, number> {
  return Object.fromEntries(FACILITIES.map((name) => [name, ALL]));
}
function isClosed(text: string): boolean {
  const plain = text.replace(/"(?:[^"\\]|\\.)*"/g, '');
  const count = (letter: string): number => plain.split(letter).length - 1;
  return count('(') <= count(')') && count('{') <= count('}');
}

export function passes(filter: Filter, message: Message): boolean {
  if (filter.kind === 'selector') {
    const level = PRIORITIES.indexOf(message.priority);
    return ((filter.masks[message.facility] ?? 0) & (1 << Math.max(0, level))) !== 0;
  }
  const value = propertyOf(filter.property, message);
  return compared(filter.operation, value, filter.value) !== filter.negated;
}
function propertyOf(name: string, message: Message): string {
  switch (name.replace(/^\$/, '')) {
    case 'programname':
    case 'syslogtag':
      return message.programname;
    case 'msg':
    case 'rawmsg':
      return message.text;
    case 'hostname':
    case 'fromhost':
      return message.hostname;
    case 'syslogfacility-text':
      return message.facility;
    case 'syslogseverity-text':
    case 'syslogpriority-text':
      return message.priority;
    default:
      return '';
  }
}
function compared(operation: string, value: string, wanted: string): boolean {
  switch (operation) {
    case 'contains':
      return value.includes(wanted);
    case 'isequal':
      return value === wanted;
    case 'startswith':
      return value.startsWith(wanted);
    case 'endswith':
      return value.endsWith(wanted);
    case 'isempty':
      return value === '';
    case 'regex':
    case 'ereregex':
      return new RegExp(wanted).test(value);
    default:
      return false;
  }
}
