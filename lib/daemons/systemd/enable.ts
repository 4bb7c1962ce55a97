/** What `[Install]` sections mean on disk: links in `.wants/`, `.requires/` and aliases. Source: systemctl(1) "enable"; systemd 252 `install.c`. */
import { FileError } from '../../world/files.contract';
import type { Host } from '../../world/world.contract';
import { GENERATED } from './generators';
import type { Definition } from './state';
import { loadDefinition } from './unit-file/load';
import { findFragment, SEARCH_PATH } from './unit-file/search';
import { globMatches, isTemplate, templateOf, typeOf, withInstance } from './unit-file/names';

const ROOT = { uid: 0, gid: 0, groups: [] as number[] };
const CONFIG = '/etc/systemd/system';
const RUNTIME = '/run/systemd/system';

export type UnitFileState =
  | 'enabled'
  | 'enabled-runtime'
  | 'linked'
  | 'alias'
  | 'masked'
  | 'masked-runtime'
  | 'static'
  | 'indirect'
  | 'disabled'
  | 'generated'
  | 'transient'
  | 'bad';
/** Lines for stderr, and the reason when it could not be done. */
export interface InstallOutcome {
  changes: string[];
  error?: string;
  /** Some unit had nothing to install. */
  carriesNothing: boolean;
}

/** `systemctl enable`: for scenario files and anybody who prepares a host. */
export function enableUnit(host: Host, unit: string): string | undefined {
  const name = typeOf(unit) === undefined ? `${unit}.service` : unit;
  return enable(host, [name], { runtime: false, force: false }).error;
}
function rootOf(options: { runtime: boolean }): string {
  return options.runtime ? RUNTIME : CONFIG;
}
export function enable(
  host: Host,
  names: readonly string[],
  options: { runtime: boolean; force: boolean },
): InstallOutcome {
  const outcome: InstallOutcome = { changes: [], carriesNothing: false };
  const queue = [...names];
  const seen = new Set<string>();
  // Nothing is linked when one of them cannot be.
  for (const name of names) {
    const found = findFragment(host, name);
    if (found === undefined) return { ...outcome, error: `Unit file ${name} does not exist.` };
    if (found.masked) return { ...outcome, error: `Unit file ${found.path} is masked.` };
    if (isOtherName(host, name)) return { ...outcome, error: refusedAlias(name) };
  }
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const found = findFragment(host, name);
    if (found === undefined) return { ...outcome, error: `Unit file ${name} does not exist.` };
    if (found.masked) return { ...outcome, error: `Unit file ${found.path} is masked.` };
    const definition = loadDefinition(host, name);
    const { install } = definition;
    const actual =
      isTemplate(name) && install.defaultInstance !== '' ? withInstance(name, install.defaultInstance) : name;
    if (
      install.wantedBy.length + install.requiredBy.length + install.alias.length + install.also.length ===
      0
    )
      outcome.carriesNothing ||= names.includes(name);
    const root = rootOf(options);
    // An alias is a unit of the same type. Source: systemd 252 `unit_validate_alias_symlink_or_warn`.
    const other = install.alias.find((alias) => typeOf(alias) !== typeOf(name));
    if (other !== undefined) outcome.error ??= `Cannot alias ${name} as ${other}.`;
    for (const alias of install.alias.filter((one) => one !== other))
      link(host, `${root}/${alias}`, found.path, outcome);
    const plain = [...install.wantedBy, ...install.requiredBy].find((target) => !isTemplate(target));
    // A template without an instance cannot be wanted by a unit that is none. Source: `install_info_symlink_wants`.
    if (isTemplate(actual)) {
      if (plain !== undefined) outcome.error ??= `Destination unit ${plain} is a non-template unit.`;
    } else {
      for (const target of install.wantedBy)
        link(host, `${root}/${target}.wants/${actual}`, found.path, outcome);
      for (const target of install.requiredBy)
        link(host, `${root}/${target}.requires/${actual}`, found.path, outcome);
    }
    queue.push(...install.also);
  }
  return outcome;
}
/** What is linked by hand or as an alias is not enabled under that name. Source: systemd 252 `install.c` (ELOOP). */
export function refusedAlias(name: string): string {
  return `Refusing to operate on alias name or linked unit file: ${name}`;
}
function isOtherName(host: Host, name: string): boolean {
  const target = host.fs.readlink(`${CONFIG}/${name}`, ROOT);
  return (
    typeof target === 'string' &&
    !target.endsWith(`/${name}`) &&
    !isTemplate(target) &&
    templateOf(name) === undefined
  );
}
function link(host: Host, path: string, target: string, outcome: InstallOutcome): void {
  const present = host.fs.readlink(path, ROOT);
  if (typeof present === 'string' && sameFile(host, path, target)) return;
  makeParents(host, path);
  if (typeof present === 'string') {
    host.fs.unlink(path, ROOT);
    outcome.changes.push(`Removed "${path}".`);
  }
  host.fs.symlink(target, path, ROOT);
  outcome.changes.push(`Created symlink ${path} → ${target}.`);
}
function sameFile(host: Host, a: string, b: string): boolean {
  const [left, right] = [host.fs.realpath(a, ROOT), host.fs.realpath(b, ROOT)];
  return typeof left === 'string' && left === right;
}
function makeParents(host: Host, path: string): void {
  const parts = path.split('/').slice(1, -1);
  let current = '';
  for (const part of parts) {
    current += `/${part}`;
    if (!host.fs.exists(current)) host.fs.mkdir(current, 0o755, ROOT);
  }
}

