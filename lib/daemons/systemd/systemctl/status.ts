/** systemctl status, in the layout of systemd 252 (`systemctl-show.c`, `print_status_info`). */
import type { ProcessState } from '../../../world/process.contract';
import type { LoggedEntry } from '../../../world/world.contract';
import { VERSION } from '../host-manager';
import { presetOf, unitFileState } from '../enable';
import { shortExitStatusName } from '../exit-status';
import { mayReadJournal } from '../journalctl/access';
import { aboutUnit } from '../journalctl/match';
import { mountSettings } from '../mounts';
import { formatEntry } from '../journalctl/format';
import { isDown, isUp } from '../active';
import { hasUnifiedGroups } from '../conditions';
import { usedCpu } from '../service/spawn';
import type { ExecStatus, UnitState } from '../state';
import { mangle, globMatches, sliceOf } from '../unit-file/names';
import { FOREVER, formatRelative, formatTimeSpan } from '../unit-file/time-span';
import { quoteCommandLine } from '../unit-file/words';
import { SIGNAL_NUMBERS } from '../../../world/signals';
import { glyphsFor } from './glyphs';
import { systemState } from './lists';
import { bullet, bulletColor, type Call, formatBytes, formatTimestamp, paint, type Run } from './output';
import { warnIfStale } from './call';
import { isPattern } from '../../../std/fnmatch';

export function* status(call: Call): Run<number> {
  if (call.args.length === 0) return yield* systemStatus(call);
  const { context, manager } = call;
  let code = 0;
  let isFirst = true;
  const lost = call.args.find(
    (word) => /^\d+$/.test(word) && unitOfProcess(call, Number(word)) === undefined,
  );
  if (lost !== undefined) {
    yield* context.err(
      `Failed to get unit for PID ${lost}: PID ${lost} does not belong to any loaded unit.\n`,
    );
    return 1;
  }
  for (const name of namesOf(call)) {
    if (/@\.[a-z]+$/.test(name)) {
      yield* context.err(
        `Failed to get properties: Unit name ${name} is neither a valid invocation ID nor unit name.\n`,
      );
      code = 1;
      continue;
    }
    const unit = manager.load(name);
    if (unit.definition.load === 'not-found' && isDown(unit.active) && unit.active !== 'failed') {
      yield* context.err(`Unit ${name} could not be found.\n`);
      code = 4;
      continue;
    }
    if (!isFirst) yield* context.out('\n');
    isFirst = false;
    // Its standard output is only written at the end when it goes to a pipe or a file.
    if (context.stdout.tty === undefined) yield* warnIfStale(call, name);
    yield* context.out(glyphsFor(context.env)(unitStatus(call, unit)));
    if (context.stdout.tty !== undefined) yield* warnIfStale(call, name);
    if (!isUp(unit.active) && code === 0) code = 3;
  }
  manager.collect();
  return code;
}
function unitOfProcess({ manager }: Call, pid: number): string | undefined {
  const unit = manager.host.process(pid)?.unit;
  return unit === undefined || manager.unit(unit) === undefined ? undefined : unit;
}
function namesOf(call: Call): string[] {
  return call.args.flatMap((argument) => {
    if (/^\d+$/.test(argument)) return unitOfProcess(call, Number(argument)) ?? [];
    const name = mangle(argument);
    if (!isPattern(name)) return [name];
    return [...call.manager.state.units.values()]
      .filter(({ definition, active }) => globMatches(name, definition.name) && !isDown(active))
      .map(({ definition }) => definition.name)
      .sort();
  });
}

const label = (name: string): string => `${name.padStart(11)}: `;

