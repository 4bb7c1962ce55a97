/** Does everything that a scenario names exist? Every complaint knows its place in the file. */
import { formatIPv4, parseCidr, parseIPv4 } from '../std/ipv4';
import { parseDuration } from '../std/instant';
import {
  checkFault,
  checkObjective,
  type Names,
  OBJECTIVE_KEYS,
  type Path,
  type Report,
  suggestion,
} from './kinds';
import { checkReplacements } from './file-fault-checks';
import { checkLabDetails } from './lab-checks';
import type { Scenario, ScenarioStep } from './schema';
import { checkMoments } from './time-checks';

export function checkReferences(
  scenario: Scenario,
  files: Readonly<Record<string, string>>,
  report: Report,
): void {
  checkLab(scenario, report);
  checkLabDetails(scenario, files, report);
  const judged = [...scenario.objectives, ...scenario.guards];
  const objectives = new Set(judged.map(({ id }) => id));
  const names: Names = { scenario, events: new Set(scenario.timeline.map(({ id }) => id)), objectives };
  const check = new Check(names, report);
  check.host(['start', 'host'], scenario.start.host);
  if (scenario.lab.users[scenario.start.user] === undefined && scenario.start.user !== 'root')
    report(['start', 'user'], `there is no user "${scenario.start.user}" in lab.users`);
  check.unique(scenario.timeline, ['timeline']);
  check.unique(scenario.objectives, ['objectives']);
  check.unique(scenario.guards, ['guards'], new Set(scenario.objectives.map(({ id }) => id)));
  check.unique(scenario.pager, ['pager']);
  check.unique(scenario.diagnosis, ['diagnosis']);
  check.unique(scenario.solutions, ['solutions']);
  check.unique(scenario['wrong-turns'], ['wrong-turns'], new Set(scenario.solutions.map(({ id }) => id)));
  for (const { id } of scenario.timeline)
    if (objectives.has(id)) report(['timeline'], `"${id}" is the name of an event and of an objective`);
  if (scenario.slo !== undefined) check.source(['slo', 'from'], scenario.slo.from);
  scenario.pager.forEach(({ from }, index) => check.source(['pager', index, 'from'], from));
  checkTimeline(scenario, names, report);
  checkObjectives(scenario, names, report);
  checkHints(scenario, check, names, report);
  scenario.diagnosis.forEach(({ choices, several }, index) => {
    const path = ['diagnosis', index, 'choices'];
    check.unique(choices, path);
    const right = choices.filter((choice) => choice.right).length;
    if (right === 0) report(path, 'no choice is right');
    if (right > 1 && !several) report(path, 'more than one choice is right; say `several: true`');
  });
  checkPlays(scenario, check, report);
  checkMoments(scenario, report);
  checkReplacements(scenario, files, report);
  checkFiles(scenario, files, report);
}

class Check {
  constructor(
    readonly names: Names,
    readonly report: Report,
  ) {}
  host(path: Path, name: string): void {
    this.#among(path, name, Object.keys(this.names.scenario.lab.hosts), 'host');
  }
  source(path: Path, name: string): void {
    this.#among(path, name, Object.keys(this.names.scenario.lab.traffic), 'traffic source');
  }
  judged(path: Path, name: string): void {
    const { objectives, scenario } = this.names;
    const known = [...objectives, ...(scenario.tomorrow === undefined ? [] : [scenario.tomorrow.id])];
    this.#among(path, name, known, 'objective or guard');
  }
  moment(path: Path, name: string): void {
    this.#among(path, name, [...this.names.events, ...this.names.objectives], 'event or objective');
  }
  unique(list: readonly { id: string }[], path: Path, taken: ReadonlySet<string> = new Set()): void {
    const seen = new Set(taken);
    list.forEach(({ id }, index) => {
      if (seen.has(id)) this.report([...path, index, 'id'], `"${id}" is used twice`);
      seen.add(id);
    });
  }
  #among(path: Path, name: string, known: readonly string[], what: string): void {
    if (known.includes(name)) return;
    this.report(path, `there is no ${what} "${name}"${suggestion(name, known)}`);
  }
}