/** Every link below a root that stands for one of these units. */
function linksTo(host: Host, root: string, names: readonly string[]): string[] {
  return linksBelow(host, root)
    .filter(({ entry, pointed }) =>
      names.some(
        (name) =>
          entry === name ||
          (pointed === name && !isTemplate(name)) ||
          (isTemplate(name) && templateOf(entry)?.template === name),
      ),
    )
    .map(({ path }) => path);
}
interface Link {
  path: string;
  entry: string;
  /** Last part of where it points. */
  pointed: string;
}
let links: { host: Host; byRoot: Map<string, Link[]> } | undefined;
/** Runs `work`, which changes no links, with the links read once. */
export function withLinks<T>(host: Host, work: () => T): T {
  const before = links;
  links = { host, byRoot: new Map() };
  try {
    return work();
  } finally {
    links = before;
  }
}
function linksBelow(host: Host, root: string): Link[] {
  const known = links?.host === host ? links.byRoot.get(root) : undefined;
  if (known !== undefined) return known;
  const found: Link[] = [];
  if (links?.host === host) links.byRoot.set(root, found);
  const look = (folder: string, isNested: boolean): void => {
    const entries = host.fs.readdir(folder, ROOT);
    if (entries instanceof FileError) return;
    for (const entry of [...entries].sort()) {
      const path = `${folder}/${entry}`;
      const info = host.fs.lstat(path, ROOT);
      if (info instanceof FileError) continue;
      if (info.kind === 'directory') {
        if (!isNested && /\.(wants|requires)$/.test(entry)) look(path, true);
        continue;
      }
      if (info.kind !== 'symlink') continue;
      const target = host.fs.readlink(path, ROOT);
      if (typeof target !== 'string' || target === '/dev/null') continue;
      found.push({ path, entry, pointed: target.slice(target.lastIndexOf('/') + 1) });
    }
  };
  look(root, false);
  return found;
}
export function disable(host: Host, names: readonly string[], options: { runtime: boolean }): InstallOutcome {
  const outcome: InstallOutcome = { changes: [], carriesNothing: false };
  const all = [...names];
  for (const name of names) {
    const found = findFragment(host, name);
    if (found?.masked === true) {
      outcome.changes.push(`Unit ${found.path} is masked, ignoring.`);
      all.splice(all.indexOf(name), 1);
      continue;
    }
    if (found === undefined && linksTo(host, rootOf(options), [name]).length === 0)
      return { ...outcome, error: `Unit file ${name} does not exist.` };
    const definition = loadDefinition(host, name);
    const { install } = definition;
    if (
      definition.load !== 'masked' &&
      install.wantedBy.length + install.requiredBy.length + install.alias.length + install.also.length === 0
    )
      outcome.carriesNothing = true;
    for (const other of [...install.also, ...(definition.name === name ? [] : [definition.name])])
      if (!all.includes(other)) all.push(other);
  }
  const links = [...new Set(all.flatMap((name) => linksTo(host, rootOf(options), [name])))];
  for (const path of links) {
    host.fs.unlink(path, ROOT);
    outcome.changes.push(`Removed "${path}".`);
    const folder = path.slice(0, path.lastIndexOf('/'));
    if (folder.endsWith('.wants') || folder.endsWith('.requires')) host.fs.rmdir(folder, ROOT);
  }
  return outcome;
}
export function mask(
  host: Host,
  names: readonly string[],
  options: { runtime: boolean; force: boolean },
): InstallOutcome {
  const outcome: InstallOutcome = { changes: [], carriesNothing: false };
  for (const name of names) {
    const path = `${rootOf(options)}/${name}`;
    if (findFragment(host, name) === undefined)
      outcome.changes.push(`Unit ${name} does not exist, proceeding anyway.`);
    const info = host.fs.lstat(path, ROOT);
    if (!(info instanceof FileError)) {
      if (info.kind === 'symlink' && host.fs.readlink(path, ROOT) === '/dev/null') continue;
      if (info.kind !== 'symlink' && !options.force)
        return { ...outcome, error: `File ${path} already exists.` };
      if (info.kind === 'symlink' && !options.force)
        return {
          ...outcome,
          error: `File ${path} already exists and is a symlink to ${String(host.fs.readlink(path, ROOT))}.`,
        };
      host.fs.unlink(path, ROOT);
    }
    makeParents(host, path);
    host.fs.symlink('/dev/null', path, ROOT);
    outcome.changes.push(`Created symlink ${path} → /dev/null.`);
  }
  return outcome;
}
export function unmask(host: Host, names: readonly string[], options: { runtime: boolean }): InstallOutcome {
  const outcome: InstallOutcome = { changes: [], carriesNothing: false };
  for (const name of names) {
    const path = `${rootOf(options)}/${name}`;
    if (findFragment(host, name) === undefined)
      outcome.changes.push(`Unit ${name} does not exist, proceeding anyway.`);
    if (host.fs.readlink(path, ROOT) !== '/dev/null') continue;
    host.fs.unlink(path, ROOT);
    outcome.changes.push(`Removed "${path}".`);
  }
  return outcome;
}

