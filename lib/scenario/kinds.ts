/** Kinds and their parameters: what a scenario file gives, checked against the kind's own table. */
import { findFault } from '../faults/registry';
import { readPath } from '../objectives/reachability';
import { findObjective } from '../objectives/registry';
import { parseDuration } from '../std/instant';
import { parseIPv4 } from '../std/ipv4';
import { nearestWord } from '../text/nearest';
import type { NestedKind, Parameter, ParameterValue, ParameterValues } from '../world/parameters';
import { wrongOwner } from './owners';
import type { Scenario } from './schema';

export type Path = readonly PropertyKey[];
export type Report = (path: Path, message: string, severity?: 'error' | 'warning') => void;
export type Entry = Readonly<Record<string, unknown>> & { kind: string };

/** Keys that every objective, guard and fault may have beside its kind's own. */
export const OBJECTIVE_KEYS: readonly string[] = ['id', 'kind', 'title', 'detail', 'why', 'after'];
export const FAULT_KEYS: readonly Parameter[] = [
  { name: 'after', type: 'duration', required: false, description: 'So much later than the event.' },
  { name: 'for', type: 'duration', required: false, description: 'Undone after so long.' },
  { name: 'every', type: 'duration', required: false, description: 'Again and again, this far apart.' },
  { name: 'times', type: 'number', required: false, description: 'How often, with `every`.' },
  {
    name: 'holder',
    type: 'address',
    required: false,
    description: 'Instead of `host`: whichever machine has this address then.',
  },
];

/** What names in a scenario can refer to. */
export interface Names {
  scenario: Scenario;
  events: ReadonlySet<string>;
  objectives: ReadonlySet<string>;
}

export function checkFault(entry: Entry, path: Path, names: Names, report: Report): void {
  const definition = findFault(entry.kind);
  if (definition === undefined) {
    report([...path, 'kind'], `there is no fault "${entry.kind}"`);
    return;
  }
  checkKind(
    { definition, shared: ['kind', ...FAULT_KEYS.map(({ name }) => name)] },
    entry,
    path,
    names,
    report,
  );
  for (const parameter of FAULT_KEYS) checkValue(parameter, entry, path, names, report);
  const wrong = definition.wrong?.(entry);
  if (wrong !== undefined) report(path, `${entry.kind}: ${wrong}`);
  if (entry['for'] !== undefined && definition.undo === undefined)
    report([...path, 'for'], `${entry.kind} cannot be undone`);
  if (entry['times'] !== undefined && entry['every'] === undefined)
    report([...path, 'times'], 'needs `every`');
  const every = parseDuration(String(entry['every'] ?? '1s'));
  if (every === 0) report([...path, 'every'], 'must be longer than nothing');
}
export function checkObjective(
  entry: Entry,
  path: Path,
  names: Names,
  report: Report,
  shared: readonly string[] = ['kind'],
): void {
  const definition = findObjective(entry.kind);
  if (definition === undefined) report([...path, 'kind'], `there is no objective kind "${entry.kind}"`);
  else checkKind({ definition, shared }, entry, path, names, report);
}

function checkKind(
  { definition, shared }: { definition: { parameters: readonly Parameter[] }; shared: readonly string[] },
  entry: Entry,
  path: Path,
  names: Names,
  report: Report,
): void {
  const known = [...shared, ...definition.parameters.map(({ name }) => name)];
  for (const key of Object.keys(entry)) {
    if (known.includes(key)) continue;
    const meant = suggestion(key, known);
    report([...path, key], `unknown key for ${entry.kind}${meant}`);
  }
  for (const parameter of definition.parameters) {
    const isGiven = entry[parameter.name] !== undefined;
    const byHolder = parameter.name === 'host' && entry['holder'] !== undefined;
    if (!isGiven && parameter.required && !byHolder)
      report(path, `${entry.kind} needs "${parameter.name}": ${parameter.description}`);
    checkValue(parameter, entry, path, names, report);
  }
}
function checkValue(parameter: Parameter, entry: Entry, path: Path, names: Names, report: Report): void {
  const value = entry[parameter.name];
  if (value === undefined) return;
  const here = [...path, parameter.name];
  if (parameter.type === 'condition' || parameter.type === 'conditions') {
    const isList = Array.isArray(value);
    if (isList !== (parameter.type === 'conditions') || (isList && value.length === 0)) {
      report(here, isList ? 'expected one condition' : 'expected a list of conditions');
      return;
    }
    (isList ? value : [value]).forEach((item: unknown, index) => {
      const place = isList ? [...here, index] : here;
      if (isEntry(item)) checkObjective(item, place, names, report);
      else report(place, 'expected a condition: a mapping with `kind`');
    });
    return;
  }
  const wrong = wrongValue(parameter, value, entry, names);
  if (wrong !== undefined) report(here, wrong);
}
function isEntry(item: unknown): item is Entry {
  return typeof item === 'object' && item !== null && 'kind' in item && typeof item.kind === 'string';
}

