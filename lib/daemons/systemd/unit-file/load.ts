/**
 * Loads a unit from the host's disk: fragment, drop-ins, `.wants/` and
 * `.requires/` folders, symlinked names, masks, implied dependencies.
 * Sources: systemd.unit(5) "UNIT FILE LOAD PATH", systemd.service(5), systemd.target(5).
 */
import { deepFreeze } from '../../../std/plain';
import { FileError } from '../../../world/files.contract';
import type { Host } from '../../../world/world.contract';
import { DEPENDENCIES, type Condition, type Definition, type Dependency } from '../state';
import { knownKeys } from './known-keys';
import { escapePath, expandSpecifiers, templateOf, typeOf, unescapeName, type UnitType } from './names';
import { lastOf, listOf, parseBoolean, serviceSettings, timerSettings, type Reading } from './settings';
import { type Assignment, parseUnitText } from './syntax';
import { parseTimeSpan } from './time-span';
import { splitWords } from './words';

export const SEARCH_PATH = [
  '/etc/systemd/system.control',
  '/run/systemd/system.control',
  '/run/systemd/transient',
  '/etc/systemd/system',
  '/run/systemd/system',
  '/run/systemd/generator',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/run/systemd/generator.late',
];
const ROOT = { uid: 0, gid: 0, groups: [] as number[] };
const SECTION_OF: Readonly<Record<UnitType, string>> = {
  service: 'Service',
  socket: 'Socket',
  target: '',
  device: '',
  mount: 'Mount',
  automount: 'Automount',
  swap: 'Swap',
  timer: 'Timer',
  path: 'Path',
  slice: 'Slice',
  scope: 'Scope',
};
const DEFAULT_START_LIMIT = { micros: 10_000_000, burst: 5 };

/** Where a unit's file is: its path as systemd names it (Debian: /lib/systemd/system), or masked, or nowhere. */
export function findFragment(
  host: Host,
  name: string,
): { path: string; masked: boolean; names: string[] } | undefined {
  const names = [name];
  let current = name;
  for (let hops = 0; hops < 16; hops++) {
    const found = findFile(host, current);
    if (found === undefined) return undefined;
    const info = host.fs.lstat(found, ROOT);
    if (info instanceof FileError) return undefined;
    if (info.kind !== 'symlink') return { path: shown(found), masked: info.size === 0, names };
    const target = host.fs.readlink(found, ROOT);
    if (typeof target !== 'string') return undefined;
    if (target === '/dev/null') return { path: shown(found), masked: true, names };
    const next = target.slice(target.lastIndexOf('/') + 1);
    if (typeOf(next) === undefined || baseOf(next) === baseOf(current)) {
      const real = host.fs.realpath(found, ROOT);
      if (typeof real !== 'string') return undefined;
      const stat = host.fs.stat(real, ROOT);
      return stat instanceof FileError ? undefined : { path: shown(real), masked: stat.size === 0, names };
    }
    // An alias: the other name is searched by its own rules, an instance keeps its instance.
    current = aliasTarget(current, next);
    names.push(current);
  }
  return undefined;
}
function aliasTarget(current: string, next: string): string {
  const wanted = templateOf(current)?.instance ?? '';
  const parts = templateOf(next);
  return parts !== undefined && parts.instance === '' && wanted !== ''
    ? next.replace('@.', `@${wanted}.`)
    : next;
}
function baseOf(name: string): string {
  const parts = templateOf(name);
  return parts === undefined ? name : parts.template;
}
/** Debian's systemd is built with its units in /lib/systemd/system; with a merged /usr both are the same. */
function shown(path: string): string {
  return path.startsWith('/usr/lib/systemd/system/') ? path.slice('/usr'.length) : path;
}
function findFile(host: Host, name: string): string | undefined {
  const template = templateOf(name);
  const candidates = template === undefined || template.instance === '' ? [name] : [name, template.template];
  for (const candidate of candidates) {
    for (const directory of SEARCH_PATH) {
      const path = `${directory}/${candidate}`;
      if (!(host.fs.lstat(path, ROOT) instanceof FileError)) return path;
    }
  }
  return undefined;
}