/** What `systemctl is-enabled` says; undefined when there is no such file. */
/** `systemctl link`: the unit's file lies where no unit files are looked for. */
function isLinkedFromOutside(host: Host, name: string): boolean {
  const target = host.fs.readlink(`${CONFIG}/${name}`, ROOT);
  return (
    typeof target === 'string' &&
    target.endsWith(`/${name}`) &&
    !SEARCH_PATH.some((folder) => target.startsWith(`${folder}/`))
  );
}
export function unitFileState(host: Host, name: string): UnitFileState | undefined {
  const found = findFragment(host, name);
  if (found === undefined) return undefined;
  if (found.masked) return found.path.startsWith('/run/') ? 'masked-runtime' : 'masked';
  const last = found.names[found.names.length - 1] ?? name;
  if (last !== name) return 'alias';
  if (found.path.startsWith('/run/systemd/transient/')) return 'transient';
  if (found.path.startsWith('/run/systemd/generator')) return 'generated';
  const { install } = loadDefinition(host, name);
  // Under a name that it does not ask for it may be in use, and is not enabled.
  const elsewhere = linksBelow(host, CONFIG)
    .filter(
      ({ entry, pointed }) =>
        pointed === name &&
        entry !== name &&
        !install.alias.includes(entry) &&
        templateOf(entry)?.template !== name,
    )
    .map(({ path }) => path);
  const enabledBy = linksTo(host, CONFIG, [name]).some(
    (path) => path !== `${CONFIG}/${name}` && !elsewhere.includes(path),
  );
  // Of a template its instances are enabled, not it. Source: `unit_file_lookup_state`.
  if (enabledBy) return isTemplate(name) && install.defaultInstance === '' ? 'indirect' : 'enabled';
  if (isLinkedFromOutside(host, name)) return 'linked';
  if (elsewhere.length > 0) return 'indirect';
  for (const root of [RUNTIME, GENERATED])
    if (linksTo(host, root, [name]).some((path) => path !== `${root}/${name}`)) return 'enabled-runtime';
  if (install.wantedBy.length + install.requiredBy.length + install.alias.length > 0) return 'disabled';
  if (install.also.length > 0) return 'indirect';
  return 'static';
}

/** `enabled` or `disabled`: what the preset files say of a unit. Source: systemd.preset(5). */
export function presetOf(host: Host, name: string): 'enabled' | 'disabled' {
  const files = new Map<string, string>();
  for (const folder of [
    '/etc/systemd/system-preset',
    '/run/systemd/system-preset',
    '/usr/lib/systemd/system-preset',
  ]) {
    const entries = host.fs.readdir(folder, ROOT);
    if (Array.isArray(entries))
      for (const entry of entries)
        if (entry.endsWith('.preset') && !files.has(entry)) files.set(entry, `${folder}/${entry}`);
  }
  const candidates = [name, templateOf(name)?.template ?? name];
  for (const [, path] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const text = host.fs.readFile(path, ROOT);
    if (typeof text !== 'string') continue;
    for (const line of text.split('\n')) {
      const [verb, pattern] = line.trim().split(/\s+/);
      if (
        (verb === 'enable' || verb === 'disable') &&
        pattern !== undefined &&
        candidates.some((candidate) => globMatches(pattern, candidate))
      )
        return verb === 'enable' ? 'enabled' : 'disabled';
    }
  }
  return 'enabled';
}

/** All unit files of a host by name, for `list-unit-files`. */
export function unitFiles(host: Host): string[] {
  const names = new Set<string>();
  for (const directory of SEARCH_PATH) {
    const entries = host.fs.readdir(directory, ROOT);
    if (entries instanceof FileError) continue;
    for (const entry of entries) if (typeOf(entry) !== undefined) names.add(entry);
  }
  return [...names];
}
export type { Definition };
