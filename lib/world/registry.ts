/** What plugs into the world: binaries, daemon kinds, packages and computed files, each by name. */
import { assert } from '../std/assert';
import type { FileSpec } from './files.contract';
import type { DaemonDefinition, Program, ProgramContext, ProgramRun } from './process.contract';
import type { FileChecker, Host, LoadedFiles, Registry, UnitRow, VirtualFiles } from './world.contract';

export class PluginRegistry implements Registry {
  readonly #programs = new Map<string, Program>();
  readonly #resumables = new Map<string, (context: ProgramContext, state: unknown) => ProgramRun>();
  readonly #daemons = new Map<string, DaemonDefinition<unknown>>();
  readonly #packages = new Map<string, Record<string, FileSpec>>();
  readonly #checkers: FileChecker[] = [];
  readonly #loaded: LoadedFiles[] = [];
  readonly #virtual: { prefix: string; provider: VirtualFiles }[] = [];

  program(name: string, program: Program): void {
    assert(!this.#programs.has(name), `program "${name}" is registered twice`);
    this.#programs.set(name, program);
  }
  findProgram(name: string): Program | undefined {
    return this.#programs.get(name);
  }
  programs(): string[] {
    return [...this.#programs.keys()];
  }
  resumable(kind: string, resume: (context: ProgramContext, state: unknown) => ProgramRun): void {
    assert(!this.#resumables.has(kind), `resumable program "${kind}" is registered twice`);
    this.#resumables.set(kind, resume);
  }
  findResumable(kind: string): ((context: ProgramContext, state: unknown) => ProgramRun) | undefined {
    return this.#resumables.get(kind);
  }
  daemon<S>(definition: DaemonDefinition<S>): void {
    assert(!this.#daemons.has(definition.kind), `daemon "${definition.kind}" is registered twice`);
    // The state's type is the definition's own business: the world only keeps it.
    this.#daemons.set(definition.kind, definition as DaemonDefinition<unknown>);
  }
  findDaemon(kind: string): DaemonDefinition<unknown> | undefined {
    return this.#daemons.get(kind);
  }
  daemons(): DaemonDefinition<unknown>[] {
    return [...this.#daemons.values()];
  }
  package(name: string, files: Record<string, FileSpec>): void {
    const known = this.#packages.get(name);
    this.#packages.set(name, known === undefined ? files : { ...known, ...files });
  }
  packageFiles(name: string): Record<string, FileSpec> | undefined {
    return this.#packages.get(name);
  }
  packages(): string[] {
    return [...this.#packages.keys()];
  }
  checker(checker: FileChecker): void {
    this.#checkers.push(checker);
  }
  findChecker(path: string): FileChecker | undefined {
    return this.#checkers.find((checker) => checker.matches(path));
  }
  loadedFiles(files: LoadedFiles): void {
    this.#loaded.push(files);
  }
  findLoadedFiles(path: string): LoadedFiles | undefined {
    return this.#loaded.find((files) => files.matches(path));
  }
  #listUnits: ((host: Host) => UnitRow[]) | undefined;
  unitLister(list: (host: Host) => UnitRow[]): void {
    this.#listUnits = list;
  }
  units(host: Host): UnitRow[] {
    return this.#listUnits?.(host) ?? [];
  }
  virtualFiles(prefix: string, provider: VirtualFiles): void {
    this.#virtual.push({ prefix, provider });
    this.#virtual.sort((a, b) => b.prefix.length - a.prefix.length);
  }
  findVirtualFiles(path: string): VirtualFiles | undefined {
    for (const { prefix, provider } of this.#virtual) {
      if (path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/'))
        return provider;
    }
    return undefined;
  }
}
