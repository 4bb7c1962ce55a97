/** Statements that write: marks, metadata, fields of headers. Source: nft(8) "PAYLOAD STATEMENT", "META STATEMENT", "CT STATEMENT". */
import type { BitOperation } from '../../../world/packet-filter.contract';
import { type DataType, TYPES } from '../directives';
import type { FieldInfo } from '../fields';
import type { Expression, Place, Statement } from '../parse/tree';
import { type BitField, bitField, type ComputeStep, constant } from './bits';
import { type RuleContext, stepField } from './context';
import { anonymousMap, checkTypes, findSet, keyOf } from './match';
import { dataTypesOf } from './set-types';
import { type EvaluationTrouble, refuse } from './values';

type Write = Statement & { kind: 'set-value' };

/** What may be written of metadata, and which of it the packet filter keeps. */
const META_WRITTEN: Readonly<Record<string, 'priority' | 'nothing'>> = {
  'meta priority': 'priority',
  'meta nftrace': 'nothing',
  'meta pkttype': 'nothing',
  'ct event': 'nothing',
};
/** Fields of packets here that are written for good. */
const HEADERS_WRITTEN: Readonly<Record<string, 'ttl' | 'dscp' | 'ecn'>> = {
  'ip ttl': 'ttl',
  'ip dscp': 'dscp',
  'ip ecn': 'ecn',
};
const UNSUPPORTED = 'Operation not supported';

export function evaluateWrite(context: RuleContext, statement: Write): void {
  const { target, place } = statement;
  if (target.kind !== 'field') throw refuse(target.place, 'No symbol type information');
  const info = context.field(target.name, target.place);
  const value = valueOf(context, info, statement);
  const said = `${info.text} set ${value.text}`;
  if (info.text === 'meta mark' || info.text === 'ct mark') {
    context.steps.push(...value.steps, {
      step: 'set-mark',
      target: info.text === 'ct mark' ? 'ct' : 'meta',
      value: value.number ?? 0,
      ...(value.isGenerated ? { source: 'generated' as const } : {}),
      ...(value.map === undefined ? {} : { map: value.map }),
    });
    context.say(said);
    return;
  }
  if (
    /^(?:meta|iif|oif|ct state|ct status|ct direction)/.test(info.text) &&
    META_WRITTEN[info.text] === undefined
  )
    context.refusals.push({ message: UNSUPPORTED, place });
  else if (info.text === 'meta pkttype') context.placement = 'prerouting';
  else pushWrite(context, info, value, place);
  context.say(said);
}

function pushWrite(context: RuleContext, info: FieldInfo, value: Written, place: Place): void {
  const header = HEADERS_WRITTEN[info.text];
  const kept = META_WRITTEN[info.text];
  if (kept === 'nothing') return;
  if (info.text.startsWith('tcp option')) {
    const width = info.bits;
    if (info.text === 'tcp option maxseg size') context.steps.push(...value.steps, { step: 'tcp-option' });
    else if (width !== 16 && width !== 32) context.refusals.push({ message: UNSUPPORTED, place });
    else throw refuse(place, `not modelled: writing ${info.text}`);
    return;
  }
  if (info.text.startsWith('ip option')) {
    context.refusals.push({ message: UNSUPPORTED, place });
    return;
  }
  if (header === undefined && kept === undefined) {
    // Headers that no packet here has are never written.
    if (info.needs === undefined || !NOT_HERE.has(info.needs))
      throw refuse(place, `not modelled: writing ${info.text}`);
    context.steps.push({ step: 'match', field: 'never', op: '==', values: [] });
    return;
  }
  context.steps.push(...value.steps, {
    step: 'set-field',
    field: header ?? 'priority',
    value: value.number ?? 0,
    ...(value.isGenerated ? { source: 'generated' as const } : {}),
    ...(value.map === undefined ? {} : { map: value.map }),
  });
}
const NOT_HERE = new Set<string>([
  'ip6',
  'arp',
  'vlan',
  'udplite',
  'sctp',
  'dccp',
  'ah',
  'esp',
  'comp',
  'igmp',
  'icmpv6',
]);

