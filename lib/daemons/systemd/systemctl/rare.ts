/** Verbs that are seldom typed: add-wants, link, clean, freeze, log-level, list-automounts, list-machines. Source: systemctl(1). */
import { FileError } from '../../../world/files.contract';
import { isDown } from '../active';
import { refusedAlias } from '../enable';
import { DIRECTORY_ROOTS, removeTree } from '../service/directories';
import { loadDefinition } from '../unit-file/load';
import { mangle } from '../unit-file/names';
import { SEARCH_PATH } from '../unit-file/search';
import { RELOAD_MICROS, refuseUnlessRoot, unitNames } from './call';
import { systemState } from './lists';
import type { Call, Run } from './output';

const ROOT = { uid: 0, gid: 0, groups: [] as number[] };

function folderOf({ options }: Call): string {
  return `/${options.runtime ? 'run' : 'etc'}/systemd/system`;
}
function* link(call: Call, path: string, target: string): Run<void> {
  const { fs } = call.context.host;
  const directory = path.slice(0, path.lastIndexOf('/'));
  fs.mkdir(directory, 0o755, ROOT);
  const present = fs.readlink(path, ROOT);
  if (present === target) return;
  if (!(fs.lstat(path, ROOT) instanceof FileError)) fs.unlink(path, ROOT);
  fs.symlink(target, path, ROOT);
  if (!call.options.quiet) yield* call.context.err(`Created symlink ${path} → ${target}.\n`);
}
function* reloaded(call: Call): Run<number> {
  if (!call.options.reload) return 0;
  yield* call.context.sleep(RELOAD_MICROS);
  call.manager.reload();
  return 0;
}

