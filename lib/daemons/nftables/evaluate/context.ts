/** What is known while a rule is read from left to right: protocols, pieces of its text, steps, and what the kernel will be asked. */
import type {
  Family,
  FilterField,
  FilterObject,
  FilterSet,
  FilterStep,
} from '../../../world/network.contract';
import { FIELDS, type FieldInfo, type DataType } from '../directives';
import type { Place } from '../parse/tree';
import { refuse, type Values } from './values';

/** One stretch of the rule's text. `implies`: it may go when a later match says the same. */
export interface Piece {
  text: string;
  removed: boolean;
  implies: { what: 'network' | 'transport'; field: string; value: string } | undefined;
}

/** What rules may name in their table. */
export interface TableView {
  readonly family: Family;
  set(name: string): FilterSet | undefined;
  /** What may have been meant by the name of a set that is not there. */
  like?(name: string): string | undefined;
}

export interface EvaluatedRule {
  readonly text: string;
  readonly steps: FilterStep[];
  /** Anonymous sets, under local names `%0`, `%1` … */
  readonly sets: FilterSet[];
  readonly jumps: readonly { chain: string; place: Place }[];
  readonly counters: readonly { name: string; place: Place }[];
  /** Named sets, with the statements that look into them. */
  readonly references: readonly { name: string; place: Place }[];
  readonly objects: readonly { type: FilterObject['type']; name: string; place: Place }[];
  /** Sets of meters, to be made when they are not there. */
  readonly meters: readonly FilterSet[];
  /** Names of sets that the rule fills. */
  readonly filled: readonly string[];
  readonly nats: readonly ('snat' | 'dnat' | 'masquerade' | 'redirect')[];
  readonly refusals: readonly { message: string; place: Place }[];
  readonly comment: string | undefined;
}

export class RuleContext {
  readonly pieces: Piece[] = [];
  readonly steps: FilterStep[] = [];
  readonly sets: FilterSet[] = [];
  readonly jumps: { chain: string; place: Place }[] = [];
  readonly counters: { name: string; place: Place }[] = [];
  readonly references: { name: string; place: Place }[] = [];
  readonly objects: { type: FilterObject['type']; name: string; place: Place }[] = [];
  readonly meters: FilterSet[] = [];
  readonly filled: string[] = [];
  /** The statement that is being read. */
  statement: Place | undefined;
  readonly nats: ('snat' | 'dnat' | 'masquerade' | 'redirect')[] = [];
  readonly refusals: { message: string; place: Place }[] = [];
  /** The network protocol, when the family or a match has settled it. */
  network: string | undefined;
  transport: string | undefined;
  /** The transport is one of several. */
  isOneOf = false;
  /** Where the transport was settled. */
  transportPlace: Place | undefined;

  constructor(
    readonly values: Values,
    readonly table: TableView,
  ) {
    const { family } = table;
    this.network = family === 'ip' || family === 'ip6' || family === 'arp' ? family : undefined;
  }

  say(text: string, implies?: Piece['implies']): void {
    this.pieces.push({ text, removed: false, implies });
  }
  get text(): string {
    return this.pieces
      .filter(({ removed }) => !removed)
      .map(({ text }) => text)
      .join(' ');
  }

  /** A field's table row, after its protocols have been settled. `th` becomes the transport's own header. */
  field(name: string, place: Place): FieldInfo {
    const info = FIELDS.get(name);
    if (info === undefined) throw refuse(place, `not modelled: ${name}`);
    switch (info.needs) {
      case 'ip':
      case 'ip6':
      case 'arp':
        this.#needNetwork(info.needs, place);
        this.#forget('network', info.needs, false);
        break;
      case 'tcp':
      case 'udp':
      case 'icmp':
      case 'icmpv6':
        this.#needTransport(info.needs, place);
        break;
      default:
    }
    if (name === 'meta nfproto' && this.table.family !== 'inet')
      throw refuse(place, 'meta nfproto is only useful in the inet family');
    if (name.startsWith('th ') && !this.isOneOf && (this.transport === 'tcp' || this.transport === 'udp')) {
      this.#forget('transport', this.transport, false);
      return FIELDS.get(`${this.transport} ${name.slice(3)}`) ?? info;
    }
    return info;
  }
  #needNetwork(wanted: string, place: Place): void {
    const { family } = this.table;
    if (wanted === 'arp' && family !== 'arp')
      throw refuse(place, `conflicting protocols specified: ${this.network ?? family} vs. arp`);
    if (this.network !== undefined && this.network !== wanted)
      throw refuse(place, `conflicting protocols specified: ${this.network} vs. ${wanted}`);
    this.network = wanted;
  }
  #needTransport(wanted: string, place: Place): void {
    if (wanted === 'icmp' && this.network !== 'ip') {
      if (this.network !== undefined)
        throw refuse(place, `conflicting protocols specified: ${this.network} vs. icmp`);
      this.network = 'ip';
      this.#forget('network', 'ip', false);
    }
    if (wanted === 'icmp') this.#forget('network', 'ip', false);
    if (this.transport !== undefined && this.transport !== wanted)
      throw refuse(place, `conflicting protocols specified: ${this.transport} vs. ${wanted}`);
    this.transport = wanted;
    this.transportPlace = place;
    this.#forget('transport', wanted, this.table.family === 'ip' || this.table.family === 'ip6');
  }
  /** Drops the earlier words that only said what a later match implies. */
  #forget(what: 'network' | 'transport', value: string, alsoHeader: boolean): void {
    for (const piece of this.pieces) {
      const { implies } = piece;
      if (implies === undefined || implies.what !== what || implies.value !== value) continue;
      if (implies.field === 'meta l4proto' || implies.field === 'meta nfproto' || alsoHeader)
        piece.removed = true;
    }
  }
  forgetNetwork(value: string): void {
    this.#forget('network', value, false);
  }

  /** A match of `meta l4proto` and its like settles a protocol. */
  settle(field: string, value: string, place: Place): Piece['implies'] {
    if (field === 'meta l4proto' || field === 'ip protocol' || field === 'ip6 nexthdr') {
      const name = value === 'ipv6-icmp' ? 'icmpv6' : value;
      this.transport = name;
      this.transportPlace = place;
      return { what: 'transport', field, value: name };
    }
    if (field === 'meta nfproto') {
      const name = value === 'ipv4' ? 'ip' : 'ip6';
      this.network = name;
      return { what: 'network', field, value: name };
    }
    if ((field === 'meta protocol' || field === 'ether type') && (value === 'ip' || value === 'ip6')) {
      this.network = value;
      return undefined;
    }
    return undefined;
  }

  addSet(set: Omit<FilterSet, 'name' | 'handle' | 'anonymous'>): string {
    const name = `%${this.sets.length}`;
    this.sets.push({ ...set, name, handle: 0, anonymous: true });
    return name;
  }
}

/** Types of a field or a concatenation, for sets. */
export interface KeyShape {
  readonly fields: FilterField[];
  readonly types: DataType[];
  readonly bits: number[];
  readonly text: string;
}
/** A step names one field, or several for a concatenation. */
export function stepField(key: KeyShape): FilterField | FilterField[] {
  const [first] = key.fields;
  return key.fields.length === 1 && first !== undefined ? first : key.fields;
}
/** As steps name it: the simulator's own field names leave the family out after `ct original`. */
export function filterField(text: string): FilterField {
  return text.replace('ct original ip ', 'ct original ').replace('meta mark', 'mark') as FilterField;
}
