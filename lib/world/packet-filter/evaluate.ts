/**
 * One base chain over one packet: rules in order, statements from left to
 * right, jumps and returns, the policy at the end.
 * Source: nft(8) "RULES", "STATEMENTS", "VERDICT STATEMENT".
 */
import type {
  FilterChain,
  FilterElement,
  FilterField,
  FilterRule,
  FilterStep,
  FilterTable,
  Verdict,
} from '../packet-filter.contract';
import { TCP } from '../network/packet';
import type { BaseChain, CompiledRuleset, CompiledSet, CompiledTable } from './compile';
import { fieldValue, READ_VOLATILE } from './fields';
import type { Counter, Decision, FilterInput, Translation } from './input';
import { computed, generate } from './generate';
import { takeToken } from './limit';
import { countConnection, takeQuota } from './stateful';

/** Deepest chain of jumps the kernel takes (NFT_JUMP_STACK_SIZE). */
const DEEPEST_JUMP = 16;

type Outcome =
  | { kind: 'accept' | 'drop' }
  | { kind: 'reject'; with: 'icmp' | 'tcp-reset' | 'icmpx'; code: string }
  | { kind: 'return' | 'end' }
  | undefined;

/** Runs a base chain. Counters that count are listed in `input.counters` and counted. */
export function runBaseChain(base: BaseChain, compiled: CompiledRuleset, input: FilterInput): Decision {
  const { table, chain } = base;
  const tables = compiled.tables.get(table);
  const run = new ChainRun(input, tables, table);
  const outcome = run.chain(chain, 0);
  if (outcome?.kind === 'accept' || outcome?.kind === 'drop')
    return {
      verdict: outcome.kind,
      rejection: undefined,
      table,
      chain: run.chainOfRule ?? chain,
      rule: run.rule,
    };
  if (outcome?.kind === 'reject')
    return {
      verdict: 'reject',
      rejection: { with: outcome.with, code: outcome.code },
      table,
      chain: run.chainOfRule ?? chain,
      rule: run.rule,
    };
  return { verdict: chain.base?.policy ?? 'accept', rejection: undefined, table, chain, rule: undefined };
}

class ChainRun {
  rule: FilterRule | undefined;
  chainOfRule: FilterChain | undefined;

  constructor(
    private readonly input: FilterInput,
    private readonly tables: CompiledTable | undefined,
    private readonly table: FilterTable,
  ) {}

  /** `end`: a goto'd chain came to its end, the calling chain is left too. */
  chain(chain: FilterChain, depth: number): Outcome {
    if (depth > DEEPEST_JUMP) return { kind: 'drop' };
    for (const rule of chain.rules) {
      const outcome = this.#rule(rule, chain, depth);
      if (outcome === undefined) continue;
      if (outcome.kind === 'return') return undefined;
      return outcome;
    }
    return undefined;
  }

