/**
 * Reads a scenario folder: YAML, shape, references. Every problem names the
 * file, line and column; nothing is thrown for bad input.
 */
import { isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { findFault } from '../faults/registry';
import { findObjective } from '../objectives/registry';
import { formatIPv4, parseCidr, parseIPv4 } from '../std/ipv4';
import { parseDuration } from '../std/instant';
import type { Parameter, ParameterValues } from '../world/parameters';
import { type Scenario, scenarioSchema } from './schema';

export interface ScenarioProblem {
  severity: 'error' | 'warning';
  file: string;
  line: number;
  column: number;
  message: string;
}
export interface LoadedScenario {
  scenario: Scenario | undefined;
  problems: ScenarioProblem[];
  /** Text files of the folder by path relative to it. */
  files: Readonly<Record<string, string>>;
}
type Path = readonly PropertyKey[];

const FILE = 'scenario.yaml';
const MOST_CHARACTERS = 512_000;
const MOST_ALIASES = 50;

/** Loads a scenario from the texts of its folder. */
export function loadScenario(files: Readonly<Record<string, string>>): LoadedScenario {
  const problems: ScenarioProblem[] = [];
  const text = files[FILE];
  const refuse = (message: string): LoadedScenario => ({
    scenario: undefined,
    problems: [{ severity: 'error', file: FILE, line: 1, column: 1, message }],
    files,
  });
  if (text === undefined) return refuse('there is no scenario.yaml in this folder');
  if (text.length > MOST_CHARACTERS) return refuse(`the file is larger than ${MOST_CHARACTERS} characters`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true });
  // One mistake in the syntax makes all that follows look wrong: only the first is told.
  for (const error of [...document.errors.slice(0, 1), ...document.warnings]) {
    const { line, col } = lines.linePos(error.pos[0]);
    const message = error.message.split(' at line ')[0] ?? error.message;
    problems.push({
      severity: error.name === 'YAMLParseError' ? 'error' : 'warning',
      file: FILE,
      line,
      column: col,
      message,
    });
  }
  if (document.errors.length > 0) return { scenario: undefined, problems, files };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (error) {
    return refuse(
      `too many aliases: ${error instanceof Error ? error.message : 'the file grows without bound'}`,
    );
  }
  const report = (path: Path, message: string, severity: 'error' | 'warning' = 'error'): void => {
    const { line, col } = lines.linePos(offsetOf(document.contents, path));
    problems.push({
      severity,
      file: FILE,
      line,
      column: col,
      message: path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`,
    });
  };
  const checked = scenarioSchema.safeParse(value);
  if (!checked.success) {
    for (const issue of checked.error.issues) {
      if (issue.code === 'unrecognized_keys')
        for (const key of issue.keys) report([...issue.path, key], 'unknown key');
      else report(issue.path, issue.message);
    }
    return { scenario: undefined, problems, files };
  }
  checkReferences(checked.data, files, report);
  return {
    scenario: problems.some(({ severity }) => severity === 'error') ? undefined : checked.data,
    problems,
    files,
  };
}

/** Offset of the node a path leads to; of the nearest known ancestor when it leads nowhere. */
function offsetOf(root: Node | null, path: Path): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(part),
      );
      if (pair === undefined) return offset;
      offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = nodeOffset(node) ?? offset;
    } else return offset;
  }
  return offset;
}
function nodeOffset(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[0] : undefined;
}

type Report = (path: Path, message: string, severity?: 'error' | 'warning') => void;

function checkReferences(scenario: Scenario, files: Readonly<Record<string, string>>, report: Report): void {
  checkLab(scenario, report);
  const hosts = new Set(Object.keys(scenario.lab.hosts));
  const isHost = (path: Path, name: string): void => {
    if (!hosts.has(name)) report(path, `there is no host "${name}"`);
  };
  isHost(['start', 'host'], scenario.start.host);
  if (scenario.lab.users[scenario.start.user] === undefined && scenario.start.user !== 'root')
    report(['start', 'user'], `there is no user "${scenario.start.user}" in lab.users`);
  const objectives = new Set([...scenario.objectives, ...scenario.guards].map(({ id }) => id));
  if (scenario.tomorrow !== undefined) objectives.add(scenario.tomorrow.id);
  const events = new Set(scenario.timeline.map(({ id }) => id));
  duplicates(scenario.timeline, ['timeline'], report);
  duplicates([...scenario.objectives, ...scenario.guards], ['objectives'], report);
  scenario.timeline.forEach((event, index) => {
    const path = ['timeline', index];
    if ((event.at === undefined) === (event.after === undefined)) report(path, 'give either `at` or `after`');
    if (event.after?.objective !== undefined && !objectives.has(event.after.objective))
      report([...path, 'after', 'objective'], `there is no objective "${event.after.objective}"`);
    if (event.after?.event !== undefined && !events.has(event.after.event))
      report([...path, 'after', 'event'], `there is no event "${event.after.event}"`);
    if (event.fault !== undefined)
      checkKind(findFault(event.fault.kind), event.fault, [...path, 'fault'], hosts, report);
  });
  for (const list of ['objectives', 'guards'] as const) {
    scenario[list].forEach((entry, index) =>
      checkKind(findObjective(entry.kind), entry, [list, index], hosts, report),
    );
  }
  scenario.tomorrow?.faults.forEach((fault, index) =>
    checkKind(findFault(fault.kind), fault, ['tomorrow', 'faults', index], hosts, report),
  );
  scenario.tomorrow?.expect.forEach((entry, index) =>
    checkKind(findObjective(entry.kind), entry, ['tomorrow', 'expect', index], hosts, report),
  );
  scenario['wrong-turns'].forEach((turn, index) => {
    if (!objectives.has(turn.loses))
      report(['wrong-turns', index, 'loses'], `there is no objective or guard "${turn.loses}"`);
  });
  if (files['brief.md'] === undefined) report([], 'brief.md is missing beside scenario.yaml');
  if (files['debrief.md'] === undefined) report([], 'debrief.md is missing beside scenario.yaml');
  for (const path of Object.keys(files)) {
    const host = /^hosts\/([^/]+)\//.exec(path)?.[1];
    if (host !== undefined && host !== '_all' && !hosts.has(host))
      report(['lab', 'hosts'], `folder hosts/${host} belongs to no host`);
  }
}

function checkLab({ lab }: Scenario, report: Report): void {
  const zones = Object.entries(lab.zones).map(([name, zone]) => ({ name, cidr: parseCidr(zone.subnet) }));
  zones.forEach((zone, index) => {
    for (const other of zones.slice(0, index)) {
      if (zone.cidr === undefined || other.cidr === undefined) continue;
      const prefix = Math.min(zone.cidr.prefix, other.cidr.prefix);
      const mask = prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
      if ((zone.cidr.network & mask) >>> 0 === (other.cidr.network & mask) >>> 0)
        report(['lab', 'zones', zone.name, 'subnet'], `overlaps with zone "${other.name}"`);
    }
  });
  const taken = new Map<number, string>();
  for (const [name, host] of Object.entries(lab.hosts)) {
    if (lab.zones[host.zone] === undefined)
      report(['lab', 'hosts', name, 'zone'], `there is no zone "${host.zone}"`);
    for (const [device, card] of Object.entries(host.interfaces)) {
      const path = ['lab', 'hosts', name, 'interfaces', device];
      const zone = lab.zones[card.zone];
      const ip = parseIPv4(card.address.split('/')[0] ?? '') ?? 0;
      const cidr = zone === undefined ? undefined : parseCidr(zone.subnet);
      if (zone === undefined) report([...path, 'zone'], `there is no zone "${card.zone}"`);
      else if (cidr !== undefined && (ip ^ cidr.network) >>> 0 >= 2 ** (32 - cidr.prefix))
        report([...path, 'address'], `${formatIPv4(ip)} is not in ${zone.subnet}`);
      const owner = taken.get(ip);
      if (owner !== undefined) report([...path, 'address'], `${formatIPv4(ip)} belongs to ${owner} already`);
      taken.set(ip, name);
    }
  }
  lab.links.forEach((link, index) => {
    for (const end of ['from', 'to'] as const)
      if (lab.hosts[link[end]] === undefined)
        report(['lab', 'links', index, end], `there is no host "${link[end]}"`);
  });
  lab.prepare.forEach((entry, index) => {
    if (lab.hosts[entry.host] === undefined)
      report(['lab', 'prepare', index, 'host'], `there is no host "${entry.host}"`);
  });
  for (const [name, entry] of Object.entries(lab.traffic))
    if (lab.hosts[entry.host] === undefined)
      report(['lab', 'traffic', name, 'host'], `there is no host "${entry.host}"`);
}

function duplicates(list: readonly { id: string }[], path: Path, report: Report): void {
  const seen = new Set<string>();
  list.forEach(({ id }, index) => {
    if (seen.has(id)) report([...path, index, 'id'], `"${id}" is used twice`);
    seen.add(id);
  });
}

const SHARED_KEYS: ReadonlySet<string> = new Set(['id', 'kind', 'title', 'detail', 'why', 'holder', 'after']);

function checkKind(
  definition: { parameters: readonly Parameter[] } | undefined,
  entry: Readonly<Record<string, unknown>> & { kind: string },
  path: Path,
  hosts: ReadonlySet<string>,
  report: Report,
): void {
  if (definition === undefined) {
    report([...path, 'kind'], `there is no kind "${entry.kind}"`);
    return;
  }
  for (const key of Object.keys(entry)) {
    if (!SHARED_KEYS.has(key) && !definition.parameters.some(({ name }) => name === key))
      report([...path, key], `unknown key for ${entry.kind}`);
  }
  for (const parameter of definition.parameters) {
    const value = entry[parameter.name];
    if (value === undefined) {
      const byHolder = parameter.name === 'host' && entry['holder'] !== undefined;
      if (parameter.required && !byHolder)
        report(path, `${entry.kind} needs "${parameter.name}": ${parameter.description}`);
      continue;
    }
    const wrong = wrongValue(parameter, value, hosts);
    if (wrong !== undefined) report([...path, parameter.name], wrong);
  }
}
function wrongValue(parameter: Parameter, value: unknown, hosts: ReadonlySet<string>): string | undefined {
  switch (parameter.type) {
    case 'host':
      return typeof value === 'string' && hosts.has(value)
        ? undefined
        : `there is no host "${String(value)}"`;
    case 'duration':
      return typeof value === 'string' && parseDuration(value) !== undefined
        ? undefined
        : 'expected a duration like 30s or 5min';
    case 'number':
      return typeof value === 'number' ? undefined : 'expected a number';
    case 'flag':
      return typeof value === 'boolean' ? undefined : 'expected true or false';
    case 'path':
      return typeof value === 'string' && value.startsWith('/') ? undefined : 'expected an absolute path';
    case 'choice':
      return parameter.choices?.includes(String(value)) === true
        ? undefined
        : `expected one of ${parameter.choices?.join(', ') ?? ''}`;
    case 'interface':
    case 'text':
    case 'unit':
      return typeof value === 'string' ? undefined : 'expected a text';
  }
}

/** Parameter values as faults and objectives take them: durations in microseconds. */
export function valuesOf(
  parameters: readonly Parameter[],
  entry: Readonly<Record<string, unknown>>,
): ParameterValues {
  const values: Record<string, string | number | boolean> = {};
  for (const { name, type } of parameters) {
    const value = entry[name];
    if (typeof value === 'string') values[name] = type === 'duration' ? (parseDuration(value) ?? 0) : value;
    else if (typeof value === 'number' || typeof value === 'boolean') values[name] = value;
  }
  return values;
}
