/**
 * Loads a unit from the host's disk: fragment, drop-ins, `.wants/` and
 * `.requires/` folders, symlinked names, masks, implied dependencies.
 * Sources: systemd.unit(5) "UNIT FILE LOAD PATH", systemd.service(5), systemd.target(5).
 */
import { deepFreeze } from '../../../std/plain';
import type { Host } from '../../../world/world.contract';
import { DEPENDENCIES, type Condition, type Definition, type Dependency } from '../state';
import { addImplied } from './implied';
import { knownKeys } from './known-keys';
import {
  escapePath,
  expandSpecifiers,
  tellsMachine,
  templateOf,
  typeOf,
  unescapeName,
  type UnitType,
} from './names';
import { findDropIns, findFragment, linkedUnits, sourcesOf } from './search';
import {
  lastOf,
  listOf,
  parseBoolean,
  pathSettings,
  serviceSettings,
  socketSettings,
  timerSettings,
  type Reading,
} from './settings';
import { type Assignment, parseUnitText } from './syntax';
import { parseTimeSpan } from './time-span';
import { complaintAbout } from './value-checks';
import { splitWords } from './words';

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

/** Reads a unit from disk. Always gives a definition: `not-found` and `masked` are definitions too. */
export function loadDefinition(host: Host, name: string): Definition {
  const fragment = findFragment(host, name);
  const primary = fragment?.names[fragment.names.length - 1] ?? name;
  const type = typeOf(primary) ?? 'service';
  if (fragment?.masked === true) return emptyDefinition(primary, type, 'masked', fragment.path, host);
  const builtIn = fragment === undefined ? builtInText(primary, type, host) : undefined;
  const names = fragment?.names ?? [name];
  const dropIns = findDropIns(host, [...names].reverse());
  if (fragment === undefined && builtIn === undefined) {
    const empty = emptyDefinition(primary, type, 'not-found', undefined, host);
    return dropIns.length === 0 ? empty : { ...empty, dropIns };
  }
  const made = { fragment: fragment?.path, dropIns, aliases: names.filter((other) => other !== primary) };
  const paths = [...(made.fragment === undefined ? [] : [made.fragment]), ...dropIns];
  const texts = paths.flatMap((path) => {
    const text = host.fs.readFile(path, ROOT);
    return typeof text === 'string' ? [{ path, text }] : [];
  });
  if (fragment === undefined) texts.unshift({ path: '', text: builtIn ?? '' });
  const linked = linksOf(host, primary, made.aliases);
  const read = (): Definition => readDefinition(host, primary, type, { ...made, texts, linked });
  // Specifiers of the machine and its mounts are read on each.
  const definition = texts.some(({ text }) => tellsMachine(text) || text.includes('RequiresMountsFor'))
    ? deepFreeze(read())
    : sharedDefinition(JSON.stringify([primary, made, linked]), texts, read);
  return withSources(definition, deepFreeze(sourcesOf(host, paths)));
}
/** Field by field: what is made by spreading has a layout of its own each time, and there are hundreds on each host. */
function withSources(definition: Definition, sources: Definition['sources']): Definition {
  return Object.freeze({
    name: definition.name,
    type: definition.type,
    load: definition.load,
    fragment: definition.fragment,
    dropIns: definition.dropIns,
    sources,
    aliases: definition.aliases,
    description: definition.description,
    documentation: definition.documentation,
    dependencies: definition.dependencies,
    defaultDependencies: definition.defaultDependencies,
    conditions: definition.conditions,
    startLimitMicros: definition.startLimitMicros,
    startLimitBurst: definition.startLimitBurst,
    refuseManualStart: definition.refuseManualStart,
    refuseManualStop: definition.refuseManualStop,
    allowIsolate: definition.allowIsolate,
    ignoreOnIsolate: definition.ignoreOnIsolate,
    stopWhenUnneeded: definition.stopWhenUnneeded,
    collectFailed: definition.collectFailed,
    successAction: definition.successAction,
    service: definition.service,
    timer: definition.timer,
    path: definition.path,
    socket: definition.socket,
    install: definition.install,
    raw: definition.raw,
    problems: definition.problems,
  });
}
interface Text {
  path: string;
  text: string;
}
/**
 * Equal files read alike on every host and at every boot: they are read once. What is kept is found by
 * the first text, and holds for the same names, links and texts only, so that nothing is ever out of date.
 */
