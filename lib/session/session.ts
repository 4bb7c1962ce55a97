/**
 * One run as the page sees it: takes its messages, lets time go on, tells what
 * changed in frames. Knows no clock of the machine: whoever owns it (the
 * worker) says how much real time has passed.
 */
import { paceTarget } from '../kernel/pace';
import type { Run } from '../scenario/run';
import { clonePlain } from '../std/plain';
import { Branches } from './branches';
import { briefOf, textsIn } from './brief';
import { answerViews, debriefOf, originalFiles } from './debrief';
import { hostDetail } from './detail';
import { ENGINE } from './engine';
import { checkText, fileTree, readFile } from './files';
import { eventItem, feedOf, JournalFeed } from './journal-feed';
import { learnerTerminals, terminalOf } from './learner';
import { logLines } from './logs';
import type {
  Answer,
  Brief,
  ClientMessage,
  Debrief,
  Frame,
  Hint,
  RunInput,
  SavedRun,
  ScenarioSource,
  Speed,
  TerminalInfo,
  Topology,
  TraceView,
} from './messages';
import { guardViews, objectiveViews } from './objective-views';
import { Requests, traceView } from './requests';
import { Screens } from './screens';
import { solutionText, stepsOf } from './save-as-solution';
import { serviceStatus } from './service';
import { HostStatuses, sharedAddresses } from './status';
import { topologyOf } from './topology';

type Message<T extends ClientMessage['type']> = Extract<ClientMessage, { type: T }>;

export class Session {
  topology: Topology;
  readonly #requests: Requests;
  readonly #feed: JournalFeed<RunInput>;
  readonly #original: Map<string, string>;
  readonly #screens: Screens;
  readonly #statuses: HostStatuses<RunInput>;
  readonly #branches: Branches;
  /** Set while the run is shown beside another one and goes where that one goes. */
  #following: { playing: boolean } | undefined;
  #speed: Speed = 1;
  #playing = true;
  #rate = 1;
  #watch: Message<'watch'> = { type: 'watch', panels: [] };
  #sentPoints = 0;
  #sentFeed = 0;
  #sentTrace = '';
  #nextTerminal = 1;
  #edit: Frame['edit'];
  #notices: string[] = [];

  constructor(
    readonly run: Run<RunInput>,
    private readonly source: ScenarioSource,
  ) {
    this.topology = topologyOf(run.scenario, run.world);
    this.#requests = new Requests(run.world, Object.keys(run.scenario.lab.hosts), run.origin);
    this.#feed = new JournalFeed(run, this.#requests);
    this.#statuses = new HostStatuses(run, this.#requests);
    this.#original = originalFiles(run);
    this.#branches = new Branches(run);
    this.#screens = new Screens(run);
    run.kernel.journal.onTruncate(() => this.#rewound());
    run.kernel.journal.onAppend((entry) => {
      if (entry.type === 'editor.open') this.#edit = this.#screens.openedEditor(entry.data) ?? this.#edit;
    });
  }

  /** Plays the inputs of a saved run up to where it stood. A text says what is odd about the result. */
  restore(saved: SavedRun): void {
    const { run } = this;
    const inputs = saved.inputs.map(({ at, input }) => ({ at: at + run.origin, input }));
    run.timeline.replay(
      inputs,
      Math.max(saved.at, inputs.at(-1)?.at ?? 0) + (inputs.length === 0 ? run.origin : 0),
    );
    run.seek(saved.at);
    this.#branches.restore(saved);
    this.#screens.drain();
    for (const id of learnerTerminals(run.world).keys()) {
      const number = Number(/^t(\d+)$/.exec(id)?.[1] ?? 0);
      this.#nextTerminal = Math.max(this.#nextTerminal, number + 1);
    }
    if (saved.hash !== '' && saved.hash !== run.kernel.journal.hash())
      this.#notices.push(
        saved.engine === ENGINE
          ? 'This run does not go as it went when it was saved: the file was changed. It goes on from what it leads to now.'
          : `This run was saved by Faultline ${saved.engine}; this is ${ENGINE}. It may go differently from here.`,
      );
  }

  /** The first terminal, where the scenario says. */
  start(): TerminalInfo[] {
    const known = [...learnerTerminals(this.run.world).values()];
    if (known.length > 0) return known.map(({ id, host, user }) => ({ id, host, user, title: host }));
    const { host, user } = this.run.scenario.start;
    if (this.run.world.findHost(host) === undefined) return [];
    const opened = this.#openTerminal(host, user);
    this.run.advance(this.run.now + 100_000);
    return typeof opened === 'string' ? [] : [opened];
  }

