/** list-units, list-timers, list-sockets, is-system-running. Source: systemd 252 `systemctl-list-units.c`. */
import { isDown } from '../active';
import type { Manager } from '../manager';
import type { UnitState } from '../state';
import { formatRelative } from '../unit-file/time-span';
import { globMatches, mangle } from '../unit-file/names';
import { glyphsFor } from './glyphs';
import { bulletColor, type Call, formatTimestamp, paint, type Run, table, underline } from './output';
import { isPattern } from '../../../std/fnmatch';

const TYPE_ORDER = [
  'automount',
  'device',
  'mount',
  'path',
  'scope',
  'service',
  'slice',
  'socket',
  'swap',
  'target',
  'timer',
];
const TYPES_OF_HELP = [
  'service',
  'mount',
  'swap',
  'socket',
  'target',
  'device',
  'automount',
  'timer',
  'path',
  'slice',
  'scope',
];
/** `--state=help`. */
const STATES_OF_HELP: readonly (readonly [string, string])[] = [
  ['unit load states', 'stub loaded not-found bad-setting error merged masked'],
  ['unit active states', 'active reloading inactive failed activating deactivating maintenance'],
  [
    'unit file states',
    'enabled enabled-runtime linked linked-runtime alias masked masked-runtime static disabled indirect generated transient bad',
  ],
  ['automount unit substates', 'dead waiting running failed'],
  ['device unit substates', 'dead tentative plugged'],
  [
    'mount unit substates',
    'dead mounting mounting-done mounted remounting unmounting remounting-sigterm remounting-sigkill unmounting-sigterm unmounting-sigkill failed cleaning',
  ],
  ['path unit substates', 'dead waiting running failed'],
  ['scope unit substates', 'dead start-chown running abandoned stop-sigterm stop-sigkill failed'],
  [
    'service unit substates',
    'dead condition start-pre start start-post running exited reload stop stop-watchdog stop-sigterm stop-sigkill stop-post final-watchdog final-sigterm final-sigkill failed auto-restart cleaning',
  ],
  ['slice unit substates', 'dead active'],
  [
    'socket unit substates',
    'dead start-pre start-chown start-post listening running stop-pre stop-pre-sigterm stop-pre-sigkill stop-post final-sigterm final-sigkill failed cleaning',
  ],
  [
    'swap unit substates',
    'dead activating activating-done active deactivating deactivating-sigterm deactivating-sigkill failed cleaning',
  ],
  ['target unit substates', 'dead active'],
  ['timer unit substates', 'dead waiting running elapsed failed'],
];
const LOAD_STATES = ['stub', 'loaded', 'not-found', 'bad-setting', 'error', 'merged', 'masked'];

function asJson(units: readonly UnitState[], isPretty: boolean): string {
  const rows = units.map(({ definition, active, sub }) => ({
    unit: definition.name,
    load: definition.load,
    active,
    sub,
    description: definition.description,
  }));
  return `${isPretty ? JSON.stringify(rows, undefined, '\t') : JSON.stringify(rows)}\n`;
}

/** Legend below a list of units. */
const LEGEND = `
LOAD   = Reflects whether the unit definition was properly loaded.
ACTIVE = The high-level unit activation state, i.e. generalization of SUB.
SUB    = The low-level unit activation state, values depend on unit type.
`;

/** @returns the exit code when a type after -t is none */
export function* refuseUnknownTypes({ context, options }: Call): Run<number | undefined> {
  const unknown = options.types.find((type) => !TYPE_ORDER.includes(type) && !LOAD_STATES.includes(type));
  if (unknown === undefined) return undefined;
  yield* context.err(
    `Unknown unit type or load state '${unknown}'.\nUse -t help to see a list of allowed values.\n`,
  );
  return 1;
}
export function* listUnits(call: Call): Run<number> {
  const { context, manager, options, color } = call;
  if (options.types.includes('help')) {
    yield* context.out(`Available unit types:\n${TYPES_OF_HELP.join('\n')}\n`);
    return 0;
  }
  if (options.states.includes('help')) {
    const blocks = STATES_OF_HELP.map(
      ([title, states]) => `Available ${title}:\n${states.replaceAll(' ', '\n')}\n`,
    );
    yield* context.out(blocks.join('\n'));
    return 0;
  }
  const misused = yield* refuseUnknownTypes(call);
  if (misused !== undefined) return misused;
  const patterns = call.args.map((argument) => (isPattern(argument) ? argument : mangle(argument)));
  const states = options.failed ? [...options.states, 'failed'] : options.states;
  const rows = [...manager.state.units.values()]
    .filter(
      (unit) =>
        options.types.length === 0 ||
        options.types.some((type) => type === unit.definition.type || type === unit.definition.load),
    )
    .filter(
      (unit) =>
        patterns.length === 0 || patterns.some((pattern) => globMatches(pattern, unit.definition.name)),
    )
    .filter(
      (unit) =>
        states.length === 0 ||
        states.some((state) => [unit.active, unit.sub, unit.definition.load].includes(state)),
    )
    .filter(
      (unit) =>
        options.all ||
        states.length > 0 ||
        !isDown(unit.active) ||
        unit.active === 'failed' ||
        unit.job !== 0,
    )
    .sort(byTypeAndName);
  if (options.output.startsWith('json')) {
    yield* context.out(asJson(rows, options.output === 'json-pretty'));
    return 0;
  }
  const cells = rows.map((unit) => {
    const { definition, active, sub } = unit;
    const mark = definition.load !== 'loaded' || active === 'failed' ? '●' : ' ';
    return [mark, definition.name, definition.load, active, sub, definition.description];
  });
  const header = [' ', 'UNIT', 'LOAD', 'ACTIVE', 'SUB', 'DESCRIPTION'];
  const lines = table(options.legend ? [header, ...cells] : cells);
  if (options.legend)
    yield* context.out(`${options.plain ? (lines[0] ?? '').slice(2) : underline(lines[0] ?? '', color)}\n`);
  const body = options.legend ? lines.slice(1) : lines;
  for (const [i, line] of body.entries()) {
    const unit = rows[i];
    const text = options.plain
      ? line.slice(2)
      : unit?.active === 'failed'
        ? line.replace('●', paint('●', 'bad', color))
        : line;
    yield* context.out(glyphsFor(context.env)(`${text}\n`));
  }
  if (!options.legend) return 0;
  if (rows.length > 0) yield* context.out(LEGEND);
  yield* context.out(`${paint(`${rows.length} loaded units listed.`, 'bold', color && rows.length > 0)}`);
  if (options.all || states.length > 0) {
    yield* context.out(
      states.length > 0 ? '\n' : "\nTo show all installed unit files use 'systemctl list-unit-files'.\n",
    );
  } else
    yield* context.out(
      " Pass --all to see loaded but inactive units, too.\nTo show all installed unit files use 'systemctl list-unit-files'.\n",
    );
  return 0;
}
function byTypeAndName(a: UnitState, b: UnitState): number {
  const order = TYPE_ORDER.indexOf(a.definition.type) - TYPE_ORDER.indexOf(b.definition.type);
  return order !== 0 ? order : a.definition.name.toLowerCase() < b.definition.name.toLowerCase() ? -1 : 1;
}

