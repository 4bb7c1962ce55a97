/** The debrief: what happened, when, why, and what of it the learner did. Everything is read from the journal. */
import type { JournalEntry } from '../kernel/journal';
import type { Run } from '../scenario/run';
import { ROOT } from '../world/files';
import { FileError } from '../world/files.contract';
import { chainOf } from './chains';
import { CONFIGURATION } from './files';
import { eventItem, markOf } from './journal-feed';
import type { AnswerView, Debrief, EventItem, ObjectiveView, TimelineMark } from './messages';
import { guardViews, objectiveViews } from './objective-views';
import { outagesOf, rootsOf, timesOf } from './outages';
import { sourceOf } from './service';

const SECOND = 1_000_000;
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
): Pick<EventItem, 'text' | 'tone'> | undefined {
  const found = entries.find(
    (entry) =>
      entry.seq > seq &&
      entry.seq < until &&
      EFFECTS.has(entry.type) &&
      !isCommand(entry) &&
      rootsOf(run, entry.seq).some((root) => root.seq === seq),
  );
  const item = found === undefined ? undefined : eventItem(run, found);
  return item === undefined ? undefined : { text: item.text, tone: item.tone };
}
/** A command that ended, not a service: its status is an answer, it leads to nothing. */
function isCommand({ type, data }: JournalEntry): boolean {
  return type === 'process.exit' && (data as { unit?: string }).unit?.endsWith('.service') !== true;
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
const WATCHED = [...CONFIGURATION, '/etc/cron.d'];
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

/** A run that is over and lost: what was not reached counts as failed, and says why when it is why the run was lost. What else would have happened is not told as if it had. */
function unmetIsFailed<I>({ scenario, progress }: Run<I>, view: ObjectiveView): ObjectiveView {
  if (view.state === 'met' || view.state === 'failed') return view;
  const entry = [
    ...scenario.objectives,
    ...(scenario.tomorrow === undefined ? [] : [scenario.tomorrow]),
  ].find(({ id }) => id === view.id);
  return {
    ...view,
    state: 'failed',
    measured: view.measured || 'not reached',
    ...(entry !== undefined && progress.verdict.includes(entry.why) ? { why: entry.why } : {}),
  };
}