  #rule(rule: FilterRule, chain: FilterChain, depth: number): Outcome {
    for (const step of rule.steps) {
      const result = this.#step(step, depth);
      if (result === 'next') continue;
      if (result === 'break') return undefined;
      if (
        result !== undefined &&
        result.kind !== 'return' &&
        result.kind !== 'end' &&
        this.rule === undefined
      ) {
        this.rule = rule;
        this.chainOfRule = chain;
      }
      return result;
    }
    return undefined;
  }

  #step(step: FilterStep, depth: number): Outcome | 'next' | 'break' {
    const { input } = this;
    switch (step.step) {
      case 'match':
        return this.#matches(step) ? 'next' : 'break';
      case 'verdict':
        return this.#verdict(step.verdict, depth);
      case 'vmap': {
        const data = this.#lookup(step.set, step.field)?.data;
        return data === undefined || Array.isArray(data) ? 'break' : this.#verdict(data, depth);
      }
      case 'counter': {
        const named = step.named === undefined ? undefined : this.tables?.counters.get(step.named);
        this.#count(named ?? step);
        return 'next';
      }
      case 'reject':
        return step.with === 'tcp-reset' && input.packet.protocol !== TCP
          ? 'break'
          : { kind: 'reject', with: step.with, code: step.code };
      case 'dnat':
      case 'snat':
      case 'masquerade':
      case 'redirect': {
        const translation = this.#translation(step);
        if (translation === undefined) return 'break';
        input.translation = translation;
        return { kind: 'accept' };
      }
      case 'limit': {
        input.reads |= READ_VOLATILE;
        return takeToken(step, input) ? 'next' : 'break';
      }
      case 'quota':
        input.reads |= READ_VOLATILE;
        return takeQuota(step, input) ? 'next' : 'break';
      case 'connections':
        input.reads |= READ_VOLATILE;
        return countConnection(step, input) ? 'next' : 'break';
      case 'object': {
        const named = this.table.objects.find(({ type, name }) => type === step.type && name === step.name);
        return named?.state === undefined ? 'break' : this.#step(named.state, depth);
      }
      case 'generate': {
        input.reads |= READ_VOLATILE;
        const number = generate(step, input);
        if (number === undefined) return 'break';
        input.generated = number;
        return 'next';
      }
      case 'compute': {
        const number = computed(step, input);
        if (number === undefined) return 'break';
        input.generated = number;
        return 'next';
      }
      case 'tcp-option':
        return input.packet.protocol === TCP ? 'next' : 'break';
      case 'log':
        // A group's lines go to whoever listens for it (nflog), and nobody does.
        if (step.group !== undefined || step.level === 'audit') return 'next';
        input.logs.push({ prefix: step.prefix, level: step.level });
        return 'next';
      case 'set-mark':
        return this.#mark(step);
      case 'set-field':
        return this.#write(step);
      case 'object-map': {
        const [name] = namesIn(this.#lookup(step.map.set, step.map.field)?.data);
        if (name === undefined) return 'break';
        if (step.type !== 'counter') return this.#step({ step: 'object', type: step.type, name }, depth);
        const named = this.tables?.counters.get(name);
        if (named !== undefined) this.#count(named);
        return 'next';
      }
      case 'set-update':
        return this.#update(step);
      case 'notrack':
        input.untracked = true;
        return 'next';
      case 'comment':
        return 'next';
    }
  }

  #mark(step: FilterStep & { step: 'set-mark' }): 'next' | 'break' {
    const { input } = this;
    input.reads |= READ_VOLATILE;
    let { value } = step;
    if (step.map !== undefined) {
      const [data] = markData(this.#lookup(step.map.set, step.map.field)?.data);
      if (data === undefined) return 'break';
      value = data;
    } else if (step.source === 'generated') value = input.generated;
    if (step.target === 'meta') input.packet.mark = value;
    else if (input.tracking !== undefined) {
      input.tracking.mark = value;
      if (input.tracking.slot >= 0) input.conntrack?.table.marks.set(input.tracking.slot, value);
    }
    return 'next';
  }

  #write(step: FilterStep & { step: 'set-field' }): 'next' | 'break' {
    const { input } = this;
    const { packet } = input;
    input.reads |= READ_VOLATILE;
    let value = step.source === undefined ? step.value : input.generated;
    if (step.map !== undefined) {
      const [data] = markData(this.#lookup(step.map.set, step.map.field)?.data);
      if (data === undefined) return 'break';
      value = data;
    }
    const tos = packet.tos ?? 0;
    switch (step.field) {
      case 'ttl':
        packet.ttl = value;
        break;
      case 'dscp':
        packet.tos = (value << 2) | (tos & 3);
        break;
      case 'ecn':
        packet.tos = (tos & ~3) | value;
        break;
      case 'priority':
        packet.priority = value;
        break;
    }
    return 'next';
  }

  #verdict(verdict: Verdict, depth: number): Outcome | 'next' {
    switch (verdict.kind) {
      case 'accept':
      case 'drop':
        return { kind: verdict.kind };
      // A queue nobody listens to drops (NF_QUEUE without bypass).
      case 'queue':
        return { kind: 'drop' };
      case 'continue':
        return 'next';
      case 'return':
        return { kind: 'return' };
      case 'jump': {
        const target = this.tables?.chains.get(verdict.chain);
        const outcome = target === undefined ? undefined : this.chain(target, depth + 1);
        return outcome === undefined ? 'next' : outcome;
      }
      case 'goto': {
        const target = this.tables?.chains.get(verdict.chain);
        const outcome = target === undefined ? undefined : this.chain(target, depth + 1);
        return outcome === undefined ? { kind: 'return' } : outcome;
      }
    }
  }

  #count(counter: Counter): void {
    const { packet, counters } = this.input;
    counter.packets += packet.count;
    counter.bytes += packet.length;
    counters.push(counter);
  }

  #matches(step: FilterStep & { step: 'match' }): boolean {
    const { input } = this;
    if (step.set !== undefined) {
      const found = this.#lookup(step.set, step.field) !== undefined;
      return step.op === '!=' ? !found : found;
    }
    const fields = Array.isArray(step.field) ? step.field : [step.field];
    if (fields.length > 1) return this.#matchesAll(fields, step);
    const field = fields[0];
    let value = field === undefined ? undefined : fieldValue(field, input);
    if (value === undefined) return false;
    if (step.mask !== undefined && typeof value === 'number') value &= step.mask;
    const ranges = step.values ?? [];
    if (step.bits === true || field === 'ct state') {
      const hit =
        typeof value === 'number' &&
        ranges.some((range) => typeof range.lo === 'number' && ((value as number) & range.lo) !== 0);
      return step.op === '!=' ? !hit : hit;
    }
    switch (step.op) {
      case '==':
        return ranges.some((range) => within(value, range));
      case '!=':
        return !ranges.some((range) => within(value, range));
      case '<':
        return value < (ranges[0]?.lo ?? 0);
      case '>':
        return value > (ranges[0]?.lo ?? 0);
      case '<=':
        return value <= (ranges[0]?.lo ?? 0);
      case '>=':
        return value >= (ranges[0]?.lo ?? 0);
    }
  }

  /** A concatenation against a plain list: part by part. */
  #matchesAll(fields: readonly FilterField[], step: FilterStep & { step: 'match' }): boolean {
    const equal = fields.every((field, part) => {
      const value = fieldValue(field, this.input);
      const range = step.values?.[part];
      return value !== undefined && range !== undefined && within(value, range);
    });
    return step.op === '!=' ? !equal : equal;
  }

  #lookup(name: string, field: FilterField | FilterField[]): FilterElement | undefined {
    const set = this.tables?.sets.get(name);
    if (set === undefined) return undefined;
    const { input } = this;
    const keys: (number | string)[] = [];
    for (const part of Array.isArray(field) ? field : [field]) {
      const value = fieldValue(part, input);
      if (value === undefined) return undefined;
      keys.push(value);
    }
    if (set.changes) input.reads |= READ_VOLATILE;
    const element = findElement(set, keys, input.now, isBitField(field));
    if (element?.counter !== undefined) this.#count(element.counter);
    return element;
  }

  #translation(
    step: FilterStep & { step: 'dnat' | 'snat' | 'masquerade' | 'redirect' },
  ): Translation | undefined {
    if (step.step === 'masquerade') return { kind: step.step, ip: undefined, port: step.port };
    const fixed = step.step === 'redirect' ? undefined : step.ip;
    if (step.map === undefined) return { kind: step.step, ip: fixed, port: step.port };
    const data = this.#lookup(step.map.set, step.map.field)?.data;
    if (!Array.isArray(data)) return undefined;
    if (step.step === 'redirect' || fixed !== undefined) {
      const [only] = markData(data);
      return only === undefined ? undefined : { kind: step.step, ip: fixed, port: { lo: only, hi: only } };
    }
    const [ip, port] = data;
    if (ip === undefined || typeof ip.lo !== 'number' || typeof ip.hi !== 'number') return undefined;
    const mappedPort =
      port !== undefined && typeof port.lo === 'number' && typeof port.hi === 'number'
        ? { lo: port.lo, hi: port.hi }
        : step.port;
    return { kind: step.step, ip: { lo: ip.lo, hi: ip.hi }, port: mappedPort };
  }

  /** `add @set { … }` and `update @set { … }` from the packet path. */
  #update(step: FilterStep & { step: 'set-update' }): 'next' | 'break' {
    const { input } = this;
    input.reads |= READ_VOLATILE;
    const compiled = this.tables?.sets.get(step.set);
    const set = this.table.sets.find((candidate) => candidate.name === step.set);
    if (compiled === undefined || set === undefined) return 'break';
    const keys: (number | string)[] = [];
    for (const part of Array.isArray(step.field) ? step.field : [step.field]) {
      const value = fieldValue(part, input);
      if (value === undefined) return 'break';
      keys.push(value);
    }
    const present = findElement(compiled, keys, input.now, false);
    if (step.op === 'delete') {
      if (present !== undefined) removeElement(compiled, present);
      return 'next';
    }
    const timeout = step.timeoutMicros ?? set.timeoutMicros;
    let element = present;
    if (element !== undefined) {
      if (step.op === 'update' && timeout !== undefined) element.expiresAt = input.now + timeout;
    } else {
      dropExpired(compiled, input.now);
      if (set.size !== undefined && set.elements.length >= set.size) return 'break';
      element = {
        key: keys.map((key) => ({ lo: key, hi: key })),
        text: '',
        ...(timeout === undefined ? {} : { expiresAt: input.now + timeout }),
        ...(step.timeoutMicros === undefined ? {} : { timeoutMicros: step.timeoutMicros }),
        ...(step.data === undefined ? {} : { data: step.data }),
        ...freshStates(step.then ?? set.states ?? [], set.counts === true),
      };
      set.elements.push(element);
      const [first] = keys;
      if (keys.length === 1 && first !== undefined) compiled.exact.set(first, element);
      else compiled.ranges.push(element);
    }
    // An element that was not added by a rule has no counts of its own.
    if (element.counter !== undefined) this.#count(element.counter);
    for (const state of element.states ?? []) if (this.#step(state, 0) !== 'next') return 'break';
    return 'next';
  }
}