/** `; did you mean "…"?`, when some known word is close. */
export function suggestion(word: string, known: Iterable<string>): string {
  const meant = word.length < 3 ? undefined : nearestWord(word, known);
  return meant === undefined ? '' : `; did you mean "${meant}"?`;
}
function among(value: unknown, known: Iterable<string>, what: string): string | undefined {
  const list = [...known];
  if (typeof value === 'string' && list.includes(value)) return undefined;
  const meant = suggestion(String(value), list);
  return `there is no ${what} "${String(value)}"${meant}`;
}
function wrongValue(
  parameter: Parameter,
  value: unknown,
  entry: Entry,
  { scenario, events, objectives }: Names,
): string | undefined {
  const { lab } = scenario;
  switch (parameter.type) {
    case 'host':
      return among(value, Object.keys(lab.hosts), 'host');
    case 'hosts':
      return (Array.isArray(value) ? value : [value])
        .map((item) => among(item, Object.keys(lab.hosts), 'host'))
        .find((wrong) => wrong !== undefined);
    case 'zone':
      return among(value, Object.keys(lab.zones), 'zone');
    case 'source':
      return among(value, Object.keys(lab.traffic), 'traffic source');
    case 'moment':
      return among(value, [...events, ...objectives], 'event or objective');
    case 'alert':
      return among(
        value,
        scenario.pager.map(({ id }) => id),
        'alert in pager',
      );
    case 'authority':
      return among(value, Object.keys(lab.authorities), 'authority in lab.authorities');
    case 'interface': {
      const host = lab.hosts[String(entry['host'])];
      return host === undefined ? undefined : among(value, Object.keys(host.interfaces), 'interface');
    }
    case 'address':
      return typeof value === 'string' && parseIPv4(value) !== undefined
        ? undefined
        : 'expected an IPv4 address';
    case 'duration':
      return typeof value === 'string' && parseDuration(value) !== undefined
        ? undefined
        : 'expected a duration like 30s or 5min';
    case 'number':
      return typeof value === 'number' ? undefined : 'expected a number';
    case 'share':
      return typeof value === 'number' && value >= 0 && value <= 1
        ? undefined
        : 'expected a number from 0 to 1';
    case 'flag':
      return typeof value === 'boolean' ? undefined : 'expected true or false';
    case 'path':
      return typeof value === 'string' && value.startsWith('/') ? undefined : 'expected an absolute path';
    case 'choice':
      return parameter.choices?.includes(String(value)) === true
        ? undefined
        : `expected one of ${parameter.choices?.join(', ') ?? ''}`;
    case 'texts':
      return (Array.isArray(value) ? value : [value]).every((item) => typeof item === 'string')
        ? undefined
        : 'expected a text or a list of texts';
    case 'paths':
      return (Array.isArray(value) ? value : [value])
        .map((item) => wrongPath(item, lab))
        .find((wrong) => wrong !== undefined);
    case 'user':
      return typeof value === 'string' ? wrongOwner(value, lab, 'user') : 'expected the name of a user';
    case 'mode':
      return typeof value === 'string' && /^[0-7]{3,4}$/.test(value)
        ? undefined
        : "expected an octal mode like '0644', in quotes";
    case 'text':
    case 'unit':
      return typeof value === 'string' ? undefined : 'expected a text';
    case 'condition':
    case 'conditions':
      return undefined;
  }
}

function wrongPath(item: unknown, { hosts, zones }: Scenario['lab']): string | undefined {
  const path = typeof item === 'string' ? readPath(item) : undefined;
  if (path === undefined) return `"${String(item)}": expected FROM -> TO:PORT open|closed`;
  const places = [...Object.keys(hosts), ...Object.keys(zones)];
  if (parseIPv4(path.to) === undefined)
    return among(path.from, places, 'host or zone') ?? among(path.to, places, 'host, zone or address');
  return among(path.from, places, 'host or zone');
}

/** Parameter values as faults and objectives take them: durations in microseconds. */
export function valuesOf(
  parameters: readonly Parameter[],
  entry: Readonly<Record<string, unknown>>,
): ParameterValues {
  const values: Record<string, ParameterValue> = {};
  for (const { name, type } of parameters) {
    const value = entry[name];
    if (type === 'condition' || type === 'conditions') {
      if (value !== undefined) values[name] = (Array.isArray(value) ? value : [value]).flatMap(nestedKind);
    } else if (typeof value === 'string')
      values[name] = type === 'duration' ? (parseDuration(value) ?? 0) : value;
    else if (typeof value === 'number' || typeof value === 'boolean') values[name] = value;
    else if (Array.isArray(value)) values[name] = value.map(String);
  }
  return values;
}
function nestedKind(item: unknown): NestedKind[] {
  if (!isEntry(item)) return [];
  const definition = findObjective(item.kind);
  return definition === undefined
    ? []
    : [{ kind: item.kind, definition, values: valuesOf(definition.parameters, item) }];
}