  brief(): Brief {
    return briefOf(this.run);
  }

  // ---------------------------------------------------------------- time
  get #now(): number {
    return this.run.now;
  }
  get #head(): number {
    return Math.max(this.#now, this.run.timeline.end - this.run.origin);
  }
  get #isLookingBack(): boolean {
    return this.run.timeline.hasFuture;
  }
  /** What follows another run moves as that one does, though its own inputs lie ahead. */
  get #isShownAsPast(): boolean {
    return this.#following === undefined ? this.#isLookingBack : false;
  }
  get isPlaying(): boolean {
    return this.#playing && this.#speed !== 0 && !this.run.progress.ended;
  }
  /** The instant to run to after so much real time; run there by `advance`, in as many pieces as one likes. */
  target(wallMs: number): number {
    return this.isPlaying && !this.#isLookingBack ? paceTarget(this.#now, wallMs, this.#speed) : this.#now;
  }
  advance(to: number): void {
    const wasDecided = this.#isDecided;
    this.run.advance(to);
    // Who hurried to the verdict reads it now; hours that nobody needs would follow meanwhile.
    if (this.#isDecided && !wasDecided && this.#speed > 1) this.#speed = 1;
  }
  get #isDecided(): boolean {
    const { phase } = this.run.progress;
    return phase === 'won' || phase === 'lost';
  }
  /** Simulated per real second lately. */
  measured(rate: number): void {
    this.#rate = rate;
  }

  transport(action: Message<'transport'>['action']): void {
    switch (action.kind) {
      case 'play':
        this.#playing = true;
        if (this.#speed === 0) this.#speed = 1;
        return;
      case 'pause':
        this.#playing = false;
        return;
      case 'speed':
        this.#speed = action.speed;
        this.#playing = action.speed !== 0;
        return;
      case 'next-event':
        this.#playing = false;
        this.#toNextEvent();
        return;
      case 'seek':
        this.#seek(Math.max(0, Math.min(action.at, this.#head)));
        return;
      case 'live':
        this.#seek(this.#head);
        return;
      case 'branch':
        if (this.#isLookingBack) this.#fork();
        return;
      case 'switch-branch':
        this.#switchBranch(action.branch);
        return;
      case 'follow':
        this.#follow(action);
    }
  }
  /** Whether another run says where this one is: it shows nothing by itself then. */
  get isFollowing(): boolean {
    return this.#following !== undefined;
  }
  #follow({ at, playing }: { at: number; playing: boolean }): void {
    this.#following = { playing };
    this.#playing = false;
    // Beyond its end nothing more was done: the world goes on by itself.
    if (at >= this.#now) this.advance(at);
    else this.#seek(Math.max(0, at));
  }
  #seek(at: number): void {
    this.#screens.drain();
    const before = this.#now;
    const isForward = at > before && this.#isLookingBack;
    if (at < before) this.#keepScreens();
    this.run.seek(at);
    if (at < before) this.#screens.refresh();
    this.#screens.drain();
    if (isForward) this.#screens.recall(this.#branches.current);
    this.#statuses.leap();
  }
  /** Steps until the journal has an entry worth a line, or a minute has passed. */
  #toNextEvent(): void {
    const { journal } = this.run.kernel;
    const until = this.#now + 60_000_000;
    for (
      let length = journal.length;
      this.#now < until && this.run.timeline.step();
      length = journal.length
    ) {
      const last = journal.get(journal.length - 1);
      if (
        journal.length > length ||
        (last !== undefined && last.type !== 'request' && last.at === this.run.kernel.now)
      )
        return;
    }
  }
  /** A checkpoint was loaded: what terminals printed later is not there yet. */
  #rewound(): void {
    this.#screens.rewind();
    this.#requests.clear();
  }
  #fork(): void {
    this.#branches.fork();
    this.#feed.restartAt(this.run.kernel.journal.length);
    this.#sentPoints = Math.min(this.#sentPoints, Math.floor(this.#now / 1_000_000));
    this.#sentFeed = Math.min(this.#sentFeed, this.run.progress.feed.length);
  }
  #switchBranch(wanted: number): void {
    this.#screens.drain();
    this.#keepScreens();
    if (!this.#branches.switchTo(wanted)) return;
    this.#feed.restartAt(0);
    this.#sentPoints = 0;
    this.#sentFeed = 0;
    this.#statuses.tellAgain();
    this.#screens.drain();
    this.#screens.recall(wanted);
  }
  #keepScreens(): void {
    if (!this.#isLookingBack) this.#screens.keep(this.#branches.current);
  }

  // ---------------------------------------------------------------- inputs
  /** Acts now and is remembered. Typing in the past begins another attempt. */
  input(input: RunInput): void {
    if (this.#isLookingBack) this.#fork();
    this.run.timeline.input(input);
  }
  #openTerminal(host: string, user: string): TerminalInfo | string {
    const id = `t${this.#nextTerminal}`;
    const before = learnerTerminals(this.run.world).size;
    this.input({ kind: 'terminal-open', terminal: id, host, user });
    if (learnerTerminals(this.run.world).size === before)
      return `No terminal on ${host}: it has no power, is still booting, or does not know ${user}.`;
    this.#nextTerminal += 1;
    return { id, host, user, title: host };
  }

  /** What the page asks or tells. */
  handle(message: Exclude<ClientMessage, { type: 'open' | 'close' }>): Answer | undefined {
    switch (message.type) {
      case 'transport':
        this.transport(message.action);
        return undefined;
      case 'terminal-open': {
        if (!this.mayOpenOn(message.host))
          return refused(
            `Terminals open on ${this.run.scenario.start.host}; go on from there with ssh ${message.host}.`,
          );
        const opened = this.#openTerminal(message.host, message.user ?? this.run.scenario.start.user);
        return typeof opened === 'string' ? refused(opened) : { kind: 'terminal', terminal: opened };
      }
      case 'terminal-line':
        if (message.raw !== true) this.#screens.expect(message.terminal);
        this.input({
          kind: 'line',
          terminal: message.terminal,
          text: message.text,
          ...(message.raw === true ? { raw: true } : {}),
        });
        return undefined;
      case 'terminal-key':
        this.input({ kind: 'key', terminal: message.terminal, key: message.key });
        return undefined;
      case 'terminal-size':
        this.#resize(message);
        return undefined;
      case 'terminal-close':
        this.input({ kind: 'terminal-close', terminal: message.terminal });
        this.#screens.forget(message.terminal);
        return undefined;
      case 'terminal-complete':
        return {
          kind: 'completions',
          ...this.#screens.completions(message.terminal, message.text, message.cursor),
        };
      case 'terminal-history':
        return { kind: 'history', lines: this.#screens.history(message.terminal) };
      case 'file-tree': {
        const host = this.run.world.findHost(message.host);
        const tree = host === undefined ? noHost(message.host) : fileTree(host, message.path, this.#original);
        return typeof tree === 'string' ? refused(tree) : tree;
      }
      case 'file-read': {
        const host = this.run.world.findHost(message.host);
        const file = host === undefined ? noHost(message.host) : readFile(host, message.path, this.#original);
        return typeof file === 'string' ? refused(file) : file;
      }
      case 'file-check': {
        const host = this.run.world.findHost(message.host);
        return host === undefined
          ? refused(noHost(message.host))
          : checkText(host, message.path, message.text);
      }
      case 'file-save':
        return this.#save(message);
      case 'watch':
        if (message.trace !== this.#watch.trace) this.#sentTrace = '';
        this.#watch = message;
        return undefined;
      case 'hint':
        return this.#hint();
      case 'acknowledge':
        this.input({ kind: 'acknowledge' });
        return undefined;
      case 'answer':
        this.input({ kind: 'answer', question: message.question, choice: message.choice });
        return { kind: 'done' };
      case 'tomorrow':
        this.input({ kind: 'tomorrow' });
        return undefined;
      case 'finish':
        if (!this.run.progress.ended) this.input({ kind: 'finish' });
        return { kind: 'finished', debrief: this.debrief() };
      case 'debrief':
        return { kind: 'debrief', debrief: this.debrief() };
      case 'export':
        return message.branch === undefined
          ? { kind: 'export', run: this.saved('') }
          : this.#otherCourse(message.branch);
      case 'solution':
        return this.#solution();
      case 'last-request':
        return {
          kind: 'last-request',
          trace: this.#requests.lastBetween(message.between, this.run.kernel.now),
        };
      case 'journal':
        return this.#journal(message);
      case 'sandbox':
        return refused('The lab of a scenario cannot be rebuilt. Open the sandbox for that.');
    }
  }
  /** Where the learner begins, and any host of the same zone: the rest is reached by ssh. */
  protected mayOpenOn(name: string): boolean {
    return name === this.run.scenario.start.host;
  }
  /** The lab looks different from now on. */
  protected relay(topology: Topology): void {
    this.topology = topology;
    this.#requests.know(topology.hosts.map(({ id }) => id));
  }
  /** Average time of a leg on each link lately, in microseconds. */
  protected legTimes(): Map<string, number> {
    return this.#requests.times(this.topology.links, this.run.kernel.now);
  }
  /** Lets something happen that then has not happened. Undefined while a program is at work that cannot be put away. */
  protected imagine<T>(work: () => T): T | undefined {
    const { kernel, world } = this.run;
    this.frame();
    // A shell whose output was just taken needs a moment until it waits for the next line.
    for (let tries = 0; tries < 60 && !world.quiescent(); tries++) this.run.advance(this.#now + 1000);
    if (!world.quiescent()) return undefined;
    this.#screens.drain();
    const saved = { kernel: kernel.save(), world: world.save(), progress: clonePlain(this.run.progress) };
    try {
      return work();
    } finally {
      kernel.load(saved.kernel);
      world.load(saved.world);
      this.run.progress = saved.progress;
    }
  }
  #resize({ terminal, columns, rows }: Message<'terminal-size'>): void {
    const state = terminalOf(this.run.world, terminal)?.state;
    if (state === undefined || this.#isLookingBack || (state.columns === columns && state.rows === rows))
      return;
    this.input({ kind: 'size', terminal, columns, rows });
  }
  #save({ host: name, path, text, terminal }: Message<'file-save'>): Answer {
    const host = this.run.world.findHost(name);
    if (host === undefined) return refused(noHost(name));
    if (host.state.power === 'off') return refused(`${name} has no power.`);
    if (this.run.progress.phase === 'tomorrow')
      return refused('It is tomorrow already: now the machines must do without you.');
    const { uid, gid } = this.#screens.writer(terminal, name, path);
    const user = host.user(uid);
    const groups = user?.groups ?? [];
    const mayNot = host.fs.access(path, 2, { uid, gid, groups })?.errno;
    this.input({ kind: 'save', host: name, path, text, uid, gid });
    if (host.fs.readFile(path, { uid: 0, gid: 0, groups: [] }) !== text)
      return refused(
        mayNot === 'EACCES'
          ? `Permission denied: ${user?.name ?? uid} may not write ${path}. Open it with sudo.`
          : `${path} could not be written${mayNot === undefined ? '. Is the disk full?' : ` (${mayNot}).`}`,
      );
    return { kind: 'saved', diagnostics: checkText(host, path, text).diagnostics };
  }
  #hint(): Answer {
    this.input({ kind: 'hint' });
    const shown = this.#hints();
    return { kind: 'hint', hint: shown.at(-1), left: this.run.scenario.hints.length - shown.length };
  }
  #hints(): Hint[] {
    return this.run.progress.hintsShown.flatMap((index) => {
      const hint = this.run.scenario.hints[index];
      return hint === undefined ? [] : [{ index, text: hint.text, highlight: [...hint.highlight] }];
    });
  }
  #journal({ from, to, filter }: Message<'journal'>): Answer {
    const { journal } = this.run.kernel;
    const all = journal.entries(from, to);
    const entries = all.flatMap((entry) => itemsOf(this.run, entry, filter));
    return { kind: 'journal', entries: entries.slice(-1000), total: journal.length };
  }
  debrief(): Debrief {
    return {
      ...debriefOf(this.run, { text: this.run.files['debrief.md'] ?? '', original: this.#original }),
      texts: textsIn(this.run, 'debrief'),
    };
  }

  #solution(): Answer {
    const { scenario, timeline, origin } = this.run;
    const steps = stepsOf(timeline.inputs.map(({ at, input }) => ({ at: at - origin, input })));
    if (steps.length === 0) return refused('Nothing was typed or saved yet: there are no steps.');
    const text = solutionText(steps, { id: 'played', title: 'As it was played' });
    return { kind: 'solution', name: `${scenario.id}.solution.yaml`, text };
  }

  /** The run as it can be saved: the inputs are all there is. */
  saved(savedAt: string): SavedRun {
    const { run } = this;
    return {
      format: 'faultline-run',
      version: 1,
      engine: ENGINE,
      scenario: this.source,
      seed: run.kernel.seed,
      inputs: run.timeline.inputs.map(({ at, input }) => ({ at: at - run.origin, input })),
      at: this.#now,
      savedAt,
      title: run.scenario.title,
      ...this.#branches.saved(),
      hash: run.kernel.journal.hash(),
    };
  }
  /** Another course of this run, up to the present instant. */
  #otherCourse(branch: number): Answer {
    const inputs = this.#branches.inputsOf(branch);
    if (inputs === undefined) return refused('There is no such attempt.');
    const { branch: _, branches: __, ...run } = this.saved('');
    return { kind: 'export', run: { ...run, inputs, hash: '' } };
  }

  // ---------------------------------------------------------------- frames
  frame(): Frame {
    this.#screens.drain();
    const { run } = this;
    const { world, progress } = run;
    const { events, marks } = this.#feed.news();
    const here = new Set<string>();
    const terminals = this.#screens.outputs(here);
    const hosts = this.#statuses.news(here);
    const service = serviceStatus(run, this.#requests, this.#sentPoints);
    const lastSecond = service?.points.at(-1)?.[0];
    if (lastSecond !== undefined) this.#sentPoints = lastSecond;
    const feed = feedOf(run, this.#sentFeed);
    this.#sentFeed = Math.max(this.#sentFeed, progress.feed.length);
    const watched = this.#watch.host === undefined ? undefined : world.findHost(this.#watch.host);
    const logHost = this.#watch.logs === undefined ? undefined : world.findHost(this.#watch.logs.host);
    const trace = this.#traceNews();
    const requests = this.#requests.batch();
    const edit = this.#edit;
    this.#edit = undefined;
    return {
      at: this.#now,
      clock: world.state.epoch + run.kernel.now,
      speed: this.#speed,
      playing: this.#following?.playing ?? this.isPlaying,
      head: this.#head,
      lookingBack: this.#isShownAsPast,
      branch: this.#branches.current,
      branches: this.#branches.views(this.#head),
      rate: this.#rate,
      phase: phaseOf(progress),
      ...(progress.verdict === '' ? {} : { verdict: progress.verdict }),
      ...(hosts.length === 0 ? {} : { hosts }),
      links: this.#requests.links(this.topology.links, run.kernel.now),
      addresses: sharedAddresses(run),
      ...(requests === undefined || this.#isShownAsPast ? {} : { requests }),
      ...(service === undefined ? {} : { service }),
      objectives: objectiveViews(run),
      guards: guardViews(run),
      ...(feed.length === 0 ? {} : { feed }),
      ...(events.length === 0 ? {} : { events }),
      ...(marks.length === 0 ? {} : { marks }),
      ...(terminals.length === 0 ? {} : { terminals }),
      ...(watched === undefined ? {} : { detail: hostDetail(watched, this.#watch.panels, run.origin) }),
      ...(logHost === undefined || this.#watch.logs === undefined
        ? {}
        : { logs: logLines(logHost, this.#watch.logs) }),
      ...(trace === undefined ? {} : { trace }),
      ...(edit === undefined ? {} : { edit }),
      hintsShown: this.#hints(),
      ...(run.scenario.diagnosis.length === 0 ? {} : { answers: answerViews(run) }),
    };
  }
  /** Everything, for a page that knows nothing yet. */
  fullFrame(): Frame {
    this.#statuses.tellAgain();
    this.#sentPoints = 0;
    this.#sentFeed = 0;
    this.#sentTrace = '';
    this.#feed.restartAt(0);
    this.#screens.refresh();
    return this.frame();
  }
  /** The watched trace, whenever it has got longer. */
  #traceNews(): TraceView | undefined {
    const { trace: id } = this.#watch;
    if (id === undefined) return undefined;
    const key = `${this.#branches.current} ${id} ${this.run.world.trace(id)?.hops.length ?? 0}`;
    if (key === this.#sentTrace) return undefined;
    this.#sentTrace = key;
    return traceView(this.run.world, id, this.run.origin);
  }
  takeNotices(): string[] {
    return this.#notices.splice(0);
  }
}

function itemsOf(run: Run<RunInput>, entry: Parameters<typeof eventItem>[1], filter: string | undefined) {
  const item = eventItem(run, entry);
  if (item === undefined) return [];
  if (
    filter !== undefined &&
    !`${item.source} ${item.type} ${item.text}`.toLowerCase().includes(filter.toLowerCase())
  )
    return [];
  return [item];
}

function refused(message: string): Answer {
  return { kind: 'refused', message };
}
function noHost(name: string): string {
  return `There is no host "${name}".`;
}
function phaseOf({ phase, ended, readyAt }: Run<RunInput>['progress']): Frame['phase'] {
  if (ended) return 'finished';
  if (phase === 'running' && readyAt !== undefined) return 'ready';
  return phase === 'preparing' ? 'running' : phase;
}
