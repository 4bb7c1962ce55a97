/** What is known while a rule is read from left to right: protocols, pieces of its text, steps, and what the kernel will be asked. */
import type {
  Family,
  FilterField,
  FilterObject,
  FilterSet,
  FilterStep,
} from '../../../world/packet-filter.contract';
import { type DataType, TYPES } from '../directives';
import { fieldAt, FIELDS, type FieldInfo, fieldNamed, type Need } from '../fields';
import type { Place } from '../parse/tree';
import { type EvaluationTrouble, refuse, type Values } from './values';

/** One stretch of the rule's text. `implies`: it may go when a later match says the same. */
export interface Piece {
  text: string;
  removed: boolean;
  implies: { what: 'link' | 'network' | 'transport'; field: string; value: string } | undefined;
}

/** Fields that only some types of ICMP have. */
const TYPES_WITH_FIELD: Readonly<Record<string, readonly (readonly [name: string, number: number])[]>> = {
  'icmp id': [
    ['echo-reply', 0],
    ['echo-request', 8],
  ],
  'icmp sequence': [
    ['echo-reply', 0],
    ['echo-request', 8],
  ],
  'icmp mtu': [['destination-unreachable', 3]],
  'icmp gateway': [['redirect', 5]],
  'icmpv6 id': [
    ['echo-request', 128],
    ['echo-reply', 129],
  ],
  'icmpv6 sequence': [
    ['echo-request', 128],
    ['echo-reply', 129],
  ],
  'icmpv6 mtu': [['packet-too-big', 2]],
  'icmpv6 parameter-problem': [['parameter-problem', 4]],
  'icmpv6 max-delay': [['mld-listener-query', 130]],
};

/** What rules may name in their table. */
export interface TableView {
  readonly family: Family;
  set(name: string): FilterSet | undefined;
  /** What is wrong when the table itself is not there. */
  absent?(): EvaluationTrouble | undefined;
  /** What may have been meant by the name of a set that is not there. */
  like?(name: string): string | undefined;
}

/** What rules point to; of the last two there is none here. */
export type ReferredType = FilterObject['type'] | 'flowtable' | 'secmark';

export interface EvaluatedRule {
  readonly text: string;
  readonly steps: FilterStep[];
  /** Anonymous sets, under local names `%0`, `%1` … */
  readonly sets: FilterSet[];
  /** Where each of them is written. */
  readonly setPlaces: readonly Place[];
  /** `isMapped`: out of a map, where nothing is suggested. */
  readonly jumps: readonly { chain: string; place: Place; isMapped?: boolean }[];
  readonly counters: readonly { name: string; place: Place }[];
  /** Named sets, with the statements that look into them. */
  readonly references: readonly { name: string; place: Place }[];
  readonly objects: readonly { type: ReferredType; name: string; place: Place }[];
  /** Objects that maps of the rule lead to. */
  readonly mapped: readonly { type: string; name: string; place: Place }[];
  /** Sets of meters, to be made when they are not there. */
  readonly meters: readonly FilterSet[];
  /** Names of sets that the rule fills. */
  readonly filled: readonly string[];
  readonly nats: readonly ('snat' | 'dnat' | 'masquerade' | 'redirect')[];
  readonly refusals: readonly { message: string; place: Place }[];
  /** The only hook that the rule may stand at. */
  readonly placement: 'prerouting' | undefined;
  readonly comment: string | undefined;
}

