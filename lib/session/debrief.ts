/** The debrief: what happened, when, why, and what of it the learner did. Everything is read from the journal. */
import type { JournalEntry } from '../kernel/journal';
import type { Run } from '../scenario/run';
import { ROOT } from '../world/files';
import { FileError } from '../world/files.contract';
import { eventItem, isOwnAddress, markOf } from './journal-feed';
import type { AnswerView, Debrief, ObjectiveView, TimelineMark } from './messages';
import { guardViews, objectiveViews } from './objective-views';
import { sourceOf } from './service';

const SECOND = 1_000_000;
/** Seconds without a failure that end an outage. */
const QUIET_SECONDS = 2;
/** What can take service away, looked for just before an outage. */
const DISRUPTIVE: ReadonlySet<string> = new Set([
  'power.off',
  'host.frozen',
  'socket.closed',
  'process.exit',
  'address.removed',
  'address.added',
  'link.down',
  'packet.dropped',
  'route.removed',
  'sysctl',
]);
const BEFORE = 6 * SECOND;
const MOST_CHAIN = 12;
const HINT_COST = 8;

export function debriefOf<I>(
  run: Run<I>,
  { text, original }: { text: string; original: ReadonlyMap<string, string> },
): Debrief {
  const { scenario, progress, kernel } = run;
  const entries = kernel.journal.entries().filter(({ at }) => at >= run.origin);
  const outages = outagesOf(run, entries);
  const from = sourceOf(run);
  const totals = progress.totals.get(from ?? '') ?? { total: 0, failed: 0 };
  const lostByLearner = outages
    .filter(({ byLearner }) => byLearner)
    .reduce((sum, { failed }) => sum + failed, 0);
  const won = progress.phase === 'won';
  const marks = marksOf(run, entries);
  const at = progress.finishedAt ?? run.now;
  return {
    scenario: scenario.id,
    title: scenario.title,
    won,
    verdict: progress.verdict || 'The shift is still going on.',
    score: scoreOf(run, won, lostByLearner),
    seed: kernel.seed,
    minutes: Math.round((at / SECOND / 60) * 10) / 10,
    hash: kernel.journal.hash(),
    times: timesOf(run, entries, outages),
    availability: {
      total: totals.total === 0 ? 1 : 1 - totals.failed / totals.total,
      target: scenario.slo === undefined ? undefined : scenario.slo.availability / 100,
      lost: totals.failed,
      lostByLearner,
      requests: totals.total,
    },
    points: (progress.seconds.get(from ?? '') ?? []).map(({ ok, failed, slowest }, second) => ({
      second,
      ok,
      failed,
      p95Micros: slowest,
    })),
    marks,
    outages,
    objectives: objectiveViews(run).map((view) =>
      progress.phase === 'lost' ? unmetIsFailed(run, view) : view,
    ),
    guards: guardViews(run),
    chains: outages.slice(0, 6).flatMap((outage) => chainOf(run, entries, outage)),
    actions: actionsOf(run, entries),
    diffs: diffsOf(run, original),
    hintsUsed: progress.hints,
    diagnosis: diagnosisOf(run),
    ...(scenario.debrief === undefined
      ? {}
      : {
          mechanism: scenario.debrief.mechanism,
          sources: scenario.debrief.sources.map((source) =>
            typeof source === 'string' ? { title: source } : source,
          ),
        }),
    text,
  };
}

type Diagnosis = NonNullable<Debrief['diagnosis']>;
function diagnosisOf<I>(run: Run<I>): Diagnosis {
  return run.scenario.diagnosis.map((question): Diagnosis[number] => {
    const { named, right, why } = judged(run, question);
    return {
      question: question.text,
      chosen: sentences(named, 'text'),
      right,
      why,
      answer: sentences(
        question.choices.filter((choice) => choice.right),
        'text',
      ),
      evidence: [...question.evidence],
      points: right ? question.points : 0,
      of: question.points,
    };
  });
}

