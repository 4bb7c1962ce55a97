/**
 * Edits while everything runs: machines are carried in and out, cables moved,
 * packages installed, files written and read again by their daemons. Part of
 * the run's inputs, so that rewinding, branches and saved runs include them.
 */
import { baseFile } from '../../world/base-system';
import { enableUnit } from '../../daemons/systemd/index';
import { runAsRoot } from '../../faults/command';
import { hostsFile, interfacesFile, setupOf } from '../../scenario/build';
import type { Run } from '../../scenario/run';
import type { Scenario } from '../../scenario/schema';
import type { HandlerId, Kernel } from '../../kernel/kernel';
import { parseCidr } from '../../std/ipv4';
import { ROOT } from '../../world/files';
import { FileError } from '../../world/files.contract';
import type { SimulatedWorld } from '../../world/world';
import type { Host } from '../../world/world.contract';
import { BASE_PACKAGES } from '../plug-ins';
import type { RunInput } from '../messages';
import { chaosFault } from './chaos';
import { scenarioOf } from './compile';
import { checkChanged } from './door';
import { tellNames } from './names';
import { registerLenses } from './reach-callback';
import {
  applyEdit,
  applyEdits,
  type Edit,
  type FaultEntry,
  type HostPart,
  type SandboxDocument,
  type Step,
} from './document';

/** Plain data in the world's state. */
export interface SandboxState {
  document: SandboxDocument;
  undo: Step[];
  redo: Step[];
}
const KEY = 'sandbox';
const MOST_STEPS = 200;
/** While a machine boots, commands wait for it. */
const RETRY = 500_000;
const MINUTE = 60_000_000;

export function sandboxOf(world: { state: { extra: Map<string, unknown> } }): SandboxState | undefined {
  return world.state.extra.get(KEY) as SandboxState | undefined;
}

interface Handlers {
  command: HandlerId;
  fault: HandlerId;
  chaos: HandlerId;
}
const HANDLERS = new WeakMap<Kernel, Handlers>();

/** Prepares a world for edits; once, before anything happens. */
export function registerSandbox(
  world: SimulatedWorld,
  document: SandboxDocument,
  strike: (fault: FaultEntry) => void,
): void {
  const { kernel } = world;
  registerLenses(world);
  world.state.extra.set(KEY, { document, undo: [], redo: [] } satisfies SandboxState);
  const handlers: Handlers = {
    command: kernel.handler<{ host: string; run: string }>('sandbox.command', ({ host, run }) =>
      runWhenUp(world, host, run),
    ),
    fault: kernel.handler<{ id: string }>('sandbox.fault', ({ id }) => {
      const planned = sandboxOf(world)?.document.faults.find((fault) => fault.id === id);
      if (planned !== undefined) strike(planned.fault);
    }),
    chaos: kernel.handler<{ seed: number; perMinute: number }>('sandbox.chaos', (mine) => {
      const chaos = sandboxOf(world)?.document.chaos;
      if (chaos === undefined || !chaos.on || chaos.seed !== mine.seed || chaos.perMinute !== mine.perMinute)
        return;
      const fault = chaosFault(world, kernel.random(`chaos:${mine.seed}`));
      if (fault !== undefined) strike(fault);
      scheduleChaos(world, handlers);
    }),
  };
  HANDLERS.set(kernel, handlers);
}
/** What the document plans, from the instant on at which the run begins. */
export function beginPlans(world: SimulatedWorld, origin: number): void {
  const state = sandboxOf(world);
  const handlers = HANDLERS.get(world.kernel);
  if (state === undefined || handlers === undefined) return;
  for (const { id, at } of state.document.faults)
    world.kernel.schedule(origin + Math.max(0, Math.round(at * 1_000_000)), handlers.fault, { id });
  scheduleChaos(world, handlers);
}
function scheduleChaos(world: SimulatedWorld, handlers: Handlers): void {
  const chaos = sandboxOf(world)?.document.chaos;
  if (chaos === undefined || !chaos.on || chaos.perMinute <= 0) return;
  const { seed, perMinute } = chaos;
  const delay = world.kernel
    .random(`chaos:${seed}`)
    .exponential(Math.max(1_000_000, Math.round(MINUTE / perMinute)));
  world.kernel.after(Math.max(1, delay), handlers.chaos, { seed, perMinute });
}
function runWhenUp(world: SimulatedWorld, name: string, run: string): void {
  const host = world.findHost(name);
  const handlers = HANDLERS.get(world.kernel);
  if (host === undefined || handlers === undefined) return;
  if (host.state.power === 'booting') world.kernel.after(RETRY, handlers.command, { host: name, run });
  else if (host.state.power === 'on') runAsRoot(world, name, run);
}