/** Drop-in folders of a name, from the most general to the most particular. */
function dropInFolders(name: string): string[] {
  const type = name.slice(name.lastIndexOf('.') + 1);
  const stem = name.slice(0, name.lastIndexOf('.'));
  const folders = [`${type}.d`];
  const template = templateOf(name);
  const plain = template === undefined ? stem : template.prefix;
  const dashes = plain.split('-');
  for (let i = 1; i < dashes.length; i++) folders.push(`${dashes.slice(0, i).join('-')}-.${type}.d`);
  if (template !== undefined) folders.push(`${template.template}.d`);
  if (template === undefined || template.instance !== '') folders.push(`${name}.d`);
  return folders;
}
/** Drop-ins in the order they are read: by file name; the first folder of the search path wins for one name. */
export function findDropIns(host: Host, names: readonly string[]): string[] {
  const byName = new Map<string, string>();
  for (const name of names) {
    for (const folder of [...dropInFolders(name)].reverse()) {
      for (const directory of SEARCH_PATH) {
        const path = `${directory}/${folder}`;
        const entries = host.fs.readdir(path, ROOT);
        if (entries instanceof FileError) continue;
        for (const entry of entries)
          if (entry.endsWith('.conf') && !byName.has(entry)) byName.set(entry, `${path}/${entry}`);
      }
    }
  }
  return [...byName.entries()]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, path]) => path)
    .filter((path) => {
      const info = host.fs.stat(path, ROOT);
      return !(info instanceof FileError) && info.size > 0;
    });
}
/** Units linked in `NAME.wants/` or `NAME.requires/`. */
function linkedUnits(host: Host, names: readonly string[], suffix: 'wants' | 'requires'): string[] {
  const found: string[] = [];
  for (const name of names) {
    for (const directory of SEARCH_PATH) {
      const entries = host.fs.readdir(`${directory}/${name}.${suffix}`, ROOT);
      if (entries instanceof FileError) continue;
      for (const entry of entries)
        if (typeOf(entry) !== undefined && !found.includes(entry)) found.push(entry);
    }
  }
  return found;
}