/** The questions answered so far, each with what is to be said about the answer. */
export function answerViews<I>(run: Run<I>): AnswerView[] {
  return run.scenario.diagnosis.flatMap((question) => {
    if (!run.progress.answers.has(question.id)) return [];
    const { named, right, why } = judged(run, question);
    return [{ question: question.id, chosen: named.map(({ id }) => id), right, why }];
  });
}

type Question<I> = Run<I>['scenario']['diagnosis'][number];
function judged<I>(
  { progress }: Run<I>,
  { id, choices }: Question<I>,
): { named: Question<I>['choices']; right: boolean; why: string } {
  const chosen = new Set(progress.answers.get(id)?.split(',') ?? []);
  const named = choices.filter((choice) => chosen.has(choice.id));
  const wrong = named.filter((choice) => !choice.right);
  const right = choices.every((choice) => choice.right === chosen.has(choice.id));
  const why = sentences(wrong.length > 0 ? wrong : named, 'why');
  return {
    named,
    right,
    why: !right && named.length > 0 && wrong.length === 0 ? `${why} But that is not all.` : why,
  };
}
function sentences(list: readonly { text: string; why: string }[], key: 'text' | 'why'): string {
  return list.map((choice) => choice[key]).join(key === 'text' ? ' · ' : ' ');
}

/** 100, less what hints, missed questions and self-made outages cost; half of it for a run that was lost. */
function scoreOf<I>(run: Run<I>, won: boolean, lostByLearner: number): number {
  const total = run.progress.totals.get('')?.total ?? 0;
  const own = total === 0 ? 0 : Math.min(30, Math.round((lostByLearner / total) * 300));
  const met = run.scenario.objectives.filter(
    ({ id }) => run.progress.objectives.get(id)?.verdict === 'met',
  ).length;
  const questions = diagnosisOf(run);
  const missed = questions.reduce((sum, { points, of }) => sum + of - points, 0);
  const base = won ? 100 - missed : Math.round((met / run.scenario.objectives.length) * 50);
  return Math.max(0, base - run.progress.hints * HINT_COST - own);
}

interface Outage {
  from: number;
  to: number;
  failed: number;
  cause: string;
  byLearner: boolean;
  causeSeq: number;
}

function outagesOf<I>(run: Run<I>, entries: readonly JournalEntry[]): Outage[] {
  const rows = run.progress.seconds.get(sourceOf(run) ?? '') ?? [];
  const outages: Outage[] = [];
  let open: { from: number; last: number; failed: number } | undefined;
  const close = () => {
    if (open === undefined) return;
    const cause = causeOf(run, entries, open.from * SECOND, (open.last + 1) * SECOND);
    outages.push({ from: open.from * SECOND, to: (open.last + 1) * SECOND, failed: open.failed, ...cause });
    open = undefined;
  };
  rows.forEach(({ failed }, second) => {
    if (failed > 0) {
      open ??= { from: second, last: second, failed: 0 };
      open.last = second;
      open.failed += failed;
    } else if (open !== undefined && second - open.last > QUIET_SECONDS) close();
  });
  close();
  return outages;
}