export function* listTimers(call: Call): Run<number> {
  const { context, manager, options } = call;
  const clock = manager.host.clock();
  const patterns = call.args.map((argument) => (isPattern(argument) ? argument : mangle(argument, '.timer')));
  const timers = [...manager.state.units.values()]
    .filter((unit) => unit.definition.type === 'timer' && unit.definition.load === 'loaded')
    .filter(
      (unit) =>
        patterns.length === 0 || patterns.some((pattern) => globMatches(pattern, unit.definition.name)),
    )
    .filter((unit) => options.all || !isDown(unit.active))
    .sort((a, b) => sortKey(a) - sortKey(b) || (a.definition.name < b.definition.name ? -1 : 1));
  const cells = timers.map((unit) => {
    const next = unit.timer?.nextAt ?? 0;
    const last = unit.timer?.lastAt ?? 0;
    return [
      next === 0 ? '-' : formatTimestamp(next),
      next === 0 ? '-' : formatRelative(clock, next),
      last === 0 ? '-' : formatTimestamp(last),
      last === 0 ? '-' : formatRelative(clock, last),
      unit.definition.name,
      unit.definition.timer?.unit ?? '',
    ];
  });
  const lines = table(
    options.legend ? [['NEXT', 'LEFT', 'LAST', 'PASSED', 'UNIT', 'ACTIVATES'], ...cells] : cells,
  );
  for (const line of lines) yield* context.out(`${line}\n`);
  if (options.legend)
    yield* context.out(
      `\n${timers.length} timers listed.\n${options.all ? '' : 'Pass --all to see loaded but inactive timers, too.\n'}`,
    );
  return 0;
}
function sortKey(unit: UnitState): number {
  const next = unit.timer?.nextAt ?? 0;
  return next === 0 ? Number.MAX_SAFE_INTEGER : next;
}
export function* listSockets(call: Call): Run<number> {
  const { context, manager, options } = call;
  const patterns = call.args.map((argument) =>
    isPattern(argument) ? argument : mangle(argument, '.socket'),
  );
  const rows = [...manager.state.units.values()]
    .filter(
      (unit) =>
        unit.definition.type === 'socket' &&
        unit.definition.load === 'loaded' &&
        (patterns.length === 0 || patterns.some((pattern) => globMatches(pattern, unit.definition.name))) &&
        (options.all || !isDown(unit.active)),
    )
    .flatMap((unit) =>
      (unit.definition.socket?.listens ?? []).map(({ address }) => [
        address,
        unit.definition.name,
        (unit.definition.dependencies.Triggers ?? [])
          .map((name) => manager.load(name).definition.name)
          .join(', ') || '-',
      ]),
    )
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  for (const line of table(options.legend ? [['LISTEN', 'UNIT', 'ACTIVATES'], ...rows] : rows))
    yield* context.out(`${line}\n`);
  if (options.legend)
    yield* context.out(
      `\n${rows.length} sockets listed.\n${options.all ? '' : 'Pass --all to see loaded but inactive sockets, too.\n'}`,
    );
  return 0;
}
export function systemState(manager: Manager): string {
  const { state } = manager;
  if (state.shutdown !== undefined) return 'stopping';
  if (state.finishedAt === 0)
    return manager.unit('basic.target')?.active === 'active' ? 'starting' : 'initializing';
  if (
    manager.unit('rescue.target')?.active === 'active' ||
    manager.unit('emergency.target')?.active === 'active'
  )
    return 'maintenance';
  return [...state.units.values()].some(({ active }) => active === 'failed') ? 'degraded' : 'running';
}
export function* isSystemRunning(call: Call): Run<number> {
  const { context, manager, options } = call;
  while (options.wait && manager.state.jobs.size > 0) yield* context.sleep(100_000);
  const state = systemState(manager);
  if (!options.quiet) yield* context.out(`${state}\n`);
  return state === 'running' ? 0 : 1;
}
/** Bullets of the units in the tree of dependencies. */
export function dot(unit: UnitState | undefined, color: boolean): string {
  const active = unit?.active ?? 'inactive';
  const shape = active === 'failed' ? '×' : active === 'inactive' ? '○' : '●';
  const tone = bulletColor(active);
  return tone === undefined ? shape : paint(shape, tone, color);
}