/** One step of the builder, done, undone or done again. */
export function applyStep(run: Run<RunInput>, { step, way }: Extract<RunInput, { kind: 'edit' }>): void {
  const { world } = run;
  const state = sandboxOf(world);
  if (state === undefined) return;
  // A saved run may have been changed by hand: what would not pass the door changes nothing.
  const checked = checkChanged(applyEdits(state.document, step.edits), state.document);
  if (!checked.ok) {
    world.record('learner', 'learner.edit-refused', { label: step.label, why: checked.message });
    return;
  }
  const seq = world.record('learner', 'learner.edit', { label: step.label, way });
  world.kernel.withCause(seq, () => new Change(run, state).apply(step.edits));
  const { undo, redo } = state;
  const back: Step = { label: step.label, edits: step.inverse, inverse: step.edits };
  const forth: Step = way === 'undo' ? back : step;
  world.state.extra.set(KEY, {
    document: state.document,
    undo: way === 'undo' ? undo.slice(0, -1) : [...undo, forth].slice(-MOST_STEPS),
    redo: way === 'undo' ? [...redo, forth] : way === 'redo' ? redo.slice(0, -1) : [],
  } satisfies SandboxState);
}

/** Carries the edits of one step out. */
class Change {
  readonly #world: SimulatedWorld;
  readonly #commands = new Map<string, Set<string>>();
  readonly #before: Scenario;
  #after: Scenario;

  constructor(
    private readonly run: Run<RunInput>,
    private readonly state: SandboxState,
  ) {
    this.#world = run.world;
    this.#before = this.#compiled(state.document);
    this.#after = this.#before;
  }
  #compiled(document: SandboxDocument): Scenario {
    return scenarioOf(document, (name) => this.#world.registry.packageFiles(name) !== undefined);
  }