function checkTimeline(scenario: Scenario, names: Names, report: Report): void {
  const deadline = parseDuration(scenario.deadline) ?? 0;
  scenario.timeline.forEach((event, index) => {
    const path = ['timeline', index];
    const ways = [event.at, event.after, event.when].filter((way) => way !== undefined);
    if (ways.length !== 1) report(path, 'give one of `at`, `after` or `when`');
    if ((parseDuration(event.at ?? '0') ?? 0) >= deadline)
      report([...path, 'at'], `happens at ${event.at ?? ''}, after the deadline ${scenario.deadline}`);
    const { after } = event;
    if (after !== undefined && (after.objective === undefined) === (after.event === undefined))
      report([...path, 'after'], 'give either `objective` or `event`');
    if (after?.objective !== undefined && !names.objectives.has(after.objective))
      report([...path, 'after', 'objective'], `there is no objective "${after.objective}"`);
    if (after?.event !== undefined && !names.events.has(after.event))
      report([...path, 'after', 'event'], `there is no event "${after.event}"`);
    if (event.when !== undefined) checkObjective(event.when, [...path, 'when'], names, report);
    if (event.fault !== undefined) checkFault(event.fault, [...path, 'fault'], names, report);
    event.faults.forEach((fault, at) => checkFault(fault, [...path, 'faults', at], names, report));
    if (isNeverReached(scenario, event.id))
      report([...path, 'after'], 'events that wait for each other never happen');
  });
  if (!scenario.timeline.some(({ fault, faults }) => fault !== undefined || faults.length > 0))
    report(['timeline'], 'nothing ever breaks: no event has a fault', 'warning');
}
/** Whether a chain of `after` leads back to its beginning. */
function isNeverReached({ timeline, objectives }: Scenario, id: string): boolean {
  let at = id;
  for (let hops = 0; hops <= timeline.length + objectives.length; hops++) {
    const event = timeline.find((entry) => entry.id === at);
    const next =
      event === undefined
        ? objectives.find((entry) => entry.id === at)?.after
        : (event.after?.event ?? event.after?.objective);
    if (next === undefined) return false;
    if (next === id) return true;
    at = next;
  }
  return true;
}

function checkObjectives(scenario: Scenario, names: Names, report: Report): void {
  for (const list of ['objectives', 'guards'] as const)
    scenario[list].forEach((entry, index) => {
      const path = [list, index];
      checkObjective(entry, path, names, report, OBJECTIVE_KEYS);
      if (entry.after === undefined) return;
      if (!names.events.has(entry.after) && !names.objectives.has(entry.after))
        report([...path, 'after'], `there is no event or objective "${entry.after}"`);
      else if (entry.after === entry.id || isNeverReached(scenario, entry.id))
        report([...path, 'after'], 'it waits for itself and can never be reached');
    });
  const deadline = parseDuration(scenario.deadline) ?? 0;
  scenario.objectives.forEach((entry, index) => {
    for (const key of ['for', 'within', 'over'] as const) {
      const value = parseDuration(String(entry[key] ?? '0')) ?? 0;
      if (value > deadline)
        report(
          ['objectives', index, key],
          `is longer than the deadline ${scenario.deadline}: it can never be met`,
        );
    }
  });
  scenario.breaks.forEach((entry, index) => checkObjective(entry, ['breaks', index], names, report));
  const { tomorrow } = scenario;
  if (tomorrow === undefined) return;
  if (names.objectives.has(tomorrow.id)) report(['tomorrow', 'id'], `"${tomorrow.id}" is used twice`);
  tomorrow.faults.forEach((fault, index) => checkFault(fault, ['tomorrow', 'faults', index], names, report));
  tomorrow.expect.forEach((entry, index) =>
    checkObjective(entry, ['tomorrow', 'expect', index], names, report),
  );
}

function checkHints(scenario: Scenario, check: Check, names: Names, report: Report): void {
  scenario.hints.forEach((hint, index) => {
    const path = ['hints', index];
    hint.highlight.forEach((name, at) => check.host([...path, 'highlight', at], name));
    if (hint.when !== undefined) checkObjective(hint.when, [...path, 'when'], names, report);
    const ways = [hint.after, hint.when, hint['when-typed']].filter((way) => way !== undefined);
    if (ways.length > 1) report(path, 'give only one of `after`, `when` and `when-typed`');
  });
}

function checkPlays(scenario: Scenario, check: Check, report: Report): void {
  for (const list of ['solutions', 'wrong-turns'] as const)
    scenario[list].forEach(({ steps }, index) =>
      steps.forEach((step, at) => checkStep(scenario, step, [list, index, 'steps', at], check, report)),
    );
  scenario['wrong-turns'].forEach((turn, index) => check.judged(['wrong-turns', index, 'loses'], turn.loses));
  for (const [name, id] of Object.entries(scenario.fails))
    if (id !== undefined) check.judged(['fails', name], id);
}
function checkStep(scenario: Scenario, step: ScenarioStep, path: Path, check: Check, report: Report): void {
  if (step.on !== undefined) check.host([...path, 'on'], step.on);
  if (step['wait-for'] !== undefined) check.moment([...path, 'wait-for'], step['wait-for']);
  if (step.answer === undefined) return;
  const { question: id, choice } = step.answer;
  const question = scenario.diagnosis.find((entry) => entry.id === id);
  if (question === undefined) report([...path, 'answer', 'question'], `there is no question "${id}"`);
  for (const word of choice.split(','))
    if (question?.choices.every((entry) => entry.id !== word) === true)
      report([...path, 'answer', 'choice'], `there is no choice "${word}"`);
}

