/**
 * Plays systemd's part for the services of one host, where there is no systemd: starts, watches, starts again,
 * gives up. Touches processes, time and files only through its platform.
 */
import {
  type Ending,
  inOrder,
  isStartedAgain,
  NO_STARTS,
  countStart,
  type Result,
  restartAt,
  resultOf,
  type Starts,
} from './decisions';
import type { ServiceUnit } from './unit';

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ending>;
}
export interface Platform {
  nowMs(): number;
  later(ms: number, run: () => void): () => void;
  /** Starts one command of a unit; a text says why it cannot. */
  run(
    unit: ServiceUnit,
    command: ServiceUnit['start'][number],
    environment: Readonly<Record<string, string>>,
  ): Promise<Running | string>;
  /** Where a daemon says that it is ready. */
  notifySocket(ready: () => void): Promise<string>;
  /** All living processes of a service. */
  members(unit: string, main: number): number[];
  kill(pid: number, signal: string): void;
  isEmptyFile(path: string): boolean;
  readNumber(path: string): number | undefined;
  log(unit: string, line: string): void;
  find(name: string): ServiceUnit | undefined;
}
type Active = 'inactive' | 'activating' | 'active' | 'deactivating' | 'auto-restart' | 'failed';
export interface ServiceState {
  unit: ServiceUnit;
  active: Active;
  result: Result;
  main: number;
  restarts: number;
  starts: Starts;
  /** A later start or stop makes what an earlier one waits for void. */
  generation: number;
  stopping: boolean;
  cancelRestart: (() => void) | undefined;
  ended: Promise<void>;
}
export type Outcome = 'done' | 'failed' | 'skipped';
const LOOK_EVERY_MS = 10;

export class Supervisor {
  readonly #services = new Map<string, ServiceState>();

  constructor(private readonly platform: Platform) {}