interface Written {
  readonly text: string;
  readonly steps: ComputeStep[];
  readonly number?: number;
  readonly isGenerated?: boolean;
  readonly map?: { field: ReturnType<typeof stepField>; set: string };
}

function valueOf(context: RuleContext, info: FieldInfo, { value, target }: Write): Written {
  const { values } = context;
  const { type } = info;
  switch (value.kind) {
    case 'map': {
      const key = keyOf(context, value.key);
      const field = stepField(key);
      if (value.data.kind === 'reference') {
        const set = findSet(context, value.data);
        const { name } = set;
        if (set.map === undefined) throw refuse(value.data.place, 'Expression is not a map');
        checkTypes(key, set, value.data.place, value.key.place, { isMap: true });
        const [data = 'verdict'] = dataTypesOf(set) ?? [];
        if (data !== type) throw mismatch(info, TYPES[data].title, value.place, target.place);
        return { text: `${key.text} map @${name}`, steps: [], map: { field, set: name } };
      }
      const { name, text } = anonymousMap(context, key, value.data, [type]);
      return { text: `${key.text} map { ${text} }`, steps: [], map: { field, set: name } };
    }
    case 'generator':
      return { text: keyOf(context, value).text, steps: [], isGenerated: true };
    case 'field': {
      const source = context.field(value.name, value.place);
      checkType(info, source, value.place, target.place);
      return fieldValue(source, []);
    }
    case 'binary':
      if (!isConstant(value)) {
        const found = bitField(context, value);
        checkType(info, found.info, value.place, target.place);
        return { ...fieldValue(found.info, found.operations), text: bitsSaid(context, found) };
      }
      return constantValue(context, info, constant(values, value, type));
    case 'list':
      return constantValue(context, info, values.range(value, type).lo);
    default:
      if (value.kind === 'range')
        throw refuse(value.place, 'Binary operation (<<) is undefined for range expressions', target.place);
      return constantValue(context, info, values.single(value, type, info.bits));
  }
}
function fieldValue(source: FieldInfo, operations: BitOperation[]): Written {
  return {
    text: source.text,
    steps: [{ step: 'compute', field: source.evaluates, operations }],
    isGenerated: true,
  };
}
function bitsSaid(context: RuleContext, found: BitField): string {
  // A shifted mark is a plain number.
  return found.operations.some(({ operator }) => operator.length === 2)
    ? [
        found.info.text,
        ...found.operations.map(
          ({ operator, value }) =>
            `${operator} ${operator.length === 2 ? value : context.values.text(value, found.info.type)}`,
        ),
      ].join(' ')
    : found.text;
}
function constantValue(context: RuleContext, { type }: FieldInfo, value: number | string): Written {
  const shown = context.values.text(value, type);
  return {
    text: TYPES[type].bitmask === true && type !== 'ct_event' ? shown.replaceAll(',', ' | ') : shown,
    steps: [],
    ...(typeof value === 'number' ? { number: value } : {}),
  };
}
function isConstant(expression: Expression): boolean {
  return expression.kind === 'binary'
    ? isConstant(expression.left) && isConstant(expression.right)
    : expression.kind === 'number' || expression.kind === 'symbol';
}
/** Plain numbers of the same width go anywhere; anything else only to its own kind. */
function checkType(target: FieldInfo, source: FieldInfo, place: Place, left: Place): void {
  if (target.type === source.type && target.bits === source.bits) return;
  if (source.type === 'integer' && target.bits === source.bits) return;
  const title = (type: DataType): string => TYPES[type].title;
  const length = source.type === 'integer' ? ` with length ${source.bits}` : '';
  throw mismatch(target, `${title(source.type)}${length}`, place, left);
}
function mismatch(target: FieldInfo, found: string, place: Place, left: Place): EvaluationTrouble {
  return refuse(
    place,
    `datatype mismatch: expected ${TYPES[target.type].title}, expression has type ${found}`,
    {
      ...left,
      end: place.end,
    },
  );
}
