/** Verbs about unit files: enable, mask, cat, edit, list-unit-files … Source: systemctl(1) "Unit File Commands". */
import { knownKeys } from '../unit-file/known-keys';
import { limitOf } from '../unit-file/settings';
import { FileError } from '../../../world/files.contract';
import {
  disable,
  enable,
  type InstallOutcome,
  mask,
  presetOf,
  unitFiles,
  unitFileState,
  unmask,
  withLinks,
} from '../enable';
import { removeTree } from '../service/directories';
import { loadDefinition } from '../unit-file/load';
import { findDropIns, findFragment, withListing } from '../unit-file/search';
import { globMatches, mangle, templateOf, typeOf, UNIT_TYPES } from '../unit-file/names';
import { jobVerb } from './jobs';
import { refuseUnknownTypes } from './lists';
import { type Call, type Run, table } from './output';
import { refuseUnlessRoot, RELOAD_MICROS, unitNames } from './call';
import { isPattern } from '../../../std/fnmatch';

const ROOT = { uid: 0, gid: 0, groups: [] as number[] };
const SYSV_MICROS = 220_000;
const NOTHING_TO_INSTALL = `The unit files have no installation config (WantedBy=, RequiredBy=, Also=,
Alias= settings in the [Install] section, and DefaultInstance= for template
units). This means they are not meant to be enabled using systemctl.
 
Possible reasons for having this kind of units are:
• A unit may be statically enabled by being symlinked from another unit's
  .wants/ or .requires/ directory.
• A unit's purpose may be to act as a helper for some other unit which has
  a requirement dependency on it.
• A unit may be started when needed via activation (socket, path, timer,
  D-Bus, udev, scripted systemctl call, ...).
• In case of template units, the unit is meant to be enabled with some
  instance name specified.
`;