  service(name: string): ServiceState | undefined {
    const known = this.#services.get(name);
    if (known !== undefined) return known;
    const unit = this.platform.find(name);
    if (unit === undefined) return undefined;
    const fresh: ServiceState = {
      unit,
      active: 'inactive',
      result: 'success',
      main: 0,
      restarts: 0,
      starts: NO_STARTS,
      generation: 0,
      stopping: false,
      cancelRestart: undefined,
      ended: Promise.resolve(),
    };
    this.#services.set(name, fresh);
    return fresh;
  }
  services(): ServiceState[] {
    return [...this.#services.values()];
  }
  /** All enabled units: what orders them is kept, the rest starts at once. */
  async boot(names: readonly string[]): Promise<void> {
    const units = names.flatMap((name) => this.service(name)?.unit ?? []);
    const jobs = new Map<string, Promise<unknown>>();
    for (const unit of inOrder(units)) {
      const earlier = units
        .filter(
          ({ name, before }) =>
            unit.after.includes(name) || before.includes(unit.name) || before.includes('network-pre.target'),
        )
        .flatMap(({ name }) => (name === unit.name ? [] : (jobs.get(name) ?? [])));
      jobs.set(
        unit.name,
        Promise.all(earlier).then(() => this.start(unit.name)),
      );
    }
    await Promise.all(jobs.values());
  }

  // ---------------------------------------------------------------- start
  async start(name: string): Promise<Outcome> {
    const service = this.service(name);
    if (service === undefined) return 'failed';
    if (service.active === 'active') return 'done';
    service.cancelRestart?.();
    service.cancelRestart = undefined;
    return this.#start(service);
  }
  async #start(service: ServiceState): Promise<Outcome> {
    const { unit } = service;
    const { platform } = this;
    service.generation += 1;
    service.stopping = false;
    const counted = countStart(unit, service.starts, platform.nowMs());
    if (counted === undefined) {
      platform.log(unit.name, `${unit.name}: Start request repeated too quickly.`);
      // What went wrong last is what is remembered; only without it the limit itself is.
      if (service.result === 'success') service.result = 'start-limit-hit';
      this.#failed(service);
      return 'failed';
    }
    if (unit.notEmpty.some((path) => platform.isEmptyFile(path))) {
      if (service.active !== 'failed') service.active = 'inactive';
      return 'skipped';
    }
    service.starts = counted;
    service.active = 'activating';
    service.result = 'success';
    platform.log(unit.name, `Starting ${unit.name} - ${unit.description}...`);
    for (const command of unit.startPre) {
      const result = await this.#oneShot(service, command);
      if (result !== 'success') return this.#dead(service, result);
    }
    return unit.type === 'oneshot' ? this.#startOneShot(service) : this.#startDaemon(service);
  }
  async #oneShot(
    service: ServiceState,
    command: ServiceUnit['start'][number],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Result> {
    const running = await this.platform.run(service.unit, command, environment);
    if (typeof running === 'string') return command.ignoreFailure ? 'success' : 'exit-code';
    const result = resultOf({ ...service.unit, type: 'oneshot' }, await running.ended);
    return command.ignoreFailure ? 'success' : result;
  }
  async #startOneShot(service: ServiceState): Promise<Outcome> {
    for (const command of service.unit.start) {
      const result = await this.#oneShot(service, command);
      if (result !== 'success') return this.#dead(service, result);
    }
    if (!service.unit.remainAfterExit) return this.#dead(service, 'success');
    this.#activated(service);
    return 'done';
  }
  async #startDaemon(service: ServiceState): Promise<Outcome> {
    const { unit } = service;
    const [command] = unit.start;
    if (command === undefined) return this.#dead(service, 'resources');
    let isReady: () => void = () => undefined;
    const ready = new Promise<'ready'>((resolve) => {
      isReady = () => resolve('ready');
    });
    const environment: Record<string, string> =
      unit.type === 'notify' ? { NOTIFY_SOCKET: await this.platform.notifySocket(isReady) } : {};
    const running = await this.platform.run(unit, command, environment);
    if (typeof running === 'string') return this.#dead(service, 'exit-code');
    service.main = running.pid;
    const ending =
      unit.type === 'forking' ? this.#forked(service, running, isReady) : this.#watch(service, running);
    service.ended = ending.then(() => undefined);
    if (unit.type !== 'notify' && unit.type !== 'forking') isReady();
    let forget: () => void = () => undefined;
    const late = new Promise<'late'>((resolve) => {
      forget = this.platform.later(unit.startTimeoutMs, () => resolve('late'));
    });
    const first = await Promise.race([ready, ending, late]);
    forget();
    if (first === 'late') {
      for (const pid of this.platform.members(unit.name, service.main)) this.platform.kill(pid, 'SIGKILL');
      return 'failed';
    }
    if (first !== 'ready') return first === 'success' ? 'done' : 'failed';
    this.#activated(service);
    return 'done';
  }
  /** The first process ends when the daemon is ready; its PID stands in a file. */
  async #forked(service: ServiceState, running: Running, ready: () => void): Promise<Result> {
    const result = resultOf({ ...service.unit, type: 'oneshot' }, await running.ended);
    const main =
      service.unit.pidFile === undefined ? undefined : this.platform.readNumber(service.unit.pidFile);
    if (result !== 'success' || main === undefined) {
      await this.#dead(service, result === 'success' ? 'resources' : result);
      return result === 'success' ? 'resources' : result;
    }
    service.main = main;
    ready();
    while (this.platform.members(service.unit.name, main).includes(main))
      await new Promise<void>((resolve) => this.platform.later(LOOK_EVERY_MS, resolve));
    await this.#mainEnded(service, 'success');
    return 'success';
  }
  async #watch(service: ServiceState, running: Running): Promise<Result> {
    const result = resultOf(service.unit, await running.ended);
    await this.#mainEnded(service, result);
    return result;
  }
  #activated(service: ServiceState): void {
    if (service.active !== 'activating') return;
    service.active = 'active';
    this.platform.log(service.unit.name, `Started ${service.unit.name} - ${service.unit.description}.`);
  }

  // ---------------------------------------------------------------- end
  /** The rest of the service goes with its main process. */
  async #mainEnded(service: ServiceState, result: Result): Promise<void> {
    if (result !== 'success')
      this.platform.log(service.unit.name, `${service.unit.name}: Main process exited (${result}).`);
    await this.#killRest(service, service.unit.killMode === 'mixed' ? 'SIGKILL' : 'SIGTERM');
    await this.#dead(service, result);
  }
  async #killRest(service: ServiceState, signal: string): Promise<void> {
    if (service.unit.killMode === 'process' || service.unit.killMode === 'none') return;
    const members = (): number[] => this.platform.members(service.unit.name, service.main);
    for (const pid of members()) this.platform.kill(pid, signal);
    const end = this.platform.nowMs() + service.unit.stopTimeoutMs;
    while (members().length > 0) {
      if (this.platform.nowMs() > end) for (const pid of members()) this.platform.kill(pid, 'SIGKILL');
      await new Promise<void>((resolve) => this.platform.later(LOOK_EVERY_MS, resolve));
    }
  }
  async #dead(service: ServiceState, result: Result): Promise<Outcome> {
    const { unit } = service;
    service.main = 0;
    service.result = result;
    if (result === 'success') {
      service.active = 'inactive';
      this.platform.log(unit.name, `${unit.name}: Deactivated successfully.`);
    } else this.#failed(service);
    if (!service.stopping && isStartedAgain(unit, result)) this.#planRestart(service);
    return result === 'success' ? 'done' : 'failed';
  }
  #failed(service: ServiceState): void {
    service.active = 'failed';
    const { name, description } = service.unit;
    this.platform.log(name, `${name}: Failed with result '${service.result}'.`);
    this.platform.log(name, `Failed to start ${name} - ${description}.`);
  }
  #planRestart(service: ServiceState): void {
    service.active = 'auto-restart';
    const now = this.platform.nowMs();
    const { generation } = service;
    service.cancelRestart = this.platform.later(restartAt(now, service.unit.restartMs) - now, () => {
      if (service.generation !== generation || service.stopping) return;
      service.cancelRestart = undefined;
      service.restarts += 1;
      this.platform.log(
        service.unit.name,
        `${service.unit.name}: Scheduled restart job, restart counter is at ${service.restarts}.`,
      );
      void this.#start(service);
    });
  }

  // ---------------------------------------------------------------- what is asked for
  async stop(name: string): Promise<Outcome> {
    const service = this.service(name);
    if (service === undefined) return 'failed';
    service.cancelRestart?.();
    service.cancelRestart = undefined;
    service.stopping = true;
    if (service.active === 'auto-restart') service.active = 'inactive';
    if (service.active !== 'active' && service.active !== 'activating') return 'done';
    service.active = 'deactivating';
    const { unit, main } = service;
    this.platform.log(name, `Stopping ${name} - ${unit.description}...`);
    for (const command of unit.stop) await this.#oneShot(service, command, mainPid(main));
    if (main === 0) {
      service.active = 'inactive';
      return 'done';
    }
    const targets = unit.killMode === 'mixed' ? [main] : this.platform.members(name, main);
    for (const pid of targets) this.platform.kill(pid, 'SIGTERM');
    const cancel = this.platform.later(unit.stopTimeoutMs, () => {
      for (const pid of this.platform.members(name, main)) this.platform.kill(pid, 'SIGKILL');
    });
    await service.ended;
    cancel();
    return 'done';
  }
  async restart(name: string): Promise<Outcome> {
    await this.stop(name);
    const service = this.service(name);
    if (service !== undefined) service.restarts = 0;
    return this.start(name);
  }
  async reload(name: string): Promise<Outcome> {
    const service = this.service(name);
    if (service === undefined || service.active !== 'active') return 'failed';
    for (const command of service.unit.reload)
      if ((await this.#oneShot(service, command, mainPid(service.main))) !== 'success') return 'failed';
    return 'done';
  }
  /** All processes of a service get a signal, as `systemctl kill` does it. */
  signal(name: string, signal: string): void {
    const main = this.service(name)?.main ?? 0;
    if (main !== 0) for (const pid of this.platform.members(name, main)) this.platform.kill(pid, signal);
  }
  resetFailed(name: string): void {
    const service = this.service(name);
    if (service === undefined) return;
    service.starts = NO_STARTS;
    service.restarts = 0;
    service.result = 'success';
    if (service.active === 'failed') service.active = 'inactive';
  }
  /** Definitions are read again; what systemd 252 counted until then is forgotten. */
  reloadDefinitions(): void {
    for (const service of this.#services.values()) {
      service.unit = this.platform.find(service.unit.name) ?? service.unit;
      service.starts = NO_STARTS;
    }
  }
  async stopAll(): Promise<void> {
    await Promise.all([...this.#services.keys()].map((name) => this.stop(name)));
  }
}
function mainPid(main: number): Record<string, string> {
  return { MAINPID: String(main) };
}