export class RuleContext implements EvaluatedRule {
  readonly pieces: Piece[] = [];
  readonly steps: FilterStep[] = [];
  readonly sets: FilterSet[] = [];
  readonly setPlaces: Place[] = [];
  readonly jumps: { chain: string; place: Place; isMapped?: boolean }[] = [];
  readonly counters: { name: string; place: Place }[] = [];
  readonly references: { name: string; place: Place }[] = [];
  readonly objects: { type: ReferredType; name: string; place: Place }[] = [];
  readonly mapped: { type: string; name: string; place: Place }[] = [];
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
  /** Where the network protocol was settled. */
  networkPlace: Place | undefined;
  #actedAt = 0;
  placement: 'prerouting' | undefined;
  comment: string | undefined;
  /** Types of ICMP that packets have here. */
  icmpType: readonly number[] | undefined;
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
    const said: string[] = [];
    for (const { text, removed } of this.pieces) if (!removed) said.push(text);
    return said.join(' ');
  }

  /** A field's table row, after its protocols have been settled. `th` becomes the transport's own header. */
  field(name: string, place: Place): FieldInfo {
    const info = this.#named(name, place);
    if (info === undefined) throw refuse(place, `not modelled: ${name}`);
    this.#need(info, place);
    if (name === 'meta nfproto' && this.table.family !== 'inet')
      throw refuse(place, 'meta nfproto is only useful in the inet family');
    if (
      info.text.startsWith('th ') &&
      !this.isOneOf &&
      (this.transport === 'tcp' || this.transport === 'udp')
    ) {
      this.#forget('transport', this.transport);
      return FIELDS.get(`${this.transport} ${info.text.slice(3)}`) ?? info;
    }
    if (info.needs === 'icmp' || info.needs === 'icmpv6') this.#needType(info, place);
    if (info.text.startsWith('ct ')) this.#needTracking(info, place);
    return info;
  }
  #named(name: string, place: Place): FieldInfo | undefined {
    const known = FIELDS.get(name);
    if (known !== undefined) return known;
    if (name === 'rt nexthop') {
      if (this.network !== 'ip' && this.network !== 'ip6')
        throw unknownVersion(place, '"ip nexthop" or "ip6 nexthop"');
      return FIELDS.get(`rt ${this.network} nexthop`);
    }
    const tuple = /^(ct (?:original|reply)) ([sd]addr)$/.exec(name);
    if (tuple !== null) {
      if (this.network !== 'ip' && this.network !== 'ip6')
        throw unknownVersion(place, '"ip saddr" or "ip6 saddr"');
      return FIELDS.get(`${tuple[1] ?? ''} ${this.network} ${tuple[2] ?? ''}`);
    }
    const raw = /^@(nh|th),(\d+),(\d+)$/.exec(name);
    if (raw === null) return fieldNamed(name);
    const [, base, offset, bits] = raw;
    const header = base === 'nh' ? this.network : ((this.isOneOf ? undefined : this.transport) ?? 'th');
    return (
      (header === undefined ? undefined : fieldAt(header, Number(offset), Number(bits))) ?? fieldNamed(name)
    );
  }
  #need({ text, needs }: FieldInfo, place: Place): void {
    switch (needs) {
      case undefined:
      case 'ether':
        return;
      case 'ip':
      case 'ip6':
      case 'arp':
        if (needs === 'ip6' && this.network === 'ip' && !text.startsWith('ip6 '))
          throw refuse(place, 'cannot use exthdr with ip');
        this.#needNetwork(needs, place);
        this.#forget('network', needs);
        return;
      case 'vlan':
        if (text === 'vlan type') this.#stateLink();
        this.#forget('link', 'vlan');
        return;
      default:
        this.#needTransport(needs, place);
    }
  }
  #needTracking({ text }: FieldInfo, place: Place): void {
    const { family } = this.table;
    // Below the network layer nothing is tracked.
    if (family === 'netdev') this.refusals.push({ message: 'Protocol error', place });
    const own = / (ip6?) [sd]addr$/.exec(text)?.[1];
    if (own === 'ip' || own === 'ip6') {
      this.#needNetwork(own, place);
      this.#forget('network', own);
    }
  }
  #needNetwork(wanted: 'ip' | 'ip6' | 'arp', place: Place): void {
    const { family } = this.table;
    if (wanted === 'arp' && family !== 'arp' && family !== 'bridge' && family !== 'netdev')
      throw refuse(place, `conflicting protocols specified: ${this.network ?? family} vs. arp`);
    if (this.network !== undefined && this.network !== wanted)
      throw refuse(place, `conflicting protocols specified: ${this.network} vs. ${wanted}`);
    this.network = wanted;
    this.networkPlace ??= place;
  }
  #needTransport(wanted: NonNullable<Need>, place: Place): void {
    const { family } = this.table;
    if (wanted === 'icmp' || wanted === 'icmpv6') {
      const network = wanted === 'icmp' ? 'ip' : 'ip6';
      if (this.network === undefined) this.networkPlace = place;
      this.network ??= network;
      this.#forget('network', network);
    }
    if (wanted === 'igmp' && this.network === undefined) {
      this.stateNetwork('ip');
      this.network = 'ip';
    }
    // Within its own family the network goes without saying.
    if (family === 'ip' || family === 'ip6') this.#forget('network', family);
    if (this.transport !== undefined && this.transport !== wanted)
      throw refuse(place, `conflicting protocols specified: ${this.transport} vs. ${wanted}`);
    this.transport = wanted;
    this.transportPlace = place;
    this.#forget('transport', wanted);
  }
  /** Says the network protocol where the family leaves it open. */
  stateNetwork(network: 'ip' | 'ip6'): void {
    const { family } = this.table;
    if (family === 'inet') this.say(`meta nfproto ${network === 'ip' ? 'ipv4' : 'ipv6'}`);
    else if (family === 'bridge' || family === 'netdev') this.say(`meta protocol ${network}`);
  }
  /** Says what bits of a header need, which their field would imply. */
  stateNeed({ needs }: FieldInfo): void {
    if (needs === 'ip' || needs === 'ip6') this.stateNetwork(needs);
    else if (needs === 'vlan') this.#stateLink();
    else if (needs !== undefined) this.say(`meta l4proto ${needs}`);
  }
  #stateLink(): void {
    const { family } = this.table;
    const isSaid = this.pieces.some(
      ({ text }) => text.startsWith('ether type 8021q') || text.startsWith('vlan '),
    );
    if ((family === 'bridge' || family === 'netdev' || family === 'inet') && !isSaid)
      this.say('ether type 8021q');
  }
  /** Types of ICMP that have a field; one of several is said, a single one goes without saying. */
  #needType({ text, needs }: FieldInfo, place: Place): void {
    const types = TYPES_WITH_FIELD[text];
    if (types === undefined) return;
    const known = this.icmpType;
    if (known === undefined) {
      if (types.length > 1) this.say(`${needs ?? ''} type { ${types.map(([name]) => name).join(', ')} }`);
      if (needs === 'icmp')
        this.steps.push({
          step: 'match',
          field: 'icmp type',
          op: '==',
          values: types.map(([, number]) => ({ lo: number, hi: number })),
        });
      this.icmpType = types.map(([, number]) => number);
      return;
    }
    const [first] = known;
    if (first !== undefined && !types.some(([, number]) => number === first))
      throw refuse(place, `incompatible icmp match: rule has ${first}, need ${types[0]?.[1] ?? 0}`);
    if (types.length === 1)
      for (const piece of this.pieces)
        if (piece.text === `${needs ?? ''} type ${types[0]?.[0] ?? ''}`) piece.removed = true;
  }

  /** Something other than a match was said: nft no longer takes back what stands before it. */
  acted(): void {
    this.#actedAt = this.pieces.length;
  }
  get hasActed(): boolean {
    return this.#actedAt > 0;
  }
  /** A match that a later statement needs comes first of all, so that nothing before that statement acts in vain. */
  needFirst(text: string | undefined, step?: FilterStep): void {
    if (step !== undefined) this.steps.unshift(step);
    if (text === undefined) return;
    this.pieces.unshift({ text, removed: false, implies: undefined });
    this.#actedAt += 1;
  }
  /** Drops the earlier words that only said what a later match implies. */
  #forget(what: 'link' | 'network' | 'transport', value: string): void {
    for (const piece of this.pieces.slice(this.#actedAt)) {
      const { implies } = piece;
      if (implies === undefined || implies.what !== what || implies.value !== value) continue;
      if (this.#goesWithoutSaying(implies.field)) piece.removed = true;
    }
  }
  #goesWithoutSaying(field: string): boolean {
    const { family } = this.table;
    if (field === 'meta protocol') return family !== 'inet';
    if (field === 'ip protocol' || field === 'ip6 nexthdr') return family === 'ip' || family === 'ip6';
    return true;
  }
  forgetNetwork(value: string): void {
    this.#forget('network', value);
  }
  forgetTransport(value: string): void {
    const { family } = this.table;
    if (family === 'ip' || family === 'ip6') this.#forget('transport', value);
  }

  /** A match of `meta l4proto` and its like settles a protocol. */
  settle(field: string, value: string, place: Place): Piece['implies'] {
    switch (field) {
      case 'meta l4proto':
      case 'ip protocol':
      case 'ip6 nexthdr': {
        const name = value === 'ipv6-icmp' ? 'icmpv6' : value === 'ipcomp' ? 'comp' : value;
        if (name === 'icmp' || name === 'icmpv6') this.#forget('network', name === 'icmp' ? 'ip' : 'ip6');
        this.transport = name;
        this.transportPlace = place;
        return { what: 'transport', field, value: name };
      }
      case 'meta nfproto': {
        const name = value === 'ipv4' ? 'ip' : 'ip6';
        this.network = name;
        return { what: 'network', field, value: name };
      }
      case 'meta protocol':
      case 'ether type': {
        const { family } = this.table;
        if (value === '8021q') return { what: 'link', field, value: 'vlan' };
        if (value !== 'ip' && value !== 'ip6' && value !== 'arp') return undefined;
        if (family !== 'ip' && family !== 'ip6' && family !== 'arp') this.network = value;
        else if (field === 'ether type' && family !== value) this.network = value;
        return { what: 'network', field, value };
      }
      case 'icmp type':
      case 'icmpv6 type': {
        const number =
          TYPES[field === 'icmp type' ? 'icmp_type' : 'icmpv6_type'].names?.[value] ?? Number(value);
        this.icmpType = [number];
        return undefined;
      }
      default:
        return undefined;
    }
  }

  addSet(set: Omit<FilterSet, 'name' | 'handle' | 'anonymous'>, place: Place): string {
    const name = `%${this.sets.length}`;
    this.sets.push(Object.assign(set, { name, handle: 0, anonymous: true }));
    this.setPlaces.push(place);
    return name;
  }
}

function unknownVersion(place: Place, instead: string): EvaluationTrouble {
  return refuse(place, `cannot determine ip protocol version, use ${instead} instead`);
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
