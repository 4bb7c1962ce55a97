/**
 * A scenario played on real hosts in real time: its run decides what happens and judges what was seen, the
 * laboratory does it, the solution's steps are typed on the learner's host.
 */
import type { Run } from '../../../scenario/run';
import type { Scenario, ScenarioStep } from '../../../scenario/schema';
import type { RunInput } from '../../../session/messages';
import { MINUTE, type Micros, parseDuration } from '../../../std/instant';
import { Laboratory } from '../laboratory';
import { quote, SCENARIO_HOST } from '../plan';
import { type AgentEvent, clock, type Ran } from '../protocol';
import { diskOf, unitsOf } from './disks';
import { type Deed, makeShadow, setAddresses, setListeners } from './shadow';

const TICK_MS = 50;
/** The run is so far behind the hosts: what it should know of has arrived by then. */
const LAG_SECONDS = 0.15;
/** Firmware and kernel, before init runs: as in the simulator. */
const FIRMWARE_SECONDS = 2;
const COMMAND_SECONDS = 180;
/** Beyond the deadline, so that "tomorrow" is seen to its end. */
const GRACE = 15 * MINUTE;
const ROOT_ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  USER: 'root',
  LOGNAME: 'root',
  LANG: 'C.UTF-8',
};
const LOST: Ran = { code: 255, out: '', err: 'Connection closed by remote host.\n' };

export interface LabPlayerOptions {
  readonly scenario: Scenario;
  readonly files: Readonly<Record<string, string>>;
  /** Makes the run over a world that `prepare` turns into a shadow. */
  readonly makeRun: (prepare: (world: Parameters<typeof makeShadow>[0]) => void) => Run<RunInput>;
  readonly log: (text: string) => void;
}

export class LabPlayer {
  readonly run: Run<RunInput>;
  readonly trouble: string[] = [];
  readonly #laboratory: Laboratory;
  readonly #booted = new Set<string>();
  /** What is done to a host waits for what was done before. */
  readonly #chains = new Map<string, Promise<void>>();
  #deeds: Deed[] = [];
  #seen: { at: Micros; see: () => void }[] = [];
  #zero = 0;