/** The entry that took service away: the first disruptive one near the beginning whose root is known. */
function causeOf<I>(
  run: Run<I>,
  entries: readonly JournalEntry[],
  from: number,
  to: number,
): Pick<Outage, 'cause' | 'byLearner' | 'causeSeq'> {
  const begin = from + run.origin;
  const near = entries.filter(
    ({ at, type }) =>
      DISRUPTIVE.has(type) && at >= begin - BEFORE && at <= Math.min(begin + 2 * SECOND, to + run.origin),
  );
  const candidates = near.map((entry) => ({ entry, roots: rootsOf(run, entry.seq) }));
  const isFault = (entry: JournalEntry) => entry.source === 'scenario' || entry.source === 'instructor';
  const chosen =
    candidates.find(({ roots }) => roots.some(isFault)) ??
    candidates.find(({ roots }) => roots.some(({ source }) => source === 'learner')) ??
    candidates[0];
  if (chosen === undefined)
    return { cause: 'nothing recorded just before it', byLearner: false, causeSeq: -1 };
  const byLearner = chosen.roots.some(({ source }) => source === 'learner') && !chosen.roots.some(isFault);
  const root = chosen.roots[firstFault(chosen.roots)] ?? chosen.roots.at(-1) ?? chosen.entry;
  return { cause: eventItem(run, root)?.text ?? root.type, byLearner, causeSeq: chosen.entry.seq };
}
/** The entry and what led to it, latest first. */
function rootsOf<I>(run: Run<I>, seq: number): JournalEntry[] {
  const chain: JournalEntry[] = [];
  for (let at = seq; at >= 0 && chain.length < MOST_CHAIN; ) {
    const entry = run.kernel.journal.get(at);
    if (entry === undefined) break;
    chain.push(entry);
    if (entry.cause >= at) break;
    at = entry.cause;
  }
  return chain;
}

function chainOf<I>(run: Run<I>, entries: readonly JournalEntry[], outage: Outage): Debrief['chains'] {
  const failed = typicalFailure(run, entries, outage);
  const own = failed === undefined ? [] : ownCauses(run, failed);
  // What the request itself leads back to is better than what lay near in time.
  const roots = firstFault(own) < 0 ? rootsOf(run, outage.causeSeq) : own;
  const fault = firstFault(roots);
  const links = (fault < 0 ? roots : roots.slice(0, fault + 1)).reverse();
  const around = entries.filter(
    ({ type, at, seq }) =>
      at >= outage.from + run.origin - BEFORE &&
      at <= outage.from + run.origin + BEFORE &&
      ['address.added', 'vrrp.state', 'socket.bind-failed', 'arp.moved'].includes(type) &&
      !links.some((link) => link.seq === seq),
  );
  const all = new Map(
    [...own, ...links, ...around.filter((entry) => !isOwnAddress(run, entry))].map((entry) => [
      entry.seq,
      entry,
    ]),
  );
  const shown = linksOf(
    run,
    [...all.values()].sort((a, b) => a.seq - b.seq),
  );
  if (shown.length === 0) return [];
  const error = (failed?.data as { error?: string; status?: number; reason?: string } | undefined) ?? {};
  const symptom = error.reason || error.error || `status ${error.status ?? ''}`;
  return [
    {
      title: `${grouped(outage.failed)} requests lost: ${symptom}`,
      links: [
        ...shown,
        ...(failed === undefined
          ? []
          : [
              {
                seq: failed.seq,
                at: failed.at - run.origin,
                source: failed.source,
                text: `request failed: ${symptom}`,
              },
            ]),
      ],
    },
  ];
}

/** The first failed request of the kind that most of the outage's failed requests were. */
function typicalFailure<I>(
  run: Run<I>,
  entries: readonly JournalEntry[],
  outage: Outage,
): JournalEntry | undefined {
  const kinds = new Map<string, { count: number; first: JournalEntry }>();
  for (const entry of entries) {
    if (entry.type !== 'request' || entry.at < outage.from + run.origin || entry.at > outage.to + run.origin)
      continue;
    const { ok, error, status } = entry.data as { ok: boolean; error: string; status: number };
    if (ok) continue;
    const kind = kinds.get(`${error} ${status}`) ?? { count: 0, first: entry };
    kind.count += 1;
    kinds.set(`${error} ${status}`, kind);
  }
  return [...kinds.values()].sort((a, b) => b.count - a.count)[0]?.first;
}
/** What the journal itself names as the cause of a failed request (why nobody listens, which rule dropped it), one entry of each type. */
function ownCauses<I>(run: Run<I>, failed: JournalEntry): JournalEntry[] {
  const types = new Set<string>();
  return rootsOf(run, failed.seq)
    .slice(1)
    .filter(({ type }) => !types.has(type) && types.add(type));
}

