/** Two courses of one run, seen at the same instant: what is the same, what differs, and where they part. */
import type { BranchView, EventItem, HostStatus, Micros, ServiceStatus } from '../session/messages';
import { countText, percentText } from './numbers';
import { durationText } from './times';
import { HEALTH_WORD, OBJECTIVE_WORD, POWER_WORD } from './tones';

const SECOND = 1_000_000;
/** What is failing "now" is what failed in so many seconds. */
const LATELY = 5;
/** The same event this much later is told as one that comes later. */
const SAME_MOMENT: Micros = 100_000;
const MOST_PARTINGS = 60;

/** What is compared of a course; part of the client's run state. */
export interface Course {
  time: { at: Micros };
  points: readonly (readonly [number, number, number])[];
  service: ServiceStatus | undefined;
  addresses: readonly { address: string; holders: readonly string[] }[];
  hosts: Readonly<Record<string, HostStatus>>;
  topology: { hosts: readonly { id: string; label: string }[] };
  objectives: readonly { id: string; title: string; state: keyof typeof OBJECTIVE_WORD }[];
  events: readonly EventItem[];
}

export interface Difference {
  what: string;
  here: string;
  there: string;
  differs: boolean;
}

/** The instant up to which two courses are one. */
export function partedAt(branches: readonly BranchView[], a: number, b: number): Micros {
  const linesOf = (id: number) => {
    const line = new Map<number, Micros>();
    let at = Number.POSITIVE_INFINITY;
    for (let view = find(branches, id); view !== undefined && !line.has(view.id); ) {
      line.set(view.id, at);
      at = Math.min(at, view.forkedAt);
      view = view.parent === view.id ? undefined : find(branches, view.parent);
    }
    return line;
  };
  const [mine, other] = [linesOf(a), linesOf(b)];
  for (const [id, left] of mine) {
    const right = other.get(id);
    if (right !== undefined) return Math.min(left, right);
  }
  return 0;
}
function find(branches: readonly BranchView[], id: number): BranchView | undefined {
  return branches.find((view) => view.id === id);
}

/** Up to this instant both are known. */
export function commonInstant(here: Course, there: Course): Micros {
  return Math.min(here.time.at, there.time.at);
}

/** What both are asked; of hosts and objectives only those that differ. */
export function differencesOf(here: Course, there: Course, since: Micros): Difference[] {
  const at = commonInstant(here, there);
  return [
    ...requestRows(here, there, since, at),
    ...holderRows(here, there),
    ...hostRows(here, there),
    ...objectiveRows(here, there),
  ];
}

function row(what: string, here: string, there: string): Difference {
  return { what, here, there, differs: here !== there };
}

function requestRows(here: Course, there: Course, since: Micros, at: Micros): Difference[] {
  if (here.service === undefined && there.service === undefined) return [];
  const both = (text: (course: Course) => string): [string, string] => [text(here), text(there)];
  const from = Math.floor(since / SECOND);
  const until = Math.floor(at / SECOND);
  return [
    row('Answered since then', ...both((course) => countText(count(course, from, until).ok))),
    row('Failed since then', ...both((course) => countText(count(course, from, until).failed))),
    row('Seconds unanswered', ...both((course) => String(silentSeconds(course, from, until)))),
    row('Failing now', ...both((course) => share(count(course, Math.max(from, until - LATELY), until)))),
    row('Slowest of twenty', ...both(({ service }) => durationText(service?.p95Micros ?? 0))),
  ];
}
function count({ points }: Course, from: number, until: number): { ok: number; failed: number } {
  let [ok, failed] = [0, 0];
  for (const [second, good, bad] of points)
    if (second >= from && second < until) {
      ok += good;
      failed += bad;
    }
  return { ok, failed };
}
/** Seconds in which nobody was answered, once somebody had been. */
function silentSeconds({ points }: Course, from: number, until: number): number {
  const answered = new Set(points.filter(([, ok]) => ok > 0).map(([second]) => second));
  const first = Math.min(...answered);
  let silent = 0;
  for (let second = Math.max(from, first); second < until; second++) if (!answered.has(second)) silent += 1;
  return Number.isFinite(first) ? silent : 0;
}
function share({ ok, failed }: { ok: number; failed: number }): string {
  return ok + failed === 0 ? 'no requests' : percentText(failed / (ok + failed), 0);
}