function checkFiles({ lab }: Scenario, files: Readonly<Record<string, string>>, report: Report): void {
  for (const name of ['brief.md', 'debrief.md'])
    if ((files[name] ?? '').trim() === '')
      report([], `${name} is ${files[name] === undefined ? 'missing' : 'empty'} beside scenario.yaml`);
  const folders = new Set(Object.keys(files).flatMap((path) => /^hosts\/([^/]+)\//.exec(path)?.[1] ?? []));
  for (const host of folders)
    if (host !== '_all' && lab.hosts[host] === undefined)
      report(['lab', 'hosts'], `folder hosts/${host} belongs to no host`);
  for (const path of Object.keys(files))
    if (/^hosts\/[^/]+$/.test(path))
      report(['lab', 'hosts'], `${path} lies in no folder of a host: hosts/HOST/etc/…`);
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
    if (Object.keys(host.interfaces).length === 0)
      report(['lab', 'hosts', name, 'interfaces'], 'a host needs at least one interface');
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
  const isHost = (path: Path, name: string): void => {
    if (lab.hosts[name] === undefined) report(path, `there is no host "${name}"`);
  };
  checkCertificates({ lab }, isHost, report);
  lab.links.forEach((link, index) => {
    for (const end of ['from', 'to'] as const) isHost(['lab', 'links', index, end], link[end]);
  });
  lab.prepare.forEach((entry, index) => {
    isHost(['lab', 'prepare', index, 'host'], entry.host);
    if ((parseDuration(entry.at) ?? 0) >= (parseDuration(lab.settle) ?? 0))
      report(['lab', 'prepare', index, 'at'], `is not before the end of settle (${lab.settle})`);
  });
  for (const [name, entry] of Object.entries(lab.traffic)) {
    const path = ['lab', 'traffic', name];
    isHost([...path, 'host'], entry.host);
    const packages = lab.hosts[entry.host]?.packages ?? ['loadgen'];
    if (!packages.includes('loadgen'))
      report([...path, 'host'], `${entry.host} has no package loadgen, which sends the requests`);
    if (!/^https?:\/\//.test(entry.url))
      report([...path, 'url'], 'expected http://NAME[:PORT][/PATH] or https://…');
  }
}

type IsHost = (path: Path, name: string) => void;
function checkCertificates({ lab }: Pick<Scenario, 'lab'>, isHost: IsHost, report: Report): void {
  const names = Object.keys(lab.authorities);
  const isAuthority = (path: Path, name: string | undefined): void => {
    if (name !== undefined && !names.includes(name))
      report(path, `there is no authority "${name}"${suggestion(name, names)}`);
  };
  for (const [name, authority] of Object.entries(lab.authorities)) {
    const path = ['lab', 'authorities', name];
    if (authority.host !== undefined) isHost([...path, 'host'], authority.host);
    isAuthority([...path, 'signed-by'], authority['signed-by']);
    let above: string | undefined = name;
    for (let hops = 0; above !== undefined && hops <= names.length; hops++)
      above = lab.authorities[above]?.['signed-by'];
    if (above !== undefined) report([...path, 'signed-by'], 'authorities that sign each other have no root');
    checkValidity(authority, path, report);
  }
  const taken = new Set<string>();
  lab.certificates.forEach((order, index) => {
    const path = ['lab', 'certificates', index];
    order.hosts.forEach((host, at) => isHost([...path, 'hosts', at], host));
    isAuthority([...path, 'by'], order.by);
    if (order.by === undefined && order.chain === 'leaf')
      report([...path, 'chain'], 'a certificate that signs itself has no chain to leave out');
    checkValidity(order, path, report);
    for (const file of new Set([order.certificate, order.key ?? order.certificate]))
      for (const host of order.hosts) {
        if (taken.has(`${host}:${file}`)) report(path, `${file} on ${host} is written twice`);
        taken.add(`${host}:${file}`);
      }
  });
}
function checkValidity(
  { issued, expires }: { issued: string; expires: string },
  path: Path,
  report: Report,
): void {
  const micros = (text: string) =>
    (text.startsWith('-') ? -1 : 1) * (parseDuration(text.replace('-', '')) ?? 0);
  if (micros(expires) <= -micros(issued))
    report([...path, 'expires'], `is not after it was issued (${issued} before the shift)`);
}