/** The entries in words; what is said again and again is said once, with how often. */
function linksOf<I>(run: Run<I>, entries: readonly JournalEntry[]): Debrief['chains'][number]['links'] {
  // One process after the other of the same program is the same thing again.
  const same = (text: string) => text.replace(/ \(\d+\)/, '');
  const items = entries.flatMap((entry) => eventItem(run, entry) ?? []);
  const times = new Map<string, number>();
  for (const { text } of items) times.set(same(text), (times.get(same(text)) ?? 0) + 1);
  return items
    .filter(({ text, seq }) => items.find((item) => same(item.text) === same(text))?.seq === seq)
    .slice(0, MOST_CHAIN)
    .map(({ seq, clock, source, text, rule }) => {
      const count = times.get(same(text)) ?? 1;
      return {
        seq,
        // Before 0 when the cause lies before the shift.
        at: clock - run.world.state.epoch - run.origin,
        source,
        text: count > 1 ? `${same(text)}, ${count} times` : text,
        ...(rule === undefined ? {} : { rule }),
      };
    });
}
/** Where the fault stands among an entry's roots, -1 when there is none. Before it the scenario only waited. */
function firstFault(roots: readonly JournalEntry[]): number {
  return roots.findIndex(
    ({ type, data }) =>
      type === 'inject' ||
      type === 'tomorrow' ||
      (type === 'timeline' && (data as { fault?: string }).fault !== undefined),
  );
}
const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

function timesOf<I>(
  run: Run<I>,
  entries: readonly JournalEntry[],
  outages: readonly Outage[],
): Debrief['times'] {
  const first = outages[0];
  if (first === undefined) return { detect: undefined, acknowledge: undefined, restore: undefined };
  const page = entries.find(({ type, at }) => type === 'feed.page' && at >= first.from + run.origin);
  const detect = page === undefined ? undefined : page.at - run.origin - first.from;
  const { acknowledgedAt } = run.progress;
  const isOver = first.to < run.now - QUIET_SECONDS * SECOND;
  return {
    detect,
    acknowledge: acknowledgedAt === undefined ? undefined : Math.max(0, acknowledgedAt - first.from),
    restore: isOver ? first.to - first.from : undefined,
  };
}

function marksOf<I>(run: Run<I>, entries: readonly JournalEntry[]): TimelineMark[] {
  return entries.flatMap((entry) => {
    const item = eventItem(run, entry);
    const mark = item === undefined ? undefined : markOf(run, entry, item);
    return mark === undefined ? [] : [mark];
  });
}

function actionsOf<I>(run: Run<I>, entries: readonly JournalEntry[]): Debrief['actions'] {
  const kinds = {
    'learner.line': 'command',
    'learner.save': 'save',
    'learner.hint': 'hint',
    'learner.acknowledge': 'acknowledge',
  } as const;
  const acted = entries.filter((entry) => Object.hasOwn(kinds, entry.type));
  return acted.flatMap((entry, index): Debrief['actions'] => {
    const data = entry.data as { terminal?: string; host?: string; text?: string; path?: string };
    const kind = kinds[entry.type as keyof typeof kinds];
    if (kind === 'command' && (data.text ?? '').trim() === '') return [];
    const until = acted[index + 1]?.seq ?? Number.POSITIVE_INFINITY;
    const effect = effectOf(run, entries, entry.seq, until);
    return [
      {
        at: entry.at - run.origin,
        clock: run.world.state.epoch + entry.at,
        terminal: data.terminal ?? '',
        host: data.host ?? '',
        kind,
        text:
          kind === 'command'
            ? (data.text ?? '')
            : kind === 'save'
              ? (data.path ?? '')
              : (eventItem(run, entry)?.text ?? ''),
        ...(effect === undefined ? {} : { effect }),
      },
    ];
  });
}
const EFFECTS: ReadonlySet<string> = new Set([
  'socket.listening',
  'socket.bind-failed',
  'socket.closed',
  'sysctl',
  'process.exit',
  'address.added',
  'address.removed',
  'power.off',
]);
/** The first thing that an action led to. */
function effectOf<I>(
  run: Run<I>,
  entries: readonly JournalEntry[],
  seq: number,
  until: number,
): string | undefined {
  const found = entries.find(
    (entry) =>
      entry.seq > seq &&
      entry.seq < until &&
      EFFECTS.has(entry.type) &&
      rootsOf(run, entry.seq).some((root) => root.seq === seq),
  );
  return found === undefined ? undefined : eventItem(run, found)?.text;
}