export function* addDependency(call: Call, kind: 'wants' | 'requires'): Run<number> {
  const refused = yield* refuseUnlessRoot(call, 'Failed to add dependency: Access denied\n', 1);
  if (refused !== undefined) return refused;
  const [target = '', ...names] = call.args;
  const owner = mangle(target, '.target');
  for (const name of names.map((word) => mangle(word))) {
    const { fragment } = loadDefinition(call.context.host, name);
    if (fragment === undefined) {
      yield* call.context.err(`Failed to add dependency: Unit file ${name} does not exist.\n`);
      return 1;
    }
    yield* link(call, `${folderOf(call)}/${owner}.${kind}/${name}`, fragment);
  }
  return yield* reloaded(call);
}
export function* linkUnits(call: Call): Run<number> {
  const refused = yield* refuseUnlessRoot(call, 'Failed to link unit: Access denied\n', 1);
  if (refused !== undefined) return refused;
  const bare = call.args.find((word) => !word.includes('/'));
  if (bare !== undefined) {
    yield* call.context.err(
      `Link argument must contain at least one directory separator.\nIf you intended to link a file in the current directory, try ./${bare} instead.\n`,
    );
    return 1;
  }
  for (const path of call.args.map((word) => call.context.resolve(word))) {
    if (typeof call.context.host.fs.readlink(path, ROOT) === 'string') {
      yield* call.context.err(`Failed to link unit: ${refusedAlias(path)}\n`);
      return 1;
    }
    // Where unit files are looked for anyway nothing is linked.
    if (SEARCH_PATH.includes(path.slice(0, path.lastIndexOf('/')))) continue;
    if (call.context.host.fs.stat(path, ROOT) instanceof FileError) {
      yield* call.context.err(`Failed to link unit: Unit file ${path} does not exist.\n`);
      return 1;
    }
    yield* link(call, `${folderOf(call)}/${path.slice(path.lastIndexOf('/') + 1)}`, path);
  }
  return yield* reloaded(call);
}
/** Directories of services that run for nobody can be removed; others have none. */
export function* clean(call: Call): Run<number> {
  for (const name of unitNames(call)) {
    const refused = cleanOne(call, name);
    if (refused === undefined) continue;
    if (call.manager.unit(name)?.definition.load === 'not-found') {
      yield* call.context.err(`Failed to add reference to unit ${name}: ${refused}\n`);
      return 1;
    }
    yield* call.context.err(`Failed to clean unit ${name}: ${refused}\n`);
    return 1;
  }
  return 0;
}
const CLEANED = ['configuration', 'state', 'cache', 'logs', 'runtime', 'fdstore'];
/** Runtime and cache unless `--what=` says otherwise. The reason why nothing was removed. */
function cleanOne({ manager, options, context }: Call, name: string): string | undefined {
  const what = options.what.length === 0 ? ['runtime', 'cache'] : options.what;
  const wrong = what.find((one) => one !== 'all' && !CLEANED.includes(one));
  if (wrong !== undefined) return `Invalid resource type: ${wrong}`;
  const unit = manager.load(name);
  if (unit.definition.load === 'not-found') return `Unit ${name} not found.`;
  if (!isDown(unit.active) || unit.job !== 0) return 'Unit is not inactive or has pending job.';
  const kinds = (unit.definition.service?.directories ?? []).filter(
    ({ kind, names }) => names.length > 0 && (what.includes('all') || what.includes(kind.toLowerCase())),
  );
  if (kinds.length === 0) return 'No matching resources found.';
  for (const { kind, names } of kinds)
    for (const one of names) removeTree(context.host, `${DIRECTORY_ROOTS[kind]}/${one}`);
  manager.log('info', `${name}: Deactivated successfully.`, name);
  return undefined;
}
export function* freeze(call: Call, verb: 'freeze' | 'thaw'): Run<number> {
  for (const name of unitNames(call)) {
    yield* call.context.err(`Failed to ${verb} unit ${name}: Unit '${name}' does not support freezing.\n`);
    return 1;
  }
  return 0;
}
const LEVELS = /^([0-7]|emerg|alert|crit|err|warning|notice|info|debug)$/;
export function* logLevel(call: Call): Run<number> {
  const [level] = call.args;
  if (level === undefined) yield* call.context.out('info\n');
  else if (!LEVELS.test(level)) {
    yield* call.context.err(`"${level}" is not a valid log level.\n`);
    return 1;
  }
  return 0;
}
export function* listAutomounts(call: Call): Run<number> {
  const { context, manager, options } = call;
  const units = [...manager.state.units.values()].filter(
    ({ definition, active }) => definition.type === 'automount' && (options.all || active === 'active'),
  );
  if (options.legend) yield* context.out('WHAT WHERE MOUNTED IDLE TIMEOUT UNIT\n');
  for (const { definition } of units) {
    const where = definition.raw.find(([key]) => key === 'Automount.Where')?.[1] ?? '';
    yield* context.out(`n/a  ${where} no - ${definition.name}\n`);
  }
  if (options.legend)
    yield* context.out(
      `\n${units.length} automounts listed.\n${options.all ? '' : 'Pass --all to see loaded but inactive automounts, too.\n'}`,
    );
  return 0;
}
export function* listMachines(call: Call): Run<number> {
  const { context, manager } = call;
  const name = `${manager.host.state.hostname} (host)`;
  const failed = [...manager.state.units.values()].filter(({ active }) => active === 'failed').length;
  const state = systemState(manager);
  const row = (cells: readonly [string, string, string, string]): string =>
    `  ${cells[0].padEnd(name.length)} ${cells[1].padEnd(Math.max(5, state.length))} ${cells[2].padEnd(6)} ${cells[3]}`;
  yield* context.out(
    `${row(['NAME', 'STATE', 'FAILED', 'JOBS'])}\n${row([name, state, String(failed), String(manager.state.jobs.size)])}\n\n1 machines listed.\n`,
  );
  return 0;
}
/** `systemctl help`: opens the pages that units name. */
export function* help(call: Call): Run<number> {
  const { context, manager } = call;
  if (call.args.length === 0) {
    yield* context.err(
      "'help' command expects one or more unit names.\n(Alternatively, help for systemctl itself may be shown with --help)\n",
    );
    return 1;
  }
  for (const name of unitNames(call)) {
    const { definition } = manager.load(name);
    if (definition.load === 'not-found') {
      yield* context.err(`Unit ${name} could not be found.\n`);
      return 1;
    }
    if (definition.documentation.length === 0) yield* context.err(`Documentation for ${name} not known.\n`);
    else yield* context.err(`systemctl: not modelled: the text of ${definition.documentation.join(' ')}\n`);
  }
  return 0;
}