/** Units with a script in /etc/init.d go through Debian's tool first. */
function* synchronize(
  call: Call,
  names: readonly string[],
  verb: 'enable' | 'disable',
): Run<number | undefined> {
  const { context } = call;
  for (const name of names) {
    const stem = name.slice(0, -'.service'.length);
    if (!name.endsWith('.service') || context.fs.access(`/etc/init.d/${stem}`, 1, ROOT) !== undefined)
      continue;
    if (findFragment(context.host, name) === undefined) continue;
    if (!call.options.quiet)
      yield* context.err(
        `Synchronizing state of ${name} with SysV service script with /lib/systemd/systemd-sysv-install.\nExecuting: /lib/systemd/systemd-sysv-install ${verb} ${stem}\n`,
      );
    if (context.who.uid !== 0) {
      yield* context.err('Reload daemon failed: Access denied\nReload daemon failed: Access denied\n');
      continue;
    }
    yield* context.sleep(SYSV_MICROS);
    call.manager.reload();
  }
  return undefined;
}
function namesOf(call: Call): string[] {
  return call.args.map((argument) => mangle(argument));
}
/** Prints what changed, reloads, and says why it failed. */
function* finish(call: Call, outcome: InstallOutcome, word: string): Run<number> {
  const { context } = call;
  if (!call.options.quiet) for (const line of outcome.changes) yield* context.err(`${line}\n`);
  if (outcome.error !== undefined) {
    yield* context.err(`Failed to ${word} unit: ${outcome.error}\n`);
    return 1;
  }
  if (call.options.reload) {
    yield* context.sleep(RELOAD_MICROS);
    call.manager.reload();
  }
  return 0;
}
export function* enableVerb(call: Call): Run<number> {
  const names = namesOf(call);
  yield* synchronize(call, names, 'enable');
  const refused = yield* refuseUnlessRoot(call, 'Failed to enable unit: Access denied\n', 1);
  if (refused !== undefined) return refused;
  const outcome = enable(call.context.host, names, {
    runtime: call.options.runtime,
    force: call.options.force > 0,
  });
  const code = yield* finish(call, outcome, 'enable');
  if (code !== 0) return code;
  if (outcome.carriesNothing && outcome.changes.length === 0 && !call.options.quiet)
    yield* call.context.err(NOTHING_TO_INSTALL);
  return call.options.now ? yield* jobVerb({ ...call, args: names }, 'start') : 0;
}
export function* disableVerb(call: Call): Run<number> {
  const names = namesOf(call);
  yield* synchronize(call, names, 'disable');
  const refused = yield* refuseUnlessRoot(call, 'Failed to disable unit: Access denied\n', 1);
  if (refused !== undefined) return refused;
  const outcome = disable(call.context.host, names, { runtime: call.options.runtime });
  const code = yield* finish(call, outcome, 'disable');
  if (code !== 0) return code;
  if (outcome.carriesNothing && outcome.changes.length === 0 && !call.options.quiet)
    yield* call.context.err(NOTHING_TO_INSTALL);
  return call.options.now ? yield* jobVerb({ ...call, args: names }, 'stop') : 0;
}
export function* reenable(call: Call): Run<number> {
  const refused = yield* refuseUnlessRoot(call, 'Failed to reenable unit: Access denied\n', 1);
  if (refused !== undefined) return refused;
  const names = namesOf(call);
  const { host } = call.context;
  const removed = disable(host, names, { runtime: call.options.runtime });
  const added = enable(host, names, { runtime: call.options.runtime, force: true });
  const error = removed.error ?? added.error;
  return yield* finish(
    call,
    {
      changes: [...removed.changes, ...added.changes],
      carriesNothing: false,
      ...(error === undefined ? {} : { error }),
    },
    'reenable',
  );
}
export function* presetVerb(call: Call): Run<number> {
  const refused = yield* refuseUnlessRoot(call, 'Failed to preset unit: Access denied\n', 1);
  if (refused !== undefined) return refused;
  let code = 0;
  for (const name of namesOf(call)) {
    const isOn = presetOf(call.context.host, name) === 'enabled';
    const options = { runtime: call.options.runtime, force: false };
    const outcome = isOn
      ? enable(call.context.host, [name], options)
      : disable(call.context.host, [name], options);
    code ||= yield* finish(call, outcome, 'preset');
  }
  return code;
}
export function* maskVerb(call: Call): Run<number> {
  const refused = yield* refuseUnlessRoot(call, 'Failed to mask unit: Access denied\n', 1);
  if (refused !== undefined) return refused;
  const names = namesOf(call);
  const code = yield* finish(
    call,
    mask(call.context.host, names, { runtime: call.options.runtime, force: call.options.force > 0 }),
    'mask',
  );
  return code === 0 && call.options.now ? yield* jobVerb({ ...call, args: names }, 'stop') : code;
}
export function* unmaskVerb(call: Call): Run<number> {
  const refused = yield* refuseUnlessRoot(call, 'Failed to unmask unit: Access denied\n', 1);
  if (refused !== undefined) return refused;
  return yield* finish(
    call,
    unmask(call.context.host, namesOf(call), { runtime: call.options.runtime }),
    'unmask',
  );
}
const ENABLED = new Set(['enabled', 'enabled-runtime', 'static', 'alias', 'indirect', 'generated']);
export function* isEnabled(call: Call): Run<number> {
  const { context } = call;
  let some = false;
  for (const name of namesOf(call)) {
    const state = unitFileState(context.host, name);
    if (state === undefined) {
      yield* context.err(`Failed to get unit file state for ${name}: No such file or directory\n`);
      return 1;
    }
    some ||= ENABLED.has(state);
    if (!call.options.quiet) yield* context.out(`${state}\n`);
  }
  return some ? 0 : 1;
}