  constructor(private readonly options: LabPlayerOptions) {
    this.run = options.makeRun((world) => makeShadow(world, (deed) => this.#deeds.push(deed)));
    const { zones, hosts } = options.scenario.lab;
    this.#laboratory = new Laboratory(
      {
        segments: Object.keys(zones),
        hosts: Object.fromEntries(
          Object.entries(hosts).map(([name, { interfaces }]) => [
            name,
            Object.fromEntries(Object.entries(interfaces).map(([device, { zone }]) => [device, zone])),
          ]),
        ),
        kind: SCENARIO_HOST,
      },
      (host, event) => this.#heard(host, event),
    );
  }

  async play(steps: readonly ScenarioStep[]): Promise<void> {
    await this.#laboratory.open();
    this.#zero = clock();
    const ticking = setInterval(() => this.#tick(), TICK_MS);
    try {
      await this.#until(() => this.#virtual() >= this.run.origin, this.run.origin + MINUTE);
      for (const step of steps) if (!this.#isOver()) await this.#step(step);
      const end = (parseDuration(this.options.scenario.deadline) ?? 0) + GRACE;
      await this.#until(() => this.run.isReady || this.#isOver(), end);
      if (this.run.isReady) this.run.timeline.input({ kind: 'tomorrow' });
      await this.#until(() => this.#isOver(), end);
    } finally {
      clearInterval(ticking);
      await this.#laboratory.close();
    }
  }
  #isOver(): boolean {
    const { phase } = this.run.progress;
    return phase === 'won' || phase === 'lost';
  }
  async #until(test: () => boolean, atMost: Micros): Promise<boolean> {
    const end = clock() + atMost / 1e6;
    while (!test()) {
      if (clock() > end) return false;
      await sleep(TICK_MS / 1000);
    }
    return true;
  }

  // ---------------------------------------------------------------- time
  /** How far the run should be, in microseconds of its kernel. */
  #virtual(): Micros {
    return Math.round((clock() - this.#zero - LAG_SECONDS) * 1e6);
  }
  #tick(): void {
    try {
      this.#catchUp();
    } catch (error) {
      this.#note(error);
    }
    const due = this.#deeds.filter(({ at }) => at <= this.#virtual());
    this.#deeds = this.#deeds.filter((deed) => !due.includes(deed));
    for (const deed of due) this.#chain(deed.host, () => this.#act(deed));
  }
  #catchUp(): void {
    const { run } = this;
    const now = this.#virtual();
    const due = this.#seen.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
    this.#seen = this.#seen.filter(({ at }) => at > now);
    for (const { at, see } of due) {
      if (at > run.origin) run.advance(Math.max(run.now, at - run.origin));
      see();
    }
    if (now > run.origin) run.advance(Math.max(run.now, now - run.origin));
  }
  #note(error: unknown): void {
    this.trouble.push(error instanceof Error ? error.message : String(error));
  }

  // ---------------------------------------------------------------- what is seen
  #heard(host: string, event: AgentEvent): void {
    const { run } = this;
    const at = Math.round((event.at - this.#zero) * 1e6);
    switch (event.event) {
      case 'request': {
        if (at <= run.origin) return;
        const data = { ...event.request, trace: 0 };
        this.#seen.push({ at, see: () => void run.world.record(host, 'request', data) });
        return;
      }
      case 'addresses':
        this.#seen.push({ at, see: () => setAddresses(run.world, host, event.addresses) });
        this.options.log(`${stamp(at - run.origin)} ${host} addresses ${JSON.stringify(event.addresses)}`);
        return;
      case 'listeners':
        this.#seen.push({ at, see: () => setListeners(run.world, host, event.listeners) });
        return;
      case 'log':
        this.options.log(`${stamp(at - run.origin)} ${host} ${event.service}: ${event.line}`);
        return;
      case 'ask':
        void this.#asked(host, event);
        return;
      case 'ready':
    }
  }
  async #asked(host: string, { n, tool, words, peer }: AgentEvent & { event: 'ask' }): Promise<void> {
    if (tool === 'reboot') return this.#chain(host, () => this.#reboot(host));
    if (tool === 'poweroff') return this.#chain(host, () => this.#shutDown(host));
    const ran = await this.#execute(peer, words.join(' ')).catch(() => LOST);
    if (this.#laboratory.isOn(host)) await this.#laboratory.agent(host).ask('answer', { n, ran });
  }

  // ---------------------------------------------------------------- what is done
  #chain(host: string, work: () => Promise<void>): void {
    const next = (this.#chains.get(host) ?? Promise.resolve())
      .then(work)
      .catch((error: unknown) => this.#note(error));
    this.#chains.set(host, next);
  }
  async #act(deed: Deed): Promise<void> {
    const { host } = deed;
    this.options.log(
      `${stamp(deed.at - this.run.origin)} ${host} <- ${JSON.stringify({ ...deed, at: undefined })}`,
    );
    switch (deed.kind) {
      case 'power-on':
        return this.#powerOn(host);
      case 'power-off':
        return this.#laboratory.powerOff(host);
      case 'reboot':
        return this.#reboot(host);
      case 'carrier':
        return this.#laboratory.setCarrier(host, deed.device, deed.state);
      case 'command':
        // Somebody else's command is not waited for.
        void this.#execute(host, deed.command).catch((error: unknown) => this.#note(error));
        return;
      case 'file': {
        const agent = this.#laboratory.agent(host);
        const { path, text, mode } = deed;
        await (text === undefined
          ? agent.ask('remove', { path })
          : agent.ask('put', { path, file: { text, mode } }));
      }
    }
  }
  async #powerOn(name: string): Promise<void> {
    if (this.#laboratory.isOn(name)) return;
    const initAt = clock() + FIRMWARE_SECONDS;
    const agent = await this.#laboratory.powerOn(name);
    // Until then the host has neither an address nor a link.
    await sleep(initAt - clock());
    const host = this.run.world.host(name);
    const files = this.#booted.has(name) ? [] : diskOf(host, this.#overlay(name));
    this.#booted.add(name);
    const wrong = await agent.ask('boot', { files, units: unitsOf(host) });
    this.trouble.push(...wrong.map((text) => `${name}: ${text}`));
  }
  /** Paths that the scenario itself puts on a host. */
  #overlay(name: string): string[] {
    const own = Object.keys(this.options.scenario.lab.hosts[name]?.files ?? {});
    const folders = [`hosts/_all/`, `hosts/${name}/`];
    const laid = Object.keys(this.options.files).flatMap((file) =>
      folders.flatMap((folder) => (file.startsWith(folder) ? [`/${file.slice(folder.length)}`] : [])),
    );
    return [...own, ...laid];
  }
  async #shutDown(name: string): Promise<void> {
    if (!this.#laboratory.isOn(name)) return;
    await this.#laboratory.agent(name).ask('shutDown', null, COMMAND_SECONDS);
    await this.#laboratory.powerOff(name);
    setAddresses(this.run.world, name, {});
  }
  async #reboot(name: string): Promise<void> {
    await this.#shutDown(name);
    await this.#powerOn(name);
  }

  // ---------------------------------------------------------------- the learner
  #execute(host: string, command: string): Promise<Ran> {
    return this.#laboratory
      .agent(host)
      .ask(
        'execute',
        { command, seconds: COMMAND_SECONDS, environment: ROOT_ENVIRONMENT },
        COMMAND_SECONDS + 10,
      );
  }
  async #step(step: ScenarioStep): Promise<void> {
    const { run } = this;
    if (step.wait !== undefined) {
      const until = run.now + (parseDuration(step.wait) ?? 0);
      await this.#until(() => run.now >= until || this.#isOver(), until + MINUTE);
    } else if (step['wait-for'] !== undefined) {
      const id = step['wait-for'];
      const has = (): boolean =>
        run.progress.events.has(id) || run.progress.objectives.get(id)?.verdict === 'met';
      const within = step['at-most'] ?? '0';
      if (!(await this.#until(() => has() || this.#isOver(), parseDuration(within) ?? 0)))
        this.trouble.push(`${id} did not happen within ${within}`);
    } else if (step.run !== undefined) await this.#type(step.on, step.run);
    else if (step.save !== undefined)
      await this.#laboratory
        .agent(step.on ?? '')
        .ask('put', { path: step.save, file: { text: step.text ?? '' } });
    else if (step.answer !== undefined) run.timeline.input({ kind: 'answer', ...step.answer });
    else if (step.acknowledge === true) run.timeline.input({ kind: 'acknowledge' });
    else this.trouble.push(`not played by the recorder: the step ${JSON.stringify(step)}`);
  }
  async #type(on: string | undefined, line: string): Promise<void> {
    const { host } = this.options.scenario.start;
    const command = on === undefined || on === host ? line : `ssh ${on} ${quote(line)}`;
    const begun = stamp(this.run.now);
    const { code, out, err } = await this.#execute(host, command);
    this.options.log(`${begun} ${host}$ ${command}\n${out}${err}(exit code ${code})`);
  }
}
/** Minutes and seconds of the run. */
function stamp(micros: Micros): string {
  const seconds = micros / 1e6;
  const sign = seconds < 0 ? '-' : ' ';
  const whole = Math.floor(Math.abs(seconds) / 60);
  return `${sign}${String(whole).padStart(2, '0')}:${(Math.abs(seconds) % 60).toFixed(2).padStart(5, '0')}`;
}
function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, seconds * 1000)));
}