/** Reads a unit from disk. Always gives a definition: `not-found` and `masked` are definitions too. */
export function loadDefinition(host: Host, name: string): Definition {
  const fragment = findFragment(host, name);
  const primary = fragment?.names[fragment.names.length - 1] ?? name;
  const type = typeOf(primary) ?? 'service';
  if (fragment?.masked === true) return emptyDefinition(primary, type, 'masked', fragment.path, host);
  const builtIn = fragment === undefined ? builtInText(primary, type) : undefined;
  const names = fragment?.names ?? [name];
  const dropIns = findDropIns(host, [...names].reverse());
  if (fragment === undefined && builtIn === undefined) {
    const empty = emptyDefinition(primary, type, 'not-found', undefined, host);
    return dropIns.length === 0 ? empty : { ...empty, dropIns };
  }
  const reader = new Reader(host, primary, type);
  if (fragment !== undefined) reader.file(fragment.path);
  else reader.text('', builtIn ?? '');
  for (const path of dropIns) reader.file(path);
  return deepFreeze(
    reader.definition({
      fragment: fragment?.path,
      dropIns,
      aliases: names.filter((other) => other !== primary),
    }),
  );
}
function emptyDefinition(
  name: string,
  type: UnitType,
  load: Definition['load'],
  fragment: string | undefined,
  host: Host,
): Definition {
  return {
    name,
    type,
    load,
    fragment,
    dropIns: [],
    sources: sourcesOf(host, fragment === undefined ? [] : [fragment]),
    aliases: [],
    description: name,
    documentation: [],
    dependencies: {},
    defaultDependencies: true,
    conditions: [],
    startLimitMicros: 0,
    startLimitBurst: 0,
    refuseManualStart: false,
    refuseManualStop: false,
    allowIsolate: false,
    ignoreOnIsolate: false,
    stopWhenUnneeded: false,
    collectFailed: false,
    successAction: 'none',
    // A unit that still runs when its file is gone stops by the defaults.
    service:
      type === 'service'
        ? { ...serviceSettings([], { host, name, fatal: false, complain: () => undefined }), type: 'simple' }
        : undefined,
    timer: undefined,
    listens: [],
    install: { wantedBy: [], requiredBy: [], alias: [], also: [], defaultInstance: '' },
    raw: [],
    problems: [],
  };
}
function sourcesOf(host: Host, paths: readonly string[]): { path: string; mtime: number }[] {
  return paths.map((path) => {
    const info = host.fs.stat(path, ROOT);
    return { path, mtime: info instanceof FileError ? 0 : info.mtime };
  });
}
/** Whether the files on disk are not those the definition was read from. */
export function definitionIsStale(host: Host, definition: Definition): boolean {
  for (const { path, mtime } of definition.sources) {
    const info = host.fs.stat(path, ROOT);
    const now = info instanceof FileError ? 0 : info.mtime;
    if (now !== mtime) return true;
  }
  if (definition.load === 'not-found') return findFragment(host, definition.name) !== undefined;
  const dropIns = findDropIns(host, [...definition.aliases, definition.name]);
  return dropIns.join('\n') !== definition.dropIns.join('\n');
}
/** Units that exist without a file: slices, the root file system, devices. */
function builtInText(name: string, type: UnitType): string | undefined {
  if (name === '-.mount')
    return '[Unit]\nDescription=Root Mount\nDocumentation=man:fstab(5) man:systemd-fstab-generator(8)\nDefaultDependencies=no\n[Mount]\nWhere=/\nWhat=/dev/vda1\nType=ext4\n';
  if (name === '-.slice')
    return '[Unit]\nDescription=Root Slice\nDocumentation=man:systemd.special(7)\nDefaultDependencies=no\n';
  if (name === 'init.scope')
    return '[Unit]\nDescription=System and Service Manager\nDocumentation=man:systemd(1)\nDefaultDependencies=no\n';
  if (name === 'system.slice')
    return '[Unit]\nDescription=System Slice\nDocumentation=man:systemd.special(7)\nDefaultDependencies=no\n';
  if (type === 'slice')
    return `[Unit]\nDescription=Slice /${unescapeName(name.slice(0, -'.slice'.length))}\n`;
  return undefined;
}

class Reader {
  readonly assignments: Assignment[] = [];
  problems: (Definition['problems'][number] & { file: string; line: number })[] = [];
  readonly #files: string[] = [];
  #file = '';
  readonly #fileOf = new Map<Assignment, string>();
  constructor(
    readonly host: Host,
    readonly name: string,
    readonly type: UnitType,
  ) {}
  file(path: string): void {
    const text = this.host.fs.readFile(path, ROOT);
    this.#files.push(path);
    if (typeof text === 'string') this.text(path, text);
  }
  text(path: string, text: string): void {
    this.#file = path;
    const { assignments, problems } = parseUnitText(text);
    for (const { line, text: message } of problems) this.complain(line, message);
    const unknownSections = new Set<string>();
    for (const assignment of assignments) {
      const { section, key, line } = assignment;
      if (section.startsWith('X-') || key.startsWith('X-')) continue;
      const keys =
        section === 'Unit' || section === 'Install' || section === SECTION_OF[this.type]
          ? knownKeys(section)
          : undefined;
      if (keys === undefined) {
        if (!unknownSections.has(section))
          this.complain(this.#headerLine(text, section), `Unknown section '${section}'. Ignoring.`);
        unknownSections.add(section);
      } else if (keys.has(key)) {
        this.assignments.push(assignment);
        this.#fileOf.set(assignment, path);
      } else this.complain(line, `Unknown key name '${key}' in section '${section}', ignoring.`);
    }
  }
  #headerLine(text: string, section: string): number {
    return text.split('\n').findIndex((line) => line.trim() === `[${section}]`) + 1;
  }
  complain(line: number, text: string, file = this.#file): void {
    this.problems.push({ priority: 'warning', text: `${file}:${line}: ${text}`, file, line });
  }

