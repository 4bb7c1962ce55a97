/** The web of dependencies among the loaded units, with its inverses. Derived from definitions, never saved. */
import type { Dependency, ManagerState } from './state';

export type Relation =
  | Dependency
  | 'RequiredBy'
  | 'RequisiteOf'
  | 'WantedBy'
  | 'BoundBy'
  | 'ConsistsOf'
  | 'UpheldBy'
  | 'ConflictedBy'
  | 'TriggeredBy'
  | 'OnFailureOf'
  | 'OnSuccessOf';
const INVERSE: Readonly<Record<Dependency, Relation | undefined>> = {
  Requires: 'RequiredBy',
  Requisite: 'RequisiteOf',
  Wants: 'WantedBy',
  BindsTo: 'BoundBy',
  PartOf: 'ConsistsOf',
  Upholds: 'UpheldBy',
  Conflicts: 'ConflictedBy',
  Before: 'After',
  After: 'Before',
  OnFailure: 'OnFailureOf',
  OnSuccess: 'OnSuccessOf',
  Triggers: 'TriggeredBy',
  PropagatesReloadTo: 'ReloadPropagatedFrom',
  ReloadPropagatedFrom: 'PropagatesReloadTo',
  PropagatesStopTo: 'StopPropagatedFrom',
  StopPropagatedFrom: 'PropagatesStopTo',
};
const NOBODY: ReadonlySet<string> = new Set();

export class Graph {
  readonly #edges = new Map<string, Map<Relation, Set<string>>>();
  /** What each unit's own files refer to: it keeps those loaded. */
  readonly references = new Map<string, Set<string>>();

  constructor(state: ManagerState) {
    const resolve = (name: string): string => state.aliases.get(name) ?? name;
    for (const [name, { definition }] of state.units) {
      const references = new Set<string>();
      this.references.set(name, references);
      for (const [kind, others] of Object.entries(definition.dependencies) as [Dependency, string[]][]) {
        for (const other of others) {
          const target = resolve(other);
          if (target === name) continue;
          references.add(target);
          this.#add(name, kind, target);
          const inverse = INVERSE[kind];
          if (inverse !== undefined) this.#add(target, inverse, name);
        }
      }
    }
    this.#orderTargets(state);
  }
  /** A target comes after what it pulls in, unless one of them says otherwise. Source: systemd.target(5) "DEFAULT DEPENDENCIES". */
  #orderTargets(state: ManagerState): void {
    for (const [name, { definition }] of state.units) {
      if (definition.type !== 'target' || !definition.defaultDependencies) continue;
      for (const kind of ['Requires', 'Requisite', 'Wants', 'BindsTo', 'PartOf'] as const) {
        for (const other of this.get(name, kind)) {
          if (state.units.get(other)?.definition.defaultDependencies !== true) continue;
          if (this.get(other, 'After').has(name)) continue;
          this.#add(name, 'After', other);
          this.#add(other, 'Before', name);
        }
      }
    }
  }
  #add(name: string, relation: Relation, other: string): void {
    let relations = this.#edges.get(name);
    if (relations === undefined) this.#edges.set(name, (relations = new Map()));
    const set = relations.get(relation);
    if (set === undefined) relations.set(relation, new Set([other]));
    else set.add(other);
  }
  get(name: string, relation: Relation): ReadonlySet<string> {
    return this.#edges.get(name)?.get(relation) ?? NOBODY;
  }
  any(name: string, relations: readonly Relation[]): Set<string> {
    const all = new Set<string>();
    for (const relation of relations) for (const other of this.get(name, relation)) all.add(other);
    return all;
  }
}