export function* catUnits(call: Call): Run<number> {
  const { context } = call;
  const { host } = context;
  let isFirst = true;
  for (const name of unitNames(call)) {
    const fragment = findFragment(host, name);
    const separator = isFirst ? '' : '\n';
    isFirst = false;
    if (fragment?.masked === true) {
      yield* context.out(`${separator}# Unit ${name} is masked.\n`);
      continue;
    }
    const dropIns = findDropIns(
      host,
      [name, ...(fragment?.names ?? [])].filter((other, i, all) => all.indexOf(other) === i),
    );
    if (fragment === undefined && dropIns.length === 0) {
      yield* context.err(`No files found for ${name}.\n`);
      return 1;
    }
    const unit = call.manager.unit(name);
    if (unit !== undefined && fragment !== undefined && unit.definition.load === 'loaded') {
      const stale = unit.definition.sources.some(({ path, mtime }) => {
        const info = host.fs.stat(path, ROOT);
        return info instanceof FileError || info.mtime !== mtime;
      });
      if (stale)
        yield* context.err(
          `Warning: ${name} changed on disk, the version systemd has loaded is outdated.\nThis output shows the current version of the unit's original fragment and drop-in files.\nIf fragments or drop-ins were added or removed, they are not properly reflected in this output.\nRun 'systemctl daemon-reload' to reload units.\n`,
        );
    }
    const parts = [...(fragment === undefined ? [] : [fragment.path]), ...dropIns].map((path) => {
      const text = host.fs.readFile(path, ROOT);
      return `# ${path}\n${text instanceof FileError ? '' : text}${typeof text === 'string' && text.endsWith('\n') ? '' : '\n'}`;
    });
    yield* context.out(separator + parts.join('\n'));
  }
  return 0;
}
/** Opens the user's editor on a new drop-in, or on a copy of the whole file with --full. */
export function* editUnits(call: Call): Run<number> {
  const { context, options } = call;
  const { host } = context;
  if (context.stdin.tty === undefined) {
    yield* context.err('Cannot edit units if not on a tty.\n');
    return 1;
  }
  const refused = yield* refuseUnlessRoot(
    call,
    'Failed to create directories for "/etc/systemd/system/": Permission denied\n',
    1,
  );
  if (refused !== undefined) return refused;
  for (const name of namesOf(call)) {
    const fragment = findFragment(host, name);
    if (fragment === undefined && options.force === 0) {
      yield* context.err(
        `No files found for ${name}.\nRun 'systemctl edit --force --full ${name}' to create a new unit.\n`,
      );
      return 1;
    }
    if (fragment?.masked === true) {
      yield* context.err(`Cannot edit ${name}: unit is masked.\n`);
      return 1;
    }
    const path = options.editFull
      ? `/etc/systemd/system/${name}`
      : `/etc/systemd/system/${name}.d/${options.dropIn === '' ? 'override' : options.dropIn.replace(/\.conf$/, '')}.conf`;
    const before = host.fs.readFile(path, ROOT);
    const original = fragment === undefined ? '' : host.fs.readFile(fragment.path, ROOT);
    const shown = typeof original === 'string' ? original : '';
    const start = typeof before === 'string' ? before : options.editFull ? shown : '';
    const temporary = `${path.slice(0, path.lastIndexOf('/'))}/.#${path.slice(path.lastIndexOf('/') + 1)}${host.state.bootId.slice(0, 16)}`;
    const text = options.editFull
      ? start
      : `### Editing ${path}\n### Anything between here and the comment below will become the new contents of the file\n\n${start}\n### Lines below this comment will be discarded\n\n### ${fragment?.path ?? ''}\n${shown.replace(/^/gm, '# ').replace(/# $/, '')}`;
    if (!host.fs.exists(path.slice(0, path.lastIndexOf('/'))))
      host.fs.mkdir(path.slice(0, path.lastIndexOf('/')), 0o755, ROOT);
    host.fs.writeFile(temporary, text, ROOT);
    const code = yield* runEditor(call, temporary);
    const edited = host.fs.readFile(temporary, ROOT);
    host.fs.unlink(temporary, ROOT);
    if (code !== 0 || typeof edited !== 'string') return 1;
    const kept = options.editFull ? edited : between(edited);
    if (kept.trim() === '') {
      yield* context.err(`Editing "${path}" canceled: temporary file is empty.\n`);
      host.fs.rmdir(path.slice(0, path.lastIndexOf('/')), ROOT);
      return 0;
    }
    host.fs.writeFile(path, kept, ROOT);
  }
  yield* context.sleep(RELOAD_MICROS);
  call.manager.reload();
  return 0;
}
function between(text: string): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith('### Anything between'));
  const end = lines.findIndex((line) => line.startsWith('### Lines below this comment'));
  const kept = lines
    .slice(start + 1, end === -1 ? undefined : end)
    .join('\n')
    .trim();
  return kept === '' ? '' : `${kept}\n`;
}
function* runEditor(call: Call, path: string): Run<number> {
  const { context } = call;
  const wanted = context.env.get('SYSTEMD_EDITOR') ?? context.env.get('EDITOR') ?? context.env.get('VISUAL');
  const choices = wanted === undefined ? ['editor', 'nano', 'vim', 'vi'] : [wanted.split(/\s+/)[0] ?? wanted];
  for (const choice of choices) {
    const found = choice.startsWith('/')
      ? choice
      : ['/usr/local/bin', '/usr/bin', '/bin']
          .map((folder) => `${folder}/${choice}`)
          .find((candidate) => context.fs.exists(candidate));
    if (found === undefined) continue;
    const pid = context.spawn({
      argv: [...(wanted === undefined ? [choice] : wanted.split(/\s+/)), path],
      path: found,
    });
    if (typeof pid !== 'number') continue;
    const ended = yield* context.wait(pid);
    return ended.code ?? 1;
  }
  yield* context.err(
    'Cannot edit unit(s): no editor available. Please set either $SYSTEMD_EDITOR, $EDITOR or $VISUAL.\n',
  );
  return 1;
}
export function* revert(call: Call): Run<number> {
  const refused = yield* refuseUnlessRoot(call, 'Failed to revert unit files: Access denied\n', 1);
  if (refused !== undefined) return refused;
  const { host } = call.context;
  const changes: string[] = [];
  for (const name of namesOf(call)) {
    for (const folder of [
      `/etc/systemd/system/${name}.d`,
      `/etc/systemd/system.control/${name}.d`,
      `/run/systemd/system/${name}.d`,
    ]) {
      const entries = host.fs.readdir(folder, ROOT);
      if (!Array.isArray(entries)) continue;
      for (const entry of entries) {
        removeTree(host, `${folder}/${entry}`);
        changes.push(`Removed "${folder}/${entry}".`);
      }
      host.fs.rmdir(folder, ROOT);
      changes.push(`Removed "${folder}".`);
    }
    const own = `/etc/systemd/system/${name}`;
    const hasVendor = host.fs.exists(`/usr/lib/systemd/system/${name}`);
    if (hasVendor && !(host.fs.lstat(own, ROOT) instanceof FileError)) {
      host.fs.unlink(own, ROOT);
      changes.push(`Removed "${own}".`);
    }
  }
  return yield* finish(call, { changes, carriesNothing: false }, 'revert');
}
export function* getDefault(call: Call): Run<number> {
  yield* call.context.out(`${loadDefinition(call.context.host, 'default.target').name}\n`);
  return 0;
}
export function* setDefault(call: Call): Run<number> {
  const refused = yield* refuseUnlessRoot(call, 'Failed to set default target: Access denied\n', 1);
  if (refused !== undefined) return refused;
  const { host } = call.context;
  const name = mangle(call.args[0] ?? '', '.target');
  const fragment = findFragment(host, name);
  if (typeOf(name) !== 'target') {
    yield* call.context.err('Failed to set default target: Invalid argument\n');
    return 1;
  }
  if (fragment === undefined) {
    yield* call.context.err(`Failed to set default target: Unit file ${name} does not exist.\n`);
    return 1;
  }
  const path = '/etc/systemd/system/default.target';
  const changes: string[] = [];
  if (!(host.fs.lstat(path, ROOT) instanceof FileError)) {
    changes.push(`Removed "${path}".`);
    host.fs.unlink(path, ROOT);
  }
  host.fs.symlink(fragment.path, path, ROOT);
  changes.push(`Created symlink ${path} → ${fragment.path}.`);
  return yield* finish(call, { changes, carriesNothing: false }, 'set default target of');
}
/** Keeps each property in a drop-in of its own, as systemd does. */
/** Settings of control groups, and few others, can be changed while a unit runs. Source: systemctl(1) "set-property". */
function mayChange(key: string): boolean {
  return /^(CPU|Memory|Tasks|IO|Block|IP|Device|Allowed|Startup|Managed|Delegate|Slice|OOMPolicy|Description$|Markers$|Environment$|Timeout|RuntimeMax)/.test(
    key,
  );
}

