/**
 * Commands against a ruleset, all or none: evaluation first (nft's own
 * complaints), then what the kernel would refuse. Works on copies of the tables
 * it touches, so that a refused file leaves the ruleset as it was.
 *
 * Source: nft(8) "RULESET", "TABLES", "CHAINS", "RULES", "SETS"; the kernel's
 * refusals are those of nf_tables (Linux 6.1), the words those of 1.0.6.
 */
import type {
  FilterChain,
  FilterObject,
  FilterRule,
  FilterSet,
  FilterStep,
  FilterTable,
  Ruleset,
} from '../../world/packet-filter.contract';
import { type Command, type Handle, isObject, type Problem } from './parse/tree';
import { type EvaluatedRule, RuleContext, type TableView } from './evaluate/context';
import { readElements, settle } from './evaluate/elements';
import { OBJECT_TYPES } from './evaluate/set-types';
import { evaluateRule } from './evaluate/rule';
import { EvaluationTrouble, refuse, type Surroundings, Values } from './evaluate/values';
import { changeCounter, changeObject, hasObject } from './kernel/objects';
import { chainLike, type Known, meantBy, setLike, tableLike } from './kernel/suggestions';
import { checkListed } from './listing/targets';
import { addChain, dependants, jumpTargets, renameSteps, usesSet } from './kernel/chains';
import {
  addElements,
  deleteElements,
  foundElements,
  keysOnly,
  newSet,
  ordered,
  refusedSettings,
  setKey,
  shapeOf,
} from './kernel/sets';
import { KernelTrouble, kernel } from './kernel/trouble';
import { misfitOf } from './kernel/validate';
import { DEFAULT_SET_SIZE } from './parse/statements';
import type { Micros } from '../../std/instant';
import { stayCompiled } from '../../std/stay-compiled';

export interface Outcome {
  /** Undefined when nothing was changed or something was wrong. */
  readonly ruleset: Ruleset | undefined;
  readonly problems: readonly Problem[];
  /** Commands that print, with the tables as they are at that point. */
  readonly listings: readonly { command: Command; tables: readonly FilterTable[] }[];
  /** A rule does what its chain does not allow, or jumps lead in a circle. */
  readonly misfits: boolean;
}

const MOST_PROBLEMS = 10;
/** Objects that can be made and listed, but do nothing to packets here. */
const UNMODELLED_OBJECTS = new Set<string>(['ct timeout', 'ct expectation', 'synproxy']);
const NO_ENTRY = 'No such file or directory';

/** Applies commands. Throws `NameNeeded` when a host name must be looked up first. */
export function applyCommands(
  ruleset: Ruleset,
  commands: readonly Command[],
  surroundings: Surroundings,
  now: Micros,
  options: Asked = { reachesKernel: true },
): Outcome {
  return new Transaction(ruleset, surroundings, now, options.isCheck === true).run(commands, options);
}
export interface Asked {
  /** False: something is wrong in the text already. */
  readonly reachesKernel: boolean;
  /** `nft -c`: the kernel looks, but does not commit. */
  readonly isCheck?: boolean;
}

class Transaction {
  readonly #original: Ruleset;
  readonly #values: Values;
  readonly #now: Micros;
  readonly #owned = new Set<FilterTable>();
  readonly #listings: { command: Command; tables: readonly FilterTable[] }[] = [];
  #tables: FilterTable[];
  /** Where the table was that was looked for last. */
  #at = 0;
  #view: (TableView & { readonly target: Handle }) | undefined;
  #nextHandle: number;
  #changed = false;
  /** Sets that the text declares, whatever the kernel says of them; and those that it declares wrongly. */
  readonly #declared = new Map<string, FilterSet>();
  readonly #failed = new Map<string, FilterSet>();
  readonly #free = new Map<FilterTable, { taken: ReadonlySet<string>; next: Map<string, number> }>();
  /** Sets that rules of this text fill. */
  readonly #filled = new Set<string>();
  /** Tables in which something does not fit: every further rule is refused as well. */
  readonly #misfits = new Map<FilterTable, 'EOPNOTSUPP' | 'EMLINK'>();

  constructor(
    ruleset: Ruleset,
    surroundings: Surroundings,
    now: Micros,
    private readonly isCheck = false,
  ) {
    this.#original = ruleset;
    this.#values = new Values(surroundings);
    this.#now = now;
    this.#tables = [...ruleset.tables];
    this.#nextHandle = Math.max(1, ruleset.nextHandle);
  }