  apply(edits: readonly Edit[]): void {
    // Each edit acts on what stood before it, and knows what the whole step leads to.
    let last = this.state.document;
    const stages = edits.map((edit) => {
      const before = last;
      last = applyEdit(before, edit);
      return { edit, before, after: last };
    });
    this.#after = this.#compiled(last);
    for (const { edit, before, after } of stages) {
      this.state.document = after;
      this.#act(edit, before);
    }
    Object.assign(this.run.scenario.lab, this.#after.lab);
    tellNames(this.#world, this.#before, this.#after);
    for (const [host, commands] of this.#commands) runWhenUp(this.#world, host, [...commands].join('; '));
  }
  #act(edit: Edit, before: SandboxDocument): void {
    switch (edit.edit) {
      case 'zone':
        this.#zone(edit.id, before);
        return;
      case 'host':
        this.#host(edit.id, before.hosts[edit.id], edit.part);
        return;
      case 'file':
        this.#file(edit);
        return;
      case 'fault':
        this.#plan(edit);
        return;
      case 'chaos': {
        const handlers = HANDLERS.get(this.#world.kernel);
        if (handlers !== undefined) scheduleChaos(this.#world, handlers);
        return;
      }
      case 'title':
      case 'environment':
      case 'link':
        return;
    }
  }
  #zone(id: string, before: SandboxDocument): void {
    const zone = this.state.document.zones[id];
    const subnet = parseCidr(zone?.subnet ?? '');
    if (subnet === undefined) this.#world.removeSegment(id);
    else if (before.zones[id]?.subnet !== zone?.subnet) this.#world.addSegment(id, subnet, { zone: id });
  }
  #plan({ planned, add }: Extract<Edit, { edit: 'fault' }>): void {
    const at = this.run.origin + Math.round(planned.at * 1_000_000);
    const handlers = HANDLERS.get(this.#world.kernel);
    if (add && handlers !== undefined && at >= this.#world.kernel.now)
      this.#world.kernel.schedule(at, handlers.fault, { id: planned.id });
  }

  // ---------------------------------------------------------------- machines
  #host(id: string, before: HostPart | undefined, part: HostPart | null): void {
    const host = this.#world.findHost(id);
    if (part === null) {
      if (host !== undefined) this.#world.removeHost(id);
    } else if (before === undefined || host === undefined) this.#carryIn(id);
    else this.#change(host, before, part);
  }
  #carryIn(id: string): void {
    if (this.#after.lab.hosts[id] === undefined || this.#world.findHost(id) !== undefined) return;
    const setup = setupOf(
      this.#after,
      id,
      { basePackages: BASE_PACKAGES, files: {} },
      hostsFile(this.#after),
    );
    const host = this.#world.addHost(setup);
    for (const unit of ['ssh', 'networking', 'cron', ...(this.#after.lab.hosts[id]?.enable ?? [])])
      enableUnit(host, unit);
    this.#world.powerOn(host);
  }
  #change(host: Host, before: HostPart, part: HostPart): void {
    for (const name of part.packages) if (!before.packages.includes(name)) this.#install(host, name);
    const isRecabled = this.#recable(host, before, part);
    for (const unit of part.enable)
      if (!before.enable.includes(unit)) {
        enableUnit(host, unit);
        if (!isRecabled) this.#later(host.name, `systemctl daemon-reload; systemctl restart ${unit}`);
      }
    for (const unit of before.enable) if (!part.enable.includes(unit)) this.#disable(host, unit);
  }
  #install(host: Host, name: string): void {
    if (host.state.packages.includes(name)) return;
    const files = this.#world.registry.packageFiles(name);
    if (files === undefined) return;
    host.state.packages.push(name);
    for (const [path, spec] of Object.entries(files))
      if (host.fs.lstat(path, ROOT) instanceof FileError) host.install(path, spec);
  }
  #disable(host: Host, unit: string): void {
    if (host.state.power === 'off')
      host.fs.unlink(`/etc/systemd/system/multi-user.target.wants/${unit}.service`, ROOT);
    else this.#later(host.name, `systemctl disable --now ${unit}`);
  }
  /** Cards and addresses. Another address for a card that is in use means another network: a cold start. */
  #recable(host: Host, before: HostPart, part: HostPart): boolean {
    const isSame =
      JSON.stringify([before.interfaces, before.gateway]) === JSON.stringify([part.interfaces, part.gateway]);
    if (isSame) return false;
    let isCold = false;
    for (const [device, card] of Object.entries(part.interfaces)) {
      const known = before.interfaces[device];
      if (known?.zone !== card.zone) this.#world.setInterface(host, device, card.zone);
      if (known === undefined) this.#later(host.name, `ifup ${device}`);
      else if (known.zone !== card.zone || known.address !== card.address) isCold = true;
    }
    for (const device of Object.keys(before.interfaces))
      if (part.interfaces[device] === undefined) this.#world.setInterface(host, device, undefined);
    host.fs.writeFile('/etc/network/interfaces', interfacesFile(part), ROOT);
    if (isCold && host.state.power !== 'off') {
      this.#world.powerOff(host);
      this.#world.powerOn(host);
    } else if (before.gateway !== part.gateway)
      this.#later(
        host.name,
        part.gateway === undefined ? 'ip route del default' : `ip route replace default via ${part.gateway}`,
      );
    return isCold;
  }

  // ---------------------------------------------------------------- files
  #file({ host: name, path, file, then }: Extract<Edit, { edit: 'file' }>): void {
    const host = this.#world.findHost(name);
    if (host === undefined) return;
    if (file === null) {
      const original = packageText(this.#world, host, path);
      if (original === undefined) host.fs.unlink(path, ROOT);
      else host.fs.writeFile(path, original, ROOT);
    } else {
      if (host.fs.lstat(path, ROOT) instanceof FileError) host.install(path, { text: file.text });
      else host.fs.writeFile(path, file.text, ROOT);
      if (file.mode !== undefined) host.fs.chmod(path, Number.parseInt(file.mode, 8), ROOT);
    }
    if (then !== undefined) this.#later(name, then);
  }
  #later(host: string, command: string): void {
    const commands = this.#commands.get(host) ?? new Set();
    commands.add(command);
    this.#commands.set(host, commands);
  }
}

/** What the packages of a host, or the base system, put there. */
export function packageText(world: SimulatedWorld, host: Host, path: string): string | undefined {
  for (const name of host.state.packages) {
    const spec = world.registry.packageFiles(name)?.[path];
    if (spec?.text !== undefined) return spec.text;
  }
  return baseFile(path)?.text;
}