/** Amounts of memory are written down in bytes. */
function writtenValue(key: string, value: string): string {
  const bytes = /^Memory/.test(key) && !value.endsWith('%') ? limitOf(value) : undefined;
  return bytes === undefined ? value : String(bytes);
}
export function* setProperty(call: Call): Run<number> {
  const refused = yield* refuseUnlessRoot(
    call,
    `Failed to set unit properties on ${mangle(call.args[0] ?? '')}: Access denied\n`,
    1,
  );
  if (refused !== undefined) return refused;
  const { host } = call.context;
  const name = mangle(call.args[0] ?? '');
  if (call.manager.load(name).definition.load === 'not-found') {
    yield* call.context.err(`Failed to set unit properties on ${name}: Unit ${name} not found.\n`);
    call.manager.collect();
    return 1;
  }
  const unknown = call.args.slice(1).find((word) => !mayChange(word.slice(0, word.indexOf('='))));
  if (unknown !== undefined) {
    const key = unknown.slice(0, unknown.indexOf('='));
    const isKnown = ['Unit', 'Service'].some((section) => knownKeys(section)?.has(key) === true);
    yield* call.context.err(
      isKnown
        ? `Failed to set unit properties on ${name}: Cannot set property ${key}, or unknown property.\n`
        : `Unknown assignment: ${unknown}\n`,
    );
    return 1;
  }
  const wrong = call.args
    .slice(1)
    .find((word) => /^(Memory|Tasks)\w*=/.test(word) && !/=(infinity|\d+%?|\d+[KMGTPE]?)?$/.test(word));
  if (wrong !== undefined) {
    yield* call.context.err(`Failed to parse ${wrong}: Invalid argument\n`);
    return 1;
  }
  const folder = `/${call.options.runtime ? 'run' : 'etc'}/systemd/system.control/${name}.d`;
  for (const word of call.args.slice(1)) {
    const [key = '', value = ''] = [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)];
    const section = typeOf(name) === 'slice' ? 'Slice' : 'Service';
    host.install(`${folder}/50-${key}.conf`, {
      text: `# This is a drop-in unit file extension, created via "systemctl set-property"\n# or an equivalent operation. Do not edit.\n[${section}]\n${key}=${writtenValue(key, value)}\n`,
    });
  }
  call.manager.reload();
  return 0;
}