function unitStatus(call: Call, unit: UnitState): string {
  const { manager, color } = call;
  const { definition, active } = unit;
  const tone = bulletColor(active);
  const mark = tone === undefined ? bullet(active) : paint(bullet(active), tone, color);
  const title =
    definition.load === 'loaded' || definition.load === 'bad-setting'
      ? definition.description === definition.name
        ? ''
        : ` - ${definition.description}`
      : '';
  const lines = [`${mark} ${definition.name}${title}`, label('Loaded') + loadedText(call, unit)];
  if (unit.transient || definition.name === 'init.scope') lines.push(`${label('Transient')}yes`);
  lines.push(...dropInLines(unit), label('Active') + activeText(call, unit));
  const limit = definition.service?.runtimeMaxMicros ?? FOREVER;
  if (active === 'active' && limit < FOREVER) {
    const until = unit.activeEnterAt + limit;
    lines.push(`${label('Until')}${formatTimestamp(until)}; ${formatRelative(manager.host.clock(), until)}`);
  }
  if (isDown(active) && unit.activeEnterAt > 0 && unit.activeExitAt >= unit.activeEnterAt)
    lines.push(label('Duration') + formatTimeSpan(unit.activeExitAt - unit.activeEnterAt, 1_000));
  lines.push(...triggerLines(call, unit, 'TriggeredBy'), ...conditionLines(call, unit));
  if (definition.type === 'timer') {
    const next = unit.timer?.nextAt ?? 0;
    lines.push(
      label('Trigger') +
        (next === 0 ? 'n/a' : `${formatTimestamp(next)}; ${formatRelative(manager.host.clock(), next)}`),
    );
  }
  lines.push(...triggerLines(call, unit, 'Triggers'));
  if (definition.type === 'mount') {
    const { what, where } = mountSettings(unit);
    const row = call.manager.host.state.mounts.findLast(({ point }) => point === where);
    lines.push(`${label('Where')}${where}`, `${label('What')}${row?.source ?? what}`);
  }
  definition.documentation.forEach((page, i) =>
    lines.push((i === 0 ? label('Docs') : ' '.repeat(13)) + page),
  );
  for (const [i, { kind, address }] of (definition.socket?.listens ?? []).entries())
    lines.push(`${i === 0 ? label('Listen') : ' '.repeat(13)}${address} (${kind.slice('Listen'.length)})`);
  if (definition.socket?.accept === true) {
    const { accepted = 0, refused = 0, connections } = unit.socket ?? {};
    const more = refused === 0 ? '' : ` Refused: ${refused}`;
    lines.push(`${label('Accepted')}${accepted}; Connected: ${connections?.size ?? 0};${more}`);
  }
  lines.push(...processLines(call, unit), ...resourceLines(call, unit));
  const log = journalLines(call, unit);
  return `${lines.join('\n')}\n${log === '' ? '' : `\n${log}`}`;
}
function loadedText(call: Call, unit: UnitState): string {
  const { host } = call.manager;
  const { definition } = unit;
  const reasons = {
    'not-found': `Unit ${definition.name} not found.`,
    masked: `Unit ${definition.name} is masked.`,
    'bad-setting': `Unit ${definition.name} has a bad unit file setting.`,
  };
  const word =
    definition.load === 'loaded' ? 'loaded' : definition.load === 'masked' ? 'masked' : definition.load;
  if (definition.load !== 'loaded')
    return `${definition.load === 'masked' ? word : paint(word, 'bad', call.color)} (Reason: ${reasons[definition.load]})`;
  const source = definition.raw.find(([key]) => key === 'Unit.SourcePath')?.[1];
  if (definition.fragment === undefined) return source === undefined ? 'loaded' : `loaded (${source})`;
  const state = unitFileState(host, definition.name);
  const file = state === undefined ? 'bad' : state;
  if (file === 'transient') return `loaded (${definition.fragment}; transient)`;
  const hasPreset = !['static', 'alias', 'generated', 'indirect'].includes(file);
  const stateColor = file === 'enabled' ? 'good' : file === 'disabled' ? 'warn' : undefined;
  const painted = stateColor === undefined ? file : paint(file, stateColor, call.color);
  const preset = presetOf(host, definition.name);
  return `loaded (${source ?? definition.fragment}; ${painted}${hasPreset ? `; preset: ${paint(preset, preset === 'enabled' ? 'good' : 'warn', call.color)}` : ''})`;
}
/** In the order of their names: a folder comes again when another one's file comes between. */
function dropInLines(unit: UnitState): string[] {
  const groups: { folder: string; files: string[] }[] = [];
  for (const path of unit.definition.dropIns) {
    const cut = path.lastIndexOf('/');
    const folder = path.slice(0, cut);
    const file = path.slice(cut + 1);
    const last = groups.at(-1);
    if (last?.folder === folder) last.files.push(file);
    else groups.push({ folder, files: [file] });
  }
  return groups.flatMap(({ folder, files }, i) => [
    (i === 0 ? label('Drop-In') : ' '.repeat(13)) + folder,
    `${' '.repeat(13)}└─${files.join(', ')}`,
  ]);
}
function activeText(call: Call, unit: UnitState): string {
  const { manager, color } = call;
  const { active, sub, service } = unit;
  const shown = sub === '' || sub === active ? active : `${active} (${sub})`;
  const result = service?.result ?? (unit.timer ?? unit.path ?? unit.socket)?.result ?? 'success';
  const head = active === 'failed' && result !== 'success' ? `failed (Result: ${result})` : shown;
  const tone = bulletColor(active);
  const painted = tone === undefined ? head : paint(head, tone, color);
  const why = active !== 'failed' && result !== 'success' && !isUp(active) ? ` (Result: ${result})` : '';
  const since =
    active === 'active' || active === 'reloading'
      ? unit.activeEnterAt
      : isDown(active)
        ? unit.inactiveEnterAt
        : active === 'activating'
          ? unit.inactiveExitAt
          : unit.activeExitAt;
  if (since === 0) return painted + why;
  return `${painted}${why} since ${formatTimestamp(since)}; ${formatRelative(manager.host.clock(), since)}`;
}
function conditionLines(call: Call, unit: UnitState): string[] {
  if (unit.conditionMet || unit.conditionAt === 0) return [];
  const when = `${formatTimestamp(unit.conditionAt)}; ${formatRelative(call.manager.host.clock(), unit.conditionAt)}`;
  return [
    `${label('Condition')}start condition ${paint('failed', 'warn', call.color)} at ${when}`,
    `${' '.repeat(13)}└─ ${unit.conditionFailed} was not met`,
  ];
}
function triggerLines(call: Call, unit: UnitState, relation: 'TriggeredBy' | 'Triggers'): string[] {
  const others = [...call.manager.graph().get(unit.definition.name, relation)];
  return others.map((other, i) => {
    const state = call.manager.unit(other)?.active ?? 'inactive';
    const tone = bulletColor(state);
    const glyph = relation === 'Triggers' ? '●' : bullet(state);
    const mark = tone === undefined ? glyph : paint(glyph, tone, call.color);
    return `${i === 0 ? label(relation) : ' '.repeat(13)}${mark} ${other}`;
  });
}
/** strerror(3) of what daemons tell systemd of. */
const ERRORS: Readonly<Record<number, string>> = {
  1: 'Operation not permitted',
  2: 'No such file or directory',
  12: 'Cannot allocate memory',
  13: 'Permission denied',
  22: 'Invalid argument',
};
const ORDER = [
  'ExecCondition',
  'ExecStartPre',
  'ExecStart',
  'ExecStartPost',
  'ExecReload',
  'ExecStop',
  'ExecStopPost',
];