  run(commands: readonly Command[], { reachesKernel }: Asked): Outcome {
    for (const command of commands) noteFilled(command, this.#filled);
    const evaluation: Problem[] = [];
    const kernelProblems: Problem[] = [];
    for (const command of commands) {
      try {
        this.#apply(command);
      } catch (problem) {
        if (problem instanceof EvaluationTrouble) {
          evaluation.push(problem.problem);
          if (command.object === 'set' || command.object === 'map')
            this.#failed.set(setKey(command.target), nameless(command.target.name));
        } else if (problem instanceof KernelTrouble)
          for (const each of [...problem.before, problem]) kernelProblems.push(this.#explain(command, each));
        else throw problem;
        if (evaluation.length >= MOST_PROBLEMS) break;
      }
    }
    // With anything wrong in the text, the kernel is not asked.
    const problems = evaluation.length > 0 || !reachesKernel ? evaluation : kernelProblems;
    const ruleset =
      problems.length > 0 || !this.#changed
        ? undefined
        : { generation: this.#original.generation + 1, tables: this.#tables, nextHandle: this.#nextHandle };
    const misfits = this.#misfits.size > 0 && problems === kernelProblems;
    return { ruleset, problems, listings: problems.length > 0 ? [] : this.#listings, misfits };
  }

  #apply(command: Command): void {
    if (command.verb === 'list' || command.verb === 'reset' || command.verb === 'describe')
      return this.#list(command);
    if (command.verb === 'get' && command.object === 'element') return this.#get(command);
    switch (command.object) {
      case 'table':
        return this.#table(command);
      case 'chain':
        return this.#chain(command);
      case 'rule':
        return this.#rule(command);
      case 'set':
      case 'map':
        return this.#set(command);
      case 'element':
        return this.#element(command);
      case 'counter':
        return this.#counter(command);
      case 'quota':
      case 'limit':
      case 'ct helper':
      case 'ct timeout':
      case 'ct expectation':
      case 'synproxy':
        return this.#object(command);
      case 'ruleset':
        this.#tables = this.#tables.filter(
          ({ family }) => command.family !== undefined && family !== command.family,
        );
        this.#changed = true;
        return;
      default:
    }
  }

  // ---------------------------------------------------------------- finding
  #find(target: Handle): FilterTable | undefined {
    // Most commands are about the same table as the one before.
    const last = this.#tables[this.#at];
    if (last !== undefined && isMeant(last, target)) return last;
    const at = this.#tables.findLastIndex((each) => isMeant(each, target));
    if (at >= 0) this.#at = at;
    return this.#tables[at];
  }
  /** A table that may be changed: a copy, the first time. */
  #own(table: FilterTable): FilterTable {
    this.#changed = true;
    if (this.#owned.has(table)) return table;
    const copy: FilterTable = {
      ...table,
      flags: [...table.flags],
      chains: table.chains.map((chain) => ({ ...chain, rules: [...chain.rules] })),
      sets: table.sets.map((set) => ({ ...set, elements: [...set.elements] })),
      counters: [...table.counters],
      objects: [...table.objects],
    };
    this.#tables = this.#tables.map((each) => (each === table ? copy : each));
    this.#owned.add(copy);
    return copy;
  }
  /** Of commands that nft itself checks: a table that must be there. */
  #needTable(target: Handle, options: { suggests: boolean }): FilterTable {
    const found = this.#find(target);
    if (found !== undefined) return found;
    const like = options.suggests ? tableLike(this.#original.tables, target) : undefined;
    throw refuse(target.tablePlace, like === undefined ? NO_ENTRY : `${NO_ENTRY}; ${like}`);
  }
  #kernelTable(target: Handle): FilterTable {
    const found = this.#find(target);
    if (found !== undefined) return found;
    if (target.handle !== undefined && target.table === '')
      throw new KernelTrouble(NO_ENTRY, target.handlePlace, false);
    throw kernel('ENOENT', target.tablePlace ?? target.handlePlace);
  }
  #chainOf(table: FilterTable, target: Handle): FilterChain {
    const chain = table.chains.find((each) =>
      target.name === '' ? each.handle === target.handle : each.name === target.name,
    );
    if (chain === undefined) throw kernel('ENOENT', target.namePlace ?? target.handlePlace);
    return chain;
  }
  #handle(table: FilterTable): number {
    const next = (table.lastHandle ?? highestHandle(table)) + 1;
    table.lastHandle = next;
    return next;
  }

  /** The lowest free number behind the stem; names given out before are not looked at again. */
  #freeName(table: FilterTable, stem: string): string {
    let free = this.#free.get(table);
    if (free === undefined) {
      free = { taken: new Set(table.sets.map(({ name }) => name)), next: new Map() };
      this.#free.set(table, free);
    }
    let number = free.next.get(stem) ?? 0;
    while (free.taken.has(`${stem}${number}`)) number++;
    free.next.set(stem, number + 1);
    return `${stem}${number}`;
  }

  /** A refusal of the kernel in nft's words, with what may have been meant. */
  #explain(command: Command, trouble: KernelTrouble): Problem {
    const { place, words, isMissing } = trouble;
    const target = 'target' in command && command.verb !== 'flush' ? command.target : undefined;
    const isNamed = target !== undefined && (target.name !== '' || command.object === 'table');
    const like = isMissing && isNamed ? meantBy(command, target, this.#known) : undefined;
    return { place, message: like === undefined ? `Could not process rule: ${words}` : `${words}; ${like}` };
  }
  get #known(): Known {
    return { tables: this.#original.tables, present: this.#tables };
  }
  /** For a set that a rule or an element names in vain. */
  #setLike(target: Handle, name: string): string | undefined {
    return setLike(this.#tables, [...this.#declared, ...this.#failed], target, name);
  }

  // ---------------------------------------------------------------- tables
  #table(command: Command & { object: 'table' }): void {
    const { target, verb } = command;
    const present = this.#find(target);
    if (verb === 'delete') {
      const table = this.#kernelTable(target);
      this.#tables = this.#tables.filter((each) => each !== table);
      this.#changed = true;
      return;
    }
    if (verb === 'flush') {
      const table = this.#own(this.#kernelTable(target));
      for (const chain of table.chains) this.#removeRules(table, chain, chain.rules);
      return;
    }
    if (present !== undefined) {
      if (verb === 'create') throw kernel('EEXIST', target.tablePlace);
      this.#changed = true;
      const flags = command.flags ?? [];
      if (command.flags !== undefined && flags.join() !== present.flags.join())
        this.#own(present).flags = [...flags];
      return;
    }
    const made: FilterTable = {
      family: target.family,
      name: target.table,
      handle: this.#nextHandle++,
      flags: [...(command.flags ?? [])],
      chains: [],
      sets: [],
      counters: [],
      objects: [],
      lastHandle: 0,
      ...(command.comment === undefined ? {} : { comment: command.comment }),
    };
    this.#owned.add(made);
    this.#tables.push(made);
    this.#changed = true;
  }

  // ---------------------------------------------------------------- chains
  #chain(command: Command & { object: 'chain' }): void {
    const { target, verb, spec } = command;
    if (verb === 'delete') {
      const table = this.#own(this.#kernelTable(target));
      const chain = this.#chainOf(table, target);
      const others = table.chains.filter((each) => each !== chain);
      if (dependants({ ...table, chains: others }, chain.name))
        throw kernel('EBUSY', target.namePlace ?? target.handlePlace);
      this.#removeRules(table, chain, chain.rules);
      table.chains = others;
      return;
    }
    if (verb === 'flush') {
      const table = this.#own(this.#kernelTable(target));
      const chain = this.#chainOf(table, target);
      this.#removeRules(table, chain, chain.rules);
      return;
    }
    const table = this.#needTable(target, { suggests: true });
    if (verb === 'rename') {
      const chain = table.chains.find(({ name }) => name === target.name);
      if (chain === undefined) {
        const like = chainLike(this.#original.tables, target.name);
        throw refuse(target.namePlace, like === undefined ? NO_ENTRY : `${NO_ENTRY}; ${like}`);
      }
      if (table.chains.some(({ name }) => name === command.newName)) throw kernel('EEXIST', command.place);
      this.#rename(this.#own(table), target.name, command.newName ?? target.name);
      return;
    }
    if (verb !== 'add' && verb !== 'create') return;
    const present = table.chains.find(({ name }) => name === target.name);
    if (present !== undefined && verb === 'create') throw kernel('EEXIST', target.namePlace);
    const owned = this.#own(table);
    addChain(owned, command, spec, () => this.#handle(owned));
  }
  #rename(table: FilterTable, from: string, to: string): void {
    for (const chain of table.chains) {
      if (chain.name === from) chain.name = to;
      chain.rules = chain.rules.map((rule) => {
        if (!jumpTargets(rule.steps).includes(from)) return rule;
        const text = rule.text.replace(
          /"[^"]*"|\b(?:jump|goto) (\S+)/g,
          (found: string, name: string | undefined) =>
            name === from ? found.replace(` ${from}`, ` ${to}`) : found,
        );
        return { ...rule, text, steps: renameSteps(rule.steps, from, to) };
      });
    }
    for (const set of table.sets)
      set.elements = set.elements.map((element) =>
        element.data !== undefined && 'chain' in element.data && element.data.chain === from
          ? { ...element, data: { ...element.data, chain: to } }
          : element,
      );
  }
  /** Takes rules out of a chain, and the anonymous sets that were theirs. */
  #removeRules(table: FilterTable, chain: FilterChain, rules: readonly FilterRule[]): void {
    const doomed = new Set(rules);
    chain.rules = chain.rules.filter((rule) => !doomed.has(rule));
    const names = new Set(rules.flatMap(({ steps }) => setsOf(steps)));
    if (names.size > 0)
      table.sets = table.sets.filter((set) => set.anonymous !== true || !names.has(set.name));
  }

  // ---------------------------------------------------------------- rules
  #rule(command: Command & { object: 'rule' }): void {
    const { target, verb, position } = command;
    if (verb === 'delete') {
      const table = this.#own(this.#kernelTable(target));
      const chain = this.#chainOf(table, target);
      const rule = chain.rules.find(({ handle }) => handle === position?.value);
      if (rule === undefined) throw kernel('ENOENT', position?.place);
      this.#removeRules(table, chain, [rule]);
      return;
    }
    if (command.rule === undefined) return;
    const evaluated = evaluateRule(this.#values, this.#viewOf(target), command.rule);
    if (position !== undefined && verb !== 'replace') this.#needChain(target);
    const table = this.#own(this.#tableOf(target, evaluated));
    const chain = this.#chainOf(table, target);
    const at = this.#position(command, chain);
    const sets = evaluated.sets.length === 0 ? NO_NAMES : new Map<string, string>();
    for (const set of evaluated.sets) {
      const local = set.name;
      set.name = this.#freeName(table, set.map === undefined ? '__set' : '__map');
      set.handle = this.#handle(table);
      sets.set(local, set.name);
      table.sets.push(set);
    }
    for (const name of evaluated.filled)
      fill(table, name, { isDeclared: this.#declared.has(setKey(target, name)) });
    for (const meter of evaluated.meters)
      if (!table.sets.some(({ name }) => name === meter.name))
        table.sets.push({ ...meter, handle: this.#handle(table) });
    const rule: FilterRule = {
      handle: 0,
      text: evaluated.text,
      steps: renameSets(evaluated.steps, sets),
      ...(evaluated.comment === undefined ? {} : { comment: evaluated.comment }),
    };
    if (verb === 'replace') {
      rule.handle = chain.rules[at]?.handle ?? 0;
      chain.rules[at] = rule;
    } else {
      rule.handle = this.#handle(table);
      chain.rules.splice(at, 0, rule);
    }
    this.#checkRule(command, table, chain, evaluated);
  }
  /** The table of a rule; where it is missing, the sets that the rule brings along are missed first. */
  #tableOf(target: Handle, { sets, setPlaces, meters }: EvaluatedRule): FilterTable {
    const found = this.#find(target);
    if (found !== undefined) return found;
    throw new KernelTrouble(NO_ENTRY, target.tablePlace, true, [
      ...sets.flatMap((_, index) => [
        new KernelTrouble(NO_ENTRY, target.tablePlace, false),
        new KernelTrouble(NO_ENTRY, setPlaces[index], false),
      ]),
      ...meters.map(() => new KernelTrouble(NO_ENTRY, target.tablePlace, true)),
    ]);
  }
  /** A place among rules is looked up before the kernel is asked. */
  #needChain(target: Handle): void {
    const table = this.#needTable(target, { suggests: true });
    if (table.chains.some(({ name }) => name === target.name)) return;
    const like = chainLike(this.#original.tables, target.name);
    throw refuse(target.namePlace, like === undefined ? NO_ENTRY : `${NO_ENTRY}; ${like}`);
  }
  /** What a rule may name. Most rules stand in the same chain as the one before. */
  #viewOf(target: Handle): TableView {
    if (this.#view?.target !== target)
      this.#view = {
        target,
        family: target.family,
        absent: () => {
          if (this.#find(target) !== undefined) return undefined;
          const like = tableLike(this.#original.tables, target);
          return refuse(target.tablePlace, like === undefined ? NO_ENTRY : `${NO_ENTRY}; ${like}`);
        },
        set: (name) =>
          this.#find(target)?.sets.find((set) => set.name === name) ??
          this.#declared.get(setKey(target, name)),
        like: (name) => this.#setLike(target, name),
      };
    return this.#view;
  }
  /** Where in the chain the rule comes. */
  #position(command: Command & { object: 'rule' }, chain: FilterChain): number {
    const { position, verb } = command;
    if (position === undefined) return verb === 'insert' ? 0 : chain.rules.length;
    const at =
      position.kind === 'index'
        ? position.value
        : chain.rules.findIndex(({ handle }) => handle === position.value);
    if (at < 0 || at >= chain.rules.length) {
      if (verb === 'replace') throw kernel('ENOENT', position.place);
      throw new KernelTrouble(NO_ENTRY, position.place, false);
    }
    return verb === 'add' ? at + 1 : at;
  }
  #checkRule(
    command: Command & { object: 'rule' },
    table: FilterTable,
    chain: FilterChain,
    evaluated: ReturnType<typeof evaluateRule>,
  ): void {
    for (const { name, place } of evaluated.references)
      if (!table.sets.some((set) => set.name === name)) throw kernel('ENOENT', place);
    for (const { name, place } of evaluated.counters)
      if (!table.counters.some((counter) => counter.name === name)) throw kernel('ENOENT', place);
    for (const { type, name, place } of evaluated.objects)
      if (!hasObject(table, type, name)) throw kernel('ENOENT', place);
      else if (UNMODELLED_OBJECTS.has(type)) throw refuse(place, `not modelled: ${type} in rules`);
    for (const { type, name, place } of evaluated.mapped)
      if (!hasObject(table, type, name)) throw new KernelTrouble(NO_ENTRY, place, false);
    for (const { message, place } of evaluated.refusals) throw new KernelTrouble(message, place, false);
    for (const { chain: name, place, isMapped } of evaluated.jumps) {
      const next = table.chains.find((each) => each.name === name);
      if (next === undefined) throw new KernelTrouble(NO_ENTRY, place, isMapped !== true);
      if (next.base !== undefined) throw kernel('EOPNOTSUPP', place);
    }
    if (this.isCheck && this.#original.isValidating !== true) return;
    if (
      evaluated.placement !== undefined &&
      chain.base !== undefined &&
      chain.base.hook !== evaluated.placement
    )
      throw kernel('EOPNOTSUPP', command.place);
    const found = this.#misfits.get(table) ?? misfitOf(table, chain, evaluated.steps);
    if (found === undefined) return;
    this.#misfits.set(table, found);
    throw kernel(found, command.place);
  }

  // ---------------------------------------------------------------- sets
  #set(command: Command & { object: 'set' | 'map' }): void {
    const { target, verb, spec } = command;
    if (verb === 'delete') {
      const table = this.#own(this.#kernelTable(target));
      const set = table.sets.find((each) =>
        target.name === '' ? each.handle === target.handle : each.name === target.name,
      );
      if (set === undefined) throw kernel('ENOENT', target.namePlace ?? target.handlePlace);
      if (usesSet(table, set.name)) throw kernel('EBUSY', target.namePlace ?? target.handlePlace);
      table.sets = table.sets.filter((each) => each !== set);
      return;
    }
    const table = this.#needTable(target, { suggests: true });
    const present = table.sets.find(({ name }) => name === target.name);
    if (verb === 'flush') {
      if (present === undefined) {
        const like = this.#setLike(target, target.name);
        throw refuse(target.namePlace, like === undefined ? NO_ENTRY : `${NO_ENTRY}; ${like}`);
      }
      if ((present.map === undefined) !== (command.object === 'set'))
        throw refuse(target.namePlace, NO_ENTRY);
      const owned = this.#own(table);
      for (const set of owned.sets) if (set.name === target.name) set.elements = [];
      return;
    }
    if (spec === undefined) return;
    const made = newSet(this.#values, target.name, target.family, spec);
    this.#declared.set(setKey(target), made);
    // A set with intervals cannot be filled by packets.
    if (made.flags.includes('interval') && this.#filled.has(setKey(target)))
      throw kernel('EOPNOTSUPP', target.namePlace);
    // The rules of the same text make it dynamic (`stmt_evaluate_set`).
    if (this.#filled.has(setKey(target)) && !made.flags.includes('dynamic'))
      made.flags = ordered([...made.flags, 'dynamic']);
    if (present !== undefined) {
      if (verb === 'create' || present.type !== made.type || present.map !== made.map)
        throw kernel('EEXIST', target.namePlace);
      if (ordered(present.flags.filter(isKept)).join() !== ordered(made.flags.filter(isKept)).join())
        throw kernel('EEXIST', target.namePlace);
      if (made.size !== undefined) {
        const size = made.size;
        for (const set of this.#own(table).sets) if (set.name === target.name) set.size = size;
      }
      this.#changed = true;
      return;
    }
    const refused = refusedSettings(made, command.place);
    if (refused !== undefined) throw refused;
    const owned = this.#own(table);
    made.handle = this.#handle(owned);
    owned.sets.push(made);
  }

  #element(command: Command & { object: 'element' }): void {
    const { target, verb } = command;
    if (command.isDeclaration === true && this.#failed.has(setKey(target))) return;
    const table = this.#needTable(target, { suggests: true });
    const found = table.sets.find(({ name, anonymous }) => name === target.name && anonymous !== true);
    if (found === undefined && this.#failed.has(setKey(target))) return;
    const declared = found ?? this.#declared.get(setKey(target));
    const hasData =
      command.elements.kind === 'set' && command.elements.elements.some(({ data }) => data !== undefined);
    if (command.isDeclaration === true && hasData && declared !== undefined && declared.map === undefined)
      throw refuse(target.namePlace, 'set is not a map');
    if (found === undefined) {
      if (declared !== undefined) {
        settle(readElements(this.#values, command.elements, shapeOf(declared)), shapeOf(declared));
        throw kernel('ENOENT', target.namePlace);
      }
      const like = this.#setLike(target, target.name);
      throw refuse(target.namePlace, like === undefined ? NO_ENTRY : `${NO_ENTRY}; ${like}`);
    }
    const placed = readElements(this.#values, command.elements, {
      ...shapeOf(found),
      ...(verb === 'delete'
        ? {
            data: hasData ? shapeOf(found).data : undefined,
          }
        : {}),
    });
    const owned = this.#own(table);
    const set = owned.sets.find(({ name }) => name === target.name);
    if (set === undefined) return;
    if (verb === 'delete') {
      deleteElements(set, placed);
      return;
    }
    addElements(set, placed, { creates: verb === 'create', now: this.#now });
    for (const { jump, element, place } of placed) {
      const [object] = set.map !== undefined && Array.isArray(element.data) ? element.data : [];
      if (OBJECT_TYPES.has(set.map ?? '') && !hasObject(owned, set.map ?? '', String(object?.lo)))
        throw new KernelTrouble(NO_ENTRY, place, false);
      if (jump === undefined) continue;
      const next = owned.chains.find(({ name }) => name === jump.chain);
      if (next === undefined) throw new KernelTrouble(NO_ENTRY, jump.place, false);
      if (next.base !== undefined) throw kernel('EOPNOTSUPP', jump.place);
    }
  }

  // ---------------------------------------------------------------- counters, quotas, limits, helpers
  #counter(command: Command & { object: 'counter' }): void {
    const table = this.#ownFor(command);
    changeCounter(table, command, () => this.#handle(table));
  }
  #object(command: Command & { object: FilterObject['type'] }): void {
    const table = this.#ownFor(command);
    changeObject(table, command, () => this.#handle(table));
  }
  #ownFor({ verb, target }: Command & { target: Handle }): FilterTable {
    return this.#own(
      verb === 'delete' ? this.#kernelTable(target) : this.#needTable(target, { suggests: true }),
    );
  }

  // ---------------------------------------------------------------- listings
  /** Elements that are there, as a set that holds no others. */
  #get(command: Command & { object: 'element' }): void {
    const { target } = command;
    const table = this.#needTable(target, { suggests: false });
    const set = table.sets.find(({ name, anonymous }) => name === target.name && anonymous !== true);
    if (set === undefined) throw refuse(target.namePlace, NO_ENTRY);
    const elements = foundElements(set, readElements(this.#values, command.elements, keysOnly(set)));
    if (elements === undefined) throw new KernelTrouble(NO_ENTRY, command.place, false);
    const found = { ...table, sets: [{ ...set, elements }] };
    this.#listings.push({
      command: { verb: 'list', object: set.map === undefined ? 'set' : 'map', target, place: command.place },
      tables: [found],
    });
  }
  #list(command: Command): void {
    if ('target' in command && command.target !== undefined) {
      const { target } = command;
      const isReset = command.verb === 'reset';
      const table =
        isReset && target.namePlace !== undefined
          ? this.#find(target)
          : this.#needTable(target, {
              suggests:
                command.object !== 'table' && (target.namePlace === undefined || isObject(command.object)),
            });
      checkListed(command, table, meantBy(command, target, this.#known));
    }
    this.#listings.push({ command, tables: [...this.#tables] });
  }
}

const NO_NAMES = new Map<string, string>();
const NOWHERE: Surroundings = {
  interfaceIndex: () => undefined,
  interfaceName: () => undefined,
  user: () => undefined,
  group: () => undefined,
  address: () => ({ ip: 0 }),
};
stayCompiled(new Transaction({ generation: 1, tables: [], nextHandle: 1 }, NOWHERE, 0));
stayCompiled(new RuleContext(new Values(NOWHERE), { family: 'inet', set: () => undefined }));

/** A set that a rule fills has a size; where the same text declares it, it is dynamic too. */
function fill(table: FilterTable, name: string, { isDeclared }: { isDeclared: boolean }): void {
  table.sets = table.sets.map((set) => {
    if (set.name !== name) return set;
    const flags =
      isDeclared && !set.flags.includes('dynamic') ? ordered([...set.flags, 'dynamic']) : set.flags;
    return { ...set, size: set.size ?? DEFAULT_SET_SIZE, flags };
  });
}
/** Packets that fill a set make it dynamic; who declares it again need not say so. */
function isKept(flag: string): boolean {
  return flag !== 'dynamic';
}
function nameless(name: string): FilterSet {
  return { name, handle: 0, type: 'integer', flags: [], elements: [] };
}
function isMeant(table: FilterTable, { family, table: name, handle }: Handle): boolean {
  return table.family === family && (name === '' ? table.handle === handle : table.name === name);
}
/** Adds the sets that the rule of a command fills. */
function noteFilled(command: Command, filled: Set<string>): void {
  if (command.object !== 'rule' || command.rule === undefined) return;
  for (const statement of command.rule.statements)
    if (statement.kind === 'set-update' && statement.set.kind === 'reference')
      filled.add(setKey(command.target, statement.set.name));
}

function highestHandle(table: FilterTable): number {
  let highest = 0;
  for (const { handle } of [...table.counters, ...table.objects]) highest = Math.max(highest, handle);
  for (const { handle } of table.sets) highest = Math.max(highest, handle);
  for (const chain of table.chains) {
    highest = Math.max(highest, chain.handle);
    for (const { handle } of chain.rules) highest = Math.max(highest, handle);
  }
  return highest;
}

/** Sets that steps name. */
function setsOf(steps: readonly FilterStep[]): string[] {
  return steps.flatMap((step) => {
    if ('set' in step && step.set !== undefined) return [step.set];
    return 'map' in step && step.map !== undefined ? [step.map.set] : [];
  });
}
function renameSets(steps: FilterStep[], names: ReadonlyMap<string, string>): FilterStep[] {
  if (names.size === 0) return steps;
  return steps.map((step) => {
    if ('set' in step && step.set !== undefined) return { ...step, set: names.get(step.set) ?? step.set };
    if ('map' in step && step.map !== undefined)
      return { ...step, map: { ...step.map, set: names.get(step.map.set) ?? step.map.set } };
    return step;
  });
}