const shared = new Map<string, { about: string; texts: readonly Text[]; definition: Definition }[]>();
const MOST_SHARED = 2_000;
function sharedDefinition(about: string, texts: readonly Text[], read: () => Definition): Definition {
  const first = texts[0]?.text ?? '';
  const alike = shared.get(first) ?? [];
  const known = alike.find((other) => other.about === about && areEqual(other.texts, texts));
  if (known !== undefined) return known.definition;
  if (shared.size >= MOST_SHARED || alike.length >= MOST_SHARED) shared.clear();
  const definition = deepFreeze(read());
  shared.set(first, [...alike, { about, texts, definition }]);
  return definition;
}
function areEqual(texts: readonly Text[], others: readonly Text[]): boolean {
  return (
    texts.length === others.length &&
    texts.every(({ path, text }, index) => path === others[index]?.path && text === others[index]?.text)
  );
}
interface Linked {
  wants: readonly string[];
  requires: readonly string[];
}
function linksOf(host: Host, name: string, aliases: readonly string[]): Linked {
  const template = templateOf(name)?.template;
  const names = [name, ...aliases, ...(template === undefined ? [] : [template])];
  return { wants: linkedUnits(host, names, 'wants'), requires: linkedUnits(host, names, 'requires') };
}
interface Pieces {
  fragment: string | undefined;
  dropIns: string[];
  aliases: string[];
  texts: readonly Text[];
  linked: Linked;
}
function readDefinition(
  host: Host,
  name: string,
  type: UnitType,
  { texts, linked, ...made }: Pieces,
): Definition {
  const reader = new Reader(host, name, type, linked);
  for (const { path, text } of texts) reader.text(path, text);
  return reader.definition(made);
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
        ? Object.assign(serviceSettings([], { host, name, fatalAt: undefined, complain: () => undefined }), {
            type: 'simple' as const,
          })
        : undefined,
    timer: undefined,
    path: undefined,
    socket: undefined,
    install: { wantedBy: [], requiredBy: [], alias: [], also: [], defaultInstance: '' },
    raw: [],
    problems: [],
  };
}
/** Units that exist without a file: slices, the root file system, devices. */
function builtInText(name: string, type: UnitType, host: Host): string | undefined {
  if (name === '-.mount')
    return '[Unit]\nDescription=Root Mount\nDocumentation=man:fstab(5) man:systemd-fstab-generator(8)\nDefaultDependencies=no\n[Mount]\nWhere=/\nWhat=/dev/vda1\nType=ext4\n';
  const point = type === 'mount' ? `/${unescapeName(name.slice(0, -'.mount'.length))}` : undefined;
  const row = host.state.mounts.find((mount) => mount.covered !== undefined && mount.point === point);
  if (row !== undefined)
    return `[Unit]\nDescription=${row.point}\nSourcePath=/proc/self/mountinfo\n[Mount]\nWhere=${row.point}\nWhat=${row.source}\nType=${row.type}\nOptions=${row.options.join(',')}\n`;
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
  #file = '';
  readonly #fileOf = new Map<Assignment, string>();
  constructor(
    readonly host: Host,
    readonly name: string,
    readonly type: UnitType,
    readonly linked: Linked,
  ) {}
  text(path: string, text: string): void {
    this.#file = path;
    const { assignments, problems } = parseUnitText(text);
    const isKnown = (section: string): boolean =>
      section === 'Unit' || section === 'Install' || section === SECTION_OF[this.type];
    // Lines of sections that are ignored are not looked at.
    for (const { line, section, text: message } of problems)
      if (section === undefined || isKnown(section)) this.complain(line, message);
    const unknownSections = new Set<string>();
    for (const assignment of assignments) {
      const { section, key, line } = assignment;
      if (section.startsWith('X-') || key.startsWith('X-')) continue;
      const keys = isKnown(section) ? knownKeys(section) : undefined;
      if (keys === undefined) {
        if (!unknownSections.has(section))
          this.complain(this.#headerLine(text, section), `Unknown section '${section}'. Ignoring.`);
        unknownSections.add(section);
      } else if (keys.has(key)) {
        this.assignments.push(assignment);
        this.#fileOf.set(assignment, path);
      } else this.complain(line, `Unknown key '${key}' in section [${section}], ignoring.`);
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
      fatalAt: undefined,
      complain: (assignment, text) =>
        this.complain(assignment.line, text, this.#fileOf.get(assignment) ?? ''),
    };
    for (const assignment of this.assignments) {
      const complaint = complaintAbout(assignment);
      if (complaint === undefined) continue;
      reading.complain(assignment, complaint.text);
      if (complaint.fatal === true) reading.fatalAt ??= assignment;
    }
    const service = type === 'service' ? serviceSettings(own, reading) : undefined;
    const timer = type === 'timer' ? timerSettings(own, reading) : undefined;
    const path = type === 'path' ? pathSettings(own, reading) : undefined;
    const socket = type === 'socket' ? socketSettings(own, reading) : undefined;
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
    const dependencies = this.#dependencies({ unit, own, type, timer, path, socket, defaultDependencies });
    for (const [assignment, word] of this.#misnamed(unit))
      reading.complain(assignment, `Failed to add dependency on ${word}, ignoring: Invalid argument`);
    this.#sortProblems();
    const refused = this.#refusal({ service, timer, path, socket }, reading.fatalAt, own);
    return {
      name,
      type,
      load: refused ? 'bad-setting' : 'loaded',
      fragment: made.fragment,
      dropIns: made.dropIns,
      sources: [],
      aliases: made.aliases,
      // Without a description of its own a mount is told by where it is. Source: systemd 252 `mount_load`.
      description:
        text('Description') ??
        (type === 'mount' ? `/${unescapeName(name.slice(0, -'.mount'.length))}` : name),
      documentation: listOf(unit, 'Documentation').flatMap(({ value }) => splitWords(value) ?? []),
      dependencies,
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
      path,
      socket,
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
  /** Words where names of units should stand, by their assignment. */
  #misnamed(unit: readonly Assignment[]): [Assignment, string][] {
    return DEPENDENCIES.flatMap((kind) => listOf(unit, kind)).flatMap((assignment) =>
      (splitWords(assignment.value) ?? [])
        .filter((word) => typeOf(expandSpecifiers(word, this.name, this.host)) === undefined)
        .map((word): [Assignment, string] => [assignment, word]),
    );
  }
  /** Settings are read by what they mean, systemd reads them as they stand: file by file, from the top. */
  #sortProblems(): void {
    const files = [...new Set(this.#fileOf.values())];
    const place = ({ file }: { file: string }): number => files.indexOf(file);
    this.problems.sort((a, b) => place(a) - place(b) || a.line - b.line);
  }
  /** What makes systemd refuse a unit file; the reason goes to the journal. */
  #refusal(
    { service, timer, path, socket }: Pick<Definition, 'service' | 'timer' | 'path' | 'socket'>,
    fatalAt: Assignment | undefined,
    own: readonly Assignment[],
  ): boolean {
    const refuse = (priority: 'err' | 'notice', text: string): true => {
      this.problems.push({ priority, text: `${this.name}: ${text}`, file: '', line: 0 });
      return true;
    };
    if (fatalAt !== undefined) {
      // Reading ended there.
      const last = this.#fileOf.get(fatalAt);
      this.problems = this.problems.filter(({ file, line }) => file !== last || line <= fatalAt.line);
    }
    if (fatalAt !== undefined)
      return refuse('notice', 'Unit configuration has fatal error, unit will not be started.');
    if (timer !== undefined && timer.monotonic.length === 0 && timer.calendar.length === 0)
      return refuse('err', 'Timer unit lacks value setting. Refusing.');
    if (socket?.listens.length === 0)
      return refuse(
        'err',
        'Unit has no Listen setting (ListenStream=, ListenDatagram=, ListenFIFO=, ...). Refusing.',
      );
    if (path?.specs.length === 0) return refuse('err', 'Path unit lacks path setting. Refusing.');
    if (this.type === 'mount' && this.name !== '-.mount') {
      const where = lastOf(own, 'Where')?.value;
      if (where !== undefined && `${escapePath(where)}.mount` !== this.name)
        return refuse('err', "Where= setting doesn't match unit name. Refusing.");
      if (lastOf(own, 'What') === undefined) return refuse('err', 'What= setting is missing. Refusing.');
    }
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
    path: Definition['path'];
    socket: Definition['socket'];
    defaultDependencies: boolean;
  }): Definition['dependencies'] {
    const { host, name } = this;
    const result: Partial<Record<Dependency, string[]>> = {};
    const known = new Set<string>();
    const add = (kind: Dependency, others: readonly string[]): void => {
      for (const other of others) {
        if (other === name || known.has(`${kind} ${other}`) || typeOf(other) === undefined) continue;
        known.add(`${kind} ${other}`);
        (result[kind] ??= []).push(other);
      }
    };
    for (const kind of DEPENDENCIES)
      add(
        kind,
        listOf(from.unit, kind).flatMap(({ value }) =>
          (splitWords(value) ?? []).map((word) => expandSpecifiers(word, name, host)),
        ),
      );
    add('Wants', this.linked.wants);
    add('Requires', this.linked.requires);
    for (const { value } of listOf(from.unit, 'RequiresMountsFor'))
      for (const path of splitWords(value) ?? []) {
        const mount = host.fs
          .mounts()
          .filter(({ point }) => point !== '/' && (path === point || path.startsWith(`${point}/`)));
        add('Requires', ['-.mount', ...mount.map(({ point }) => `${escapePath(point)}.mount`)]);
        add('After', ['-.mount', ...mount.map(({ point }) => `${escapePath(point)}.mount`)]);
      }
    addImplied(name, from, add);
    return result;
  }
}
function wordsOf(assignments: readonly Assignment[], key: string, name: string, host: Host): string[] {
  return listOf(assignments, key).flatMap(({ value }) =>
    (splitWords(value) ?? []).map((word) => expandSpecifiers(word, name, host)),
  );
}
/** `Condition…=` and `Assert…=`. */
export function conditionsOf(unit: readonly Assignment[], name: string, host: Host): Condition[] {
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