export function* listUnitFiles(call: Call): Run<number> {
  const { context, options } = call;
  const { host } = context;
  const misused = yield* refuseUnknownTypes(call);
  if (misused !== undefined) return misused;
  const patterns = call.args.map((argument) => (isPattern(argument) ? argument : mangle(argument)));
  const order = (name: string): number => UNIT_TYPES.findIndex((type) => type === typeOf(name));
  const rank = [
    'path',
    'automount',
    'mount',
    'scope',
    'service',
    'slice',
    'socket',
    'swap',
    'target',
    'timer',
  ];
  const readRows = (): { name: string; state: string }[] =>
    unitFiles(host)
      .filter((name) => patterns.length === 0 || patterns.some((pattern) => globMatches(pattern, name)))
      .filter((name) => options.types.length === 0 || options.types.includes(typeOf(name) ?? ''))
      .map((name) => ({ name, state: unitFileState(host, name) ?? 'bad' }))
      .filter(({ state }) => options.states.length === 0 || options.states.includes(state));
  const rows = withListing(host, () => withLinks(host, readRows)).sort(
    (a, b) =>
      rank.indexOf(typeOf(a.name) ?? '') - rank.indexOf(typeOf(b.name) ?? '') ||
      order(a.name) - order(b.name) ||
      (a.name < b.name ? -1 : 1),
  );
  const cells = rows.map(({ name, state }) => [
    name,
    state,
    ['static', 'alias', 'generated', 'transient', 'indirect'].includes(state)
      ? '-'
      : presetOf(host, templateOf(name)?.template ?? name),
  ]);
  if (options.legend) cells.unshift(['UNIT FILE', 'STATE', 'PRESET']);
  for (const line of table(cells)) yield* context.out(`${line}\n`);
  if (options.legend) yield* context.out(`\n${rows.length} unit files listed.\n`);
  return 0;
}