function processLines(call: Call, unit: UnitState): string[] {
  const { service, definition } = unit;
  if (service === undefined) return [];
  const lines: string[] = [];
  const ended = [...service.statuses]
    .filter(({ code }) => code !== 0)
    .sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || a.index - b.index);
  for (const entry of definition.load === 'loaded' || definition.load === 'bad-setting' ? ended : []) {
    const command = definition.service?.exec[entry.kind][entry.index];
    lines.push(
      `${label('Process')}${entry.pid} ${entry.kind}=${command?.argv.join(' ') ?? ''} (${endText(entry, call.color)})`,
    );
  }
  if (service.mainPid !== 0)
    lines.push(
      `${label('Main PID')}${service.mainPid} (${call.manager.host.process(service.mainPid)?.comm ?? 'n/a'})`,
    );
  else if (service.main !== undefined && service.main.code !== 0)
    lines.push(`${label('Main PID')}${service.main.pid} (${endText(service.main, call.color)})`);
  if (service.controlPid !== 0) {
    const text = `${service.controlPid} (${call.manager.host.process(service.controlPid)?.comm ?? 'n/a'})`;
    if (service.mainPid !== 0) lines[lines.length - 1] += `; Control PID: ${text}`;
    else lines.push(`${label('Cntrl PID')}${text}`);
  }
  if (service.statusErrno !== 0)
    lines.push(
      `${label('Error')}${service.statusErrno} (${ERRORS[service.statusErrno] ?? `Unknown error ${service.statusErrno}`})`,
    );
  if (service.statusText !== '') lines.push(`${label('Status')}"${service.statusText}"`);
  return lines;
}
function endText(entry: ExecStatus, color: boolean): string {
  const bad = (text: string, isBad: boolean): string => (isBad ? paint(text, 'bad', color) : text);
  if (entry.code === 1) {
    const name = shortExitStatusName(entry.status);
    return `code=exited, ${bad(`status=${entry.status}${name === undefined ? '' : `/${name}`}`, entry.status !== 0)}`;
  }
  const signal =
    Object.entries(SIGNAL_NUMBERS).find(([, number]) => number === entry.status)?.[0] ?? String(entry.status);
  return bad(`code=killed, signal=${signal}`, true).replace(/^code=killed, /, 'code=killed, ');
}
function resourceLines(call: Call, unit: UnitState): string[] {
  const { manager } = call;
  const { definition } = unit;
  const lines: string[] = [];
  const pids = manager.members(definition.name);
  const processes = pids.flatMap((pid) => manager.host.process(pid) ?? []);
  const isKnown = definition.load === 'loaded';
  if (pids.length > 0 && isKnown) {
    const limit =
      definition.service?.tasksMax ??
      Math.floor(Number(manager.host.sysctl('kernel.threads-max') ?? '7660') * 0.15);
    const memory = memoryOf(processes);
    const most = definition.service?.memoryMax;
    lines.push(`${label('Tasks')}${pids.length} (limit: ${limit})`);
    lines.push(
      label('Memory') +
        formatBytes(memory) +
        (most === undefined
          ? ''
          : ` (max: ${formatBytes(most)} available: ${formatBytes(Math.max(0, most - memory))})`),
    );
  }
  const cpu = usedCpu(processes, unit);
  if (
    definition.type === 'service' &&
    hasUnifiedGroups(manager.host) &&
    (pids.length > 0 || (unit.service?.main !== undefined && unit.inactiveExitAt > 0))
  )
    lines.push(
      label('CPU') + (cpu < 1_000 ? `${Math.max(1, Math.ceil(cpu / 1_000))}ms` : formatTimeSpan(cpu, 1_000)),
    );
  if (pids.length === 0 && !(definition.type === 'socket' && isUp(unit.active))) return lines;
  lines.push(`${label('CGroup')}${sliceOf(definition.name)}/${definition.name}`);
  const width = Math.max(...pids.map((pid) => String(pid).length));
  processes.forEach((process, i) =>
    lines.push(
      `${' '.repeat(13)}${i === processes.length - 1 ? '└─' : '├─'}${String(process.pid).padStart(width)} ${quoteCommandLine(process.argv)}`,
    ),
  );
  return lines;
}
/** journald notes when it received a message, a little after its sender has gone on (recorded: a10, a12, c15). */
const RECEIPT_MICROS = 200;
/** Messages since the unit last left the inactive state; before the journal was flushed there are none. */
function journalLines(call: Call, unit: UnitState): string {
  const { manager, options, context } = call;
  const { host } = manager;
  if (options.lines === 0 || !mayReadJournal(host, context.who)) return '';
  const { name } = unit.definition;
  const flushedAt = manager.unit('systemd-journal-flush.service')?.activeEnterAt ?? 0;
  if (unit.inactiveExitAt > 0 && unit.inactiveExitAt < flushedAt)
    return 'Notice: journal has been rotated since unit was started, output may be incomplete.\n';
  const { log, bootId } = host.state;
  const found: LoggedEntry[] = [];
  let hasBegun = false;
  for (let i = log.length - 1; i >= 0 && found.length < options.lines; i--) {
    const entry = log[i];
    if (entry === undefined || entry.boot !== bootId) break;
    if (unit.inactiveExitAt > 0 && entry.at + RECEIPT_MICROS < unit.inactiveExitAt) {
      // Entries of one instant are not in the order of their times.
      if (unit.inactiveExitAt - entry.at > 1_000_000) break;
      continue;
    }
    // To start a process takes the manager longer than a receipt: what it said of the earlier run is past.
    if (entry.about === name && entry.job !== undefined && unit.inactiveExitAt > 0) {
      if (isPast(unit, entry.text) || (hasBegun && /^Stopp(ing|ed) /.test(entry.text))) break;
      hasBegun ||= isDown(unit.active) && /^Start(ing|ed) /.test(entry.text);
    }
    if (aboutUnit(entry, name)) found.push(entry);
  }
  return found
    .reverse()
    .map((entry) =>
      formatEntry(entry, {
        output: options.output,
        host,
        previous: undefined,
        color: call.color,
        utc: false,
        noHostname: false,
      }),
    )
    .join('');
}
/** Whether this word about a job is of a run before the unit's present one. */
function isPast(unit: UnitState, text: string): boolean {
  if (unit.sub === 'auto-restart') return text.startsWith('Failed to start ');
  return !isDown(unit.active) && unit.active !== 'deactivating' && /^Stopp(ing|ed) /.test(text);
}
function* systemStatus(call: Call): Run<number> {
  const { manager, context, color } = call;
  const { state, host } = manager;
  const failed = [...state.units.values()].filter(({ active }) => active === 'failed').length;
  const running = systemState(manager);
  const tone = running === 'running' ? 'good' : 'bad';
  const lines = [
    `${paint('●', tone, color)} ${host.state.hostname}`,
    `    State: ${paint(running, tone, color)}`,
    `    Units: ${state.units.size} loaded (incl. loaded aliases)`,
    `     Jobs: ${state.jobs.size} queued`,
    `   Failed: ${failed} units`,
    `    Since: ${formatTimestamp(state.userspaceAt)}; ${formatRelative(host.clock(), state.userspaceAt)}`,
    `  systemd: ${VERSION}`,
    ...(hasUnifiedGroups(host) ? [] : ['  Tainted: cgroupsv1']),
    '   CGroup: /',
    ...groupTree(call).map((line) => `           ${line}`),
  ];
  yield* context.out(glyphsFor(context.env)(`${lines.join('\n')}\n`));
  return 0;
}
/** What a small program has resident is mostly its libraries, which count for whoever loaded them first. */
const SMALL_KIB = 2_048;
export function memoryOf(processes: readonly ProcessState[]): number {
  return processes.reduce((sum, { rssKiB }) => sum + (rssKiB < SMALL_KIB ? rssKiB / 5 : rssKiB) * 1024, 0);
}
/** Processes that were put onto the host from outside (nsenter) are in none of its groups. */
export const OUTSIDE = '/';
/** The control groups as a tree, for the whole system. */
export function groupTree(
  call: Pick<Call, 'manager'>,
  quote: (argv: readonly string[]) => string = quoteCommandLine,
  about: (group: string) => { head: string; notes: readonly string[] } = (group) => ({
    head: group,
    notes: [],
  }),
): string[] {
  const { host } = call.manager;
  interface Group {
    children: Map<string, Group>;
    pids: number[];
  }
  const root: Group = { children: new Map(), pids: [] };
  for (const process of host.processes()) {
    if (process.state === 'zombie' || process.unit === OUTSIDE) continue;
    const path =
      process.unit === undefined
        ? `/user.slice/user-${process.uid}.slice/session-1.scope`
        : `${sliceOf(process.unit)}/${process.unit}`;
    let group = root;
    for (const part of path.split('/').filter((word) => word !== '')) {
      const child = group.children.get(part) ?? { children: new Map(), pids: [] };
      group.children.set(part, child);
      group = child;
    }
    group.pids.push(process.pid);
  }
  const lines: string[] = [];
  const walk = (group: Group, prefix: string): void => {
    const children = [...group.children].sort(([a], [b]) => (a < b ? -1 : 1));
    const last = children.length + group.pids.length - 1;
    const width = Math.max(0, ...group.pids.map((pid) => String(pid).length));
    group.pids.forEach((pid, i) =>
      lines.push(
        `${prefix}${i === last ? '└─' : '├─'}${String(pid).padStart(width)} ${quote(host.process(pid)?.argv ?? [])}`,
      ),
    );
    children.forEach(([name, child], i) => {
      const isLast = group.pids.length + i === last;
      const { head, notes } = about(name);
      const inner = `${prefix}${isLast ? '  ' : '│ '}`;
      lines.push(`${prefix}${isLast ? '└─' : '├─'}${head}`, ...notes.map((note) => `${inner}→ ${note}`));
      walk(child, inner);
    });
  };
  walk(root, '');
  return lines;
}