  definition(made: { fragment: string | undefined; dropIns: string[]; aliases: string[] }): Definition {
    const { host, name, type } = this;
    const unit = this.assignments.filter(({ section }) => section === 'Unit');
    const own = this.assignments.filter(({ section }) => section === SECTION_OF[type]);
    const install = this.assignments.filter(({ section }) => section === 'Install');
    const reading: Reading = {
      host,
      name,
      fatal: false,
      complain: (assignment, text) =>
        this.complain(assignment.line, text, this.#fileOf.get(assignment) ?? ''),
    };
    const service = type === 'service' ? serviceSettings(own, reading) : undefined;
    const timer = type === 'timer' ? timerSettings(own, reading) : undefined;
    const text = (key: string): string | undefined => {
      const value = lastOf(unit, key)?.value;
      return value === undefined || value === '' ? undefined : expandSpecifiers(value, name, host);
    };
    const flag = (key: string, fallback: boolean): boolean =>
      parseBoolean(lastOf(unit, key)?.value ?? '') ?? fallback;
    const limit =
      lastOf([...own, ...unit], 'StartLimitIntervalSec') ?? lastOf([...own, ...unit], 'StartLimitInterval');
    const burst = lastOf([...own, ...unit], 'StartLimitBurst')?.value;
    const defaultDependencies = flag('DefaultDependencies', true);
    const listens = own
      .filter(({ key }) => key.startsWith('Listen') || key.startsWith('Path') || key === 'DirectoryNotEmpty')
      .map(({ value }) => value);
    const refused = this.#refusal(service, timer, reading.fatal, own);
    return {
      name,
      type,
      load: refused ? 'bad-setting' : 'loaded',
      ...made,
      sources: sourcesOf(host, this.#files),
      description: text('Description') ?? name,
      documentation: listOf(unit, 'Documentation').flatMap(({ value }) => splitWords(value) ?? []),
      dependencies: this.#dependencies({
        unit,
        own,
        type,
        timer,
        defaultDependencies,
        aliases: made.aliases,
      }),
      defaultDependencies,
      conditions: conditionsOf(unit, name, host),
      startLimitMicros:
        limit === undefined
          ? DEFAULT_START_LIMIT.micros
          : (parseTimeSpan(limit.value) ?? DEFAULT_START_LIMIT.micros),
      startLimitBurst:
        burst === undefined || !/^\d+$/.test(burst) ? DEFAULT_START_LIMIT.burst : Number(burst),
      refuseManualStart: flag('RefuseManualStart', false),
      refuseManualStop: flag('RefuseManualStop', false),
      allowIsolate: flag('AllowIsolate', false),
      ignoreOnIsolate: flag('IgnoreOnIsolate', type === 'slice' || type === 'device' || type === 'scope'),
      stopWhenUnneeded: flag('StopWhenUnneeded', false),
      collectFailed: text('CollectMode') === 'inactive-or-failed',
      successAction: text('SuccessAction') ?? 'none',
      service,
      timer,
      listens,
      install: {
        wantedBy: wordsOf(install, 'WantedBy', name, host),
        requiredBy: wordsOf(install, 'RequiredBy', name, host),
        alias: wordsOf(install, 'Alias', name, host),
        also: wordsOf(install, 'Also', name, host),
        defaultInstance: lastOf(install, 'DefaultInstance')?.value ?? '',
      },
      raw: this.assignments.map(({ section, key, value }) => [
        `${section}.${key}`,
        expandSpecifiers(value, name, host),
      ]),
      problems: this.problems.map(({ priority, text: message }) => ({ priority, text: message })),
    };
  }
  /** What makes systemd refuse a unit file; the reason goes to the journal. */
  #refusal(
    service: Definition['service'],
    timer: Definition['timer'],
    fatal: boolean,
    own: readonly Assignment[],
  ): boolean {
    const refuse = (priority: 'err' | 'notice', text: string): true => {
      this.problems.push({ priority, text: `${this.name}: ${text}`, file: '', line: 0 });
      return true;
    };
    if (fatal) {
      // Reading ended at the command that cannot be read.
      const last = this.problems[this.problems.length - 1];
      this.problems = this.problems.filter(({ file, line }) => file !== last?.file || line <= last.line);
    }
    if (fatal) return refuse('notice', 'Unit configuration has fatal error, unit will not be started.');
    if (timer !== undefined && timer.monotonic.length === 0 && timer.calendar.length === 0)
      return refuse('err', 'Timer unit lacks value setting. Refusing.');
    if (service === undefined) return false;
    const { exec, type } = service;
    if (
      exec.ExecStart.length === 0 &&
      exec.ExecStop.length === 0 &&
      lastOf(this.assignments, 'SuccessAction') === undefined
    )
      return refuse('err', 'Service has no ExecStart=, ExecStop=, or SuccessAction=. Refusing.');
    if (type !== 'oneshot' && exec.ExecStart.length === 0)
      return refuse(
        'err',
        'Service has no ExecStart= setting, which is only allowed for Type=oneshot services. Refusing.',
      );
    if (type !== 'oneshot' && exec.ExecStart.length > 1)
      return refuse(
        'err',
        'Service has more than one ExecStart= setting, which is only allowed for Type=oneshot services. Refusing.',
      );
    if (
      type === 'oneshot' &&
      exec.ExecStart.length === 0 &&
      !service.remainAfterExit &&
      exec.ExecStop.length > 0
    )
      return refuse(
        'err',
        'Service has no ExecStart= and no SuccessAction= settings and does not have RemainAfterExit=yes set. Refusing.',
      );
    if (type === 'oneshot' && (service.restart === 'always' || service.restart === 'on-success'))
      return refuse(
        'err',
        "Service has Restart= set to either always or on-success, which isn't allowed for Type=oneshot services. Refusing.",
      );
    if (type === 'dbus' && lastOf(own, 'BusName') === undefined)
      return refuse(
        'err',
        'Service is of type D-Bus but no D-Bus service name has been specified. Refusing.',
      );
    return false;
  }
  #dependencies(from: {
    unit: readonly Assignment[];
    own: readonly Assignment[];
    type: UnitType;
    timer: Definition['timer'];
    defaultDependencies: boolean;
    aliases: readonly string[];
  }): Definition['dependencies'] {
    const { host, name } = this;
    const result: Partial<Record<Dependency, string[]>> = {};
    const add = (kind: Dependency, others: readonly string[]): void => {
      for (const other of others) {
        if (other === name || typeOf(other) === undefined) continue;
        const list = (result[kind] ??= []);
        if (!list.includes(other)) list.push(other);
      }
    };
    for (const kind of DEPENDENCIES)
      add(
        kind,
        listOf(from.unit, kind).flatMap(({ value }) =>
          (splitWords(value) ?? []).map((word) => expandSpecifiers(word, name, host)),
        ),
      );
    const names = [
      name,
      ...from.aliases,
      ...(templateOf(name) === undefined ? [] : [templateOf(name)?.template ?? '']),
    ];
    add('Wants', linkedUnits(host, names, 'wants'));
    add('Requires', linkedUnits(host, names, 'requires'));
    for (const { value } of listOf(from.unit, 'RequiresMountsFor'))
      for (const path of splitWords(value) ?? []) {
        const mount = host.fs
          .mounts()
          .filter(({ point }) => point !== '/' && (path === point || path.startsWith(`${point}/`)));
        add('Requires', ['-.mount', ...mount.map(({ point }) => `${escapePath(point)}.mount`)]);
        add('After', ['-.mount', ...mount.map(({ point }) => `${escapePath(point)}.mount`)]);
      }
    implied(name, from, add);
    return result;
  }
}
function wordsOf(assignments: readonly Assignment[], key: string, name: string, host: Host): string[] {
  return listOf(assignments, key).flatMap(({ value }) =>
    (splitWords(value) ?? []).map((word) => expandSpecifiers(word, name, host)),
  );
}
/** Default dependencies by kind of unit. Sources: "IMPLICIT DEPENDENCIES" and "DEFAULT DEPENDENCIES" of each kind's page. */
function implied(
  name: string,
  from: {
    type: UnitType;
    own: readonly Assignment[];
    timer: Definition['timer'];
    defaultDependencies: boolean;
    unit: readonly Assignment[];
  },
  add: (kind: Dependency, others: readonly string[]) => void,
): void {
  const stem = name.slice(0, name.lastIndexOf('.'));
  if (from.type === 'timer' && from.timer !== undefined) {
    add('Triggers', [from.timer.unit]);
    add('Before', [from.timer.unit]);
  }
  if (from.type === 'socket') {
    const target =
      lastOf(from.own, 'Service')?.value ??
      (lastOf(from.own, 'Accept')?.value === 'yes' ? '' : `${stem}.service`);
    if (target !== '') {
      add('Triggers', [target]);
      add('Before', [target]);
    }
  }
  if (from.type === 'path') {
    const target = lastOf(from.own, 'Unit')?.value ?? `${stem}.service`;
    add('Triggers', [target]);
    add('Before', [target]);
  }
  if (from.type === 'service')
    for (const { value } of listOf(from.own, 'Sockets')) add('Wants', splitWords(value) ?? []);
  if (from.type === 'service' || from.type === 'socket' || from.type === 'mount') {
    const slice = systemSlice(name);
    add('Requires', [slice]);
    add('After', [slice]);
  }
  if (from.type === 'service' && lastOf(from.own, 'BusName') !== undefined) {
    add('Requires', ['dbus.socket']);
    add('After', ['dbus.socket']);
  }
  if (!from.defaultDependencies || name === 'shutdown.target') return;
  switch (from.type) {
    case 'service':
      add('Requires', ['sysinit.target']);
      add('After', ['sysinit.target', 'basic.target']);
      break;
    case 'socket':
      add('Requires', ['sysinit.target']);
      add('After', ['sysinit.target']);
      add('Before', ['sockets.target']);
      break;
    case 'path':
      add('Requires', ['sysinit.target']);
      add('After', ['sysinit.target']);
      add('Before', ['paths.target']);
      break;
    case 'timer':
      add('Requires', ['sysinit.target']);
      add('After', ['sysinit.target']);
      add('Before', ['timers.target']);
      if ((from.timer?.calendar.length ?? 0) > 0) add('After', ['time-set.target', 'time-sync.target']);
      break;
    default:
      break;
  }
  if (from.type !== 'slice' || name !== '-.slice') {
    add('Conflicts', ['shutdown.target']);
    add('Before', ['shutdown.target']);
  }
}
function systemSlice(name: string): string {
  const template = templateOf(name);
  return template === undefined ? 'system.slice' : `system-${template.prefix.replace(/-/g, '\\x2d')}.slice`;
}
function conditionsOf(unit: readonly Assignment[], name: string, host: Host): Condition[] {
  let conditions: Condition[] = [];
  for (const { key, value } of unit) {
    const found = /^(Condition|Assert)(.+)$/.exec(key);
    if (found === null) continue;
    if (value === '') {
      conditions = conditions.filter(
        (condition) => condition.kind !== found[2] || condition.assert !== (found[1] === 'Assert'),
      );
      continue;
    }
    let parameter = value;
    const trigger = parameter.startsWith('|');
    if (trigger) parameter = parameter.slice(1);
    const negate = parameter.startsWith('!');
    if (negate) parameter = parameter.slice(1);
    conditions = [
      ...conditions,
      {
        kind: found[2] ?? '',
        negate,
        trigger,
        parameter: expandSpecifiers(parameter.trim(), name, host),
        assert: found[1] === 'Assert',
      },
    ];
  }
  return conditions;
}