function diffsOf<I>(run: Run<I>, original: ReadonlyMap<string, string>): Debrief['diffs'] {
  const diffs: Debrief['diffs'] = [];
  for (const [key, before] of original) {
    const split = key.indexOf(':');
    const host = run.world.findHost(key.slice(0, split));
    const path = key.slice(split + 1);
    const now = host?.fs.readFile(path, ROOT);
    const after = now === undefined || now instanceof FileError ? '' : now;
    if (host !== undefined && after !== before) diffs.push({ host: host.name, path, before, after });
  }
  for (const host of run.world.hosts())
    for (const path of newFiles(host.name, run, original))
      diffs.push({ host: host.name, path, before: '', after: String(host.fs.readFile(path, ROOT)) });
  return diffs;
}
const WATCHED = [
  '/etc/sysctl.d',
  '/etc/systemd/system',
  '/etc/haproxy',
  '/etc/keepalived',
  '/etc/nginx',
  '/etc/cron.d',
];
const DEEPEST = 3;
/** Text files of the configuration folders that were not there at the beginning. */
function newFiles<I>(name: string, run: Run<I>, original: ReadonlyMap<string, string>): string[] {
  const host = run.world.host(name);
  const found: string[] = [];
  const look = (folder: string, depth: number): void => {
    const names = host.fs.readdir(folder, ROOT);
    if (names instanceof FileError || depth > DEEPEST) return;
    for (const entry of names) {
      const path = `${folder}/${entry}`;
      const info = host.fs.lstat(path, ROOT);
      if (info instanceof FileError) continue;
      if (info.kind === 'directory') look(path, depth + 1);
      else if (info.kind === 'file' && !original.has(`${name}:${path}`)) found.push(path);
    }
  };
  for (const folder of WATCHED) look(folder, 0);
  return found;
}

/** The text of every configuration file as the run finds it, by `host:path`. */
export function originalFiles<I>(run: Run<I>): Map<string, string> {
  const original = new Map<string, string>();
  for (const host of run.world.hosts()) {
    const look = (folder: string, depth: number): void => {
      const names = host.fs.readdir(folder, ROOT);
      if (names instanceof FileError || depth > DEEPEST) return;
      for (const entry of names) {
        const path = `${folder}/${entry}`;
        const info = host.fs.lstat(path, ROOT);
        if (info instanceof FileError) continue;
        if (info.kind === 'directory') look(path, depth + 1);
        else if (info.kind === 'file') {
          const text = host.fs.readFile(path, ROOT);
          if (typeof text === 'string') original.set(`${host.name}:${path}`, text);
        }
      }
    };
    look('/etc', 0);
  }
  return original;
}

/** A run that is over and lost: what was not reached counts as failed, and says why it matters. */
function unmetIsFailed<I>({ scenario }: Run<I>, view: ObjectiveView): ObjectiveView {
  if (view.state === 'met' || view.state === 'failed') return view;
  const entry = [
    ...scenario.objectives,
    ...(scenario.tomorrow === undefined ? [] : [scenario.tomorrow]),
  ].find(({ id }) => id === view.id);
  return {
    ...view,
    state: 'failed',
    measured: view.measured || 'not reached',
    ...(entry === undefined ? {} : { why: entry.why }),
  };
}