/** What an element added by a rule counts for itself, as the rule says. */
function freshStates(
  then: readonly FilterStep[],
  counts: boolean,
): Pick<FilterElement, 'counter' | 'states'> {
  const counter =
    then.find((step) => step.step === 'counter') ?? (counts ? { packets: 0, bytes: 0 } : undefined);
  const states = then.filter((step) => step.step !== 'counter').map((step) => structuredClone(step));
  return {
    ...(counter === undefined ? {} : { counter: { packets: counter.packets, bytes: counter.bytes } }),
    ...(states.length === 0 ? {} : { states }),
  };
}

function markData(data: FilterElement['data']): (number | undefined)[] {
  return Array.isArray(data) ? data.map(({ lo }) => (typeof lo === 'number' ? lo : undefined)) : [];
}

function namesIn(data: FilterElement['data']): string[] {
  return Array.isArray(data) ? data.flatMap(({ lo }) => (typeof lo === 'string' ? [lo] : [])) : [];
}

/** `ct state { established, related }` as a set holds bits, not numbers. */
function isBitField(field: FilterField | FilterField[]): boolean {
  return field === 'ct state' || field === 'ct status';
}

function findElement(
  set: CompiledSet,
  keys: readonly (number | string)[],
  now: number,
  bits: boolean,
): FilterElement | undefined {
  const [first] = keys;
  if (keys.length === 1 && first !== undefined) {
    const exact = set.exact.get(first);
    if (exact !== undefined && !(exact.expiresAt !== undefined && exact.expiresAt <= now)) return exact;
    if (bits && typeof first === 'number') {
      for (const [key, element] of set.exact)
        if (typeof key === 'number' && (key & first) !== 0) return element;
    }
  }
  for (const element of set.ranges) {
    if (element.expiresAt !== undefined && element.expiresAt <= now) continue;
    if (
      element.key.length === keys.length &&
      element.key.every((range, part) => {
        const key = keys[part];
        return key !== undefined && within(key, range);
      })
    )
      return element;
  }
  return undefined;
}

function removeElement(set: CompiledSet, element: FilterElement): void {
  set.set.elements = set.set.elements.filter((candidate) => candidate !== element);
  set.ranges = set.ranges.filter((candidate) => candidate !== element);
  for (const [key, candidate] of set.exact) if (candidate === element) set.exact.delete(key);
}

function dropExpired(set: CompiledSet, now: number): void {
  for (const element of set.set.elements)
    if (element.expiresAt !== undefined && element.expiresAt <= now) removeElement(set, element);
}

/** Whether a value lies in lo..hi; interface names may end in `*`. */
function within(value: number | string, range: { lo: number | string; hi: number | string }): boolean {
  if (typeof value === 'string') {
    const { lo } = range;
    if (typeof lo === 'string' && lo.endsWith('*')) return value.startsWith(lo.slice(0, -1));
    return value === lo;
  }
  return (
    typeof range.lo === 'number' && typeof range.hi === 'number' && value >= range.lo && value <= range.hi
  );
}