function holderRows(here: Course, there: Course): Difference[] {
  const addresses = new Set([...here.addresses, ...there.addresses].map(({ address }) => address));
  const holders = (course: Course, address: string) =>
    course.addresses.find((entry) => entry.address === address)?.holders.join(' and ') || 'nobody';
  return [...addresses].map((address) =>
    row(`Who holds ${address}`, holders(here, address), holders(there, address)),
  );
}

function hostRows(here: Course, there: Course): Difference[] {
  const labels = new Map(
    [...here.topology.hosts, ...there.topology.hosts].map(({ id, label }) => [id, label]),
  );
  const rows = [...labels].map(([id, label]) => row(label, stateOf(here, id), stateOf(there, id)));
  return rows.filter(({ differs }) => differs);
}
function stateOf({ hosts, topology }: Course, id: string): string {
  const status = hosts[id];
  if (status === undefined || topology.hosts.every((host) => host.id !== id)) return 'not there';
  if (status.power !== 'on') return POWER_WORD[status.power];
  const wrong = status.services
    .filter(({ state }) => state !== 'ok')
    .map(({ name, text }) => `${name} ${text}`);
  // Rates in a note move all the time; roles do not.
  const role = /\d/.test(status.note) ? '' : status.note;
  return [HEALTH_WORD[status.health], role, ...wrong].filter((part) => part.trim() !== '').join(', ');
}

function objectiveRows(here: Course, there: Course): Difference[] {
  return here.objectives.flatMap(({ id, title, state }) => {
    const other = there.objectives.find((objective) => objective.id === id);
    if (other === undefined || other.state === state) return [];
    return [row(title, OBJECTIVE_WORD[state], OBJECTIVE_WORD[other.state])];
  });
}

/** An event of one course that the other has not, or has at another moment. */
export interface Parting {
  key: string;
  at: Micros;
  clock: number;
  where: 'here' | 'there';
  source: string;
  text: string;
  tone: EventItem['tone'];
  /** So much later (or, negative, earlier) it happens in the other course. */
  later: Micros | undefined;
}

/** Where two courses part: the events between two instants that are not in both at the same moment. */
export function partings(here: Course, there: Course, since: Micros): Parting[] {
  const until = commonInstant(here, there);
  const within = ({ events }: Course) => events.filter(({ at }) => at >= since && at <= until);
  const others = groupOf(within(there));
  const found: Parting[] = [];
  for (const event of within(here)) {
    const twin = others.get(nameOf(event))?.shift();
    const later = twin === undefined ? undefined : twin.at - event.at;
    if (later === undefined || Math.abs(later) > SAME_MOMENT) found.push(partingOf(event, 'here', later));
  }
  for (const left of others.values())
    for (const event of left) found.push(partingOf(event, 'there', undefined));
  return found.toSorted((a, b) => a.at - b.at || a.where.localeCompare(b.where)).slice(0, MOST_PARTINGS);
}
function groupOf(events: readonly EventItem[]): Map<string, EventItem[]> {
  const groups = new Map<string, EventItem[]>();
  for (const event of events) {
    const group = groups.get(nameOf(event));
    if (group === undefined) groups.set(nameOf(event), [event]);
    else group.push(event);
  }
  return groups;
}
function nameOf({ source, type, text }: EventItem): string {
  return `${source} ${type} ${text}`;
}
function partingOf(
  { seq, at, clock, source, text, tone }: EventItem,
  where: Parting['where'],
  later: Micros | undefined,
): Parting {
  return { key: `${where} ${seq}`, at, clock, where, source, text, tone, later };
}
