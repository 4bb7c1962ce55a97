/** `nft describe`: what an expression or a type is, and the names of its values. Source: nft(8) "ADDITIONAL COMMANDS"; recorded with 1.0.6. */
import { type DataType, type TypeInfo, TYPES, typeNamed } from '../directives';
import { fieldNamed } from '../fields';
import type { Expression } from '../parse/tree';

/** Types whose values are listed in hexadecimal. */
const IN_HEX = new Set<DataType>([
  'dscp',
  'tcp_flag',
  'ct_state',
  'ct_status',
  'ether_type',
  'arp_op',
  'dccp_pkttype',
  'ct_event',
]);
const WITHOUT_BASE = new Set<DataType>(['integer', 'raw', 'string', 'verdict']);
const NAME_WIDTH = 30;
const DECIMAL_WIDTH = 20;

export function describeText(expression: Expression): string {
  if (expression.kind === 'symbol') {
    const type = typeNamed(expression.text);
    if (type === undefined) return 'symbol expression, datatype invalid (invalid)';
    return `datatype ${typeText(type, TYPES[type].bits, 'bits')}`;
  }
  if (expression.kind === 'generator') {
    const kind = expression.mode === 'jhash' || expression.mode === 'symhash' ? 'hash' : 'numgen';
    return `${kind} expression, datatype ${typeText('integer', TYPES.integer.bits, 'bits')}`;
  }
  const field = expression.kind === 'field' ? fieldNamed(expression.name) : undefined;
  if (field === undefined || expression.kind !== 'field')
    return 'symbol expression, datatype invalid (invalid)';
  const { type, bits } = field;
  const isText = type === 'ifname' || type === 'string';
  return `${kindOf(expression.name)} expression, datatype ${typeText(type, isText ? bits / 8 : bits, isText ? 'characters' : 'bits')}`;
}

function kindOf(name: string): string {
  const [head = '', second = ''] = name.split(' ');
  if (/^(?:meta|[io]if)/.test(head)) return 'meta';
  if (['ct', 'fib', 'osf'].includes(head)) return head;
  if (head === 'ipsec') return 'xfrm';
  if (head === 'rt' && !['nexthdr', 'hdrlength', 'type', 'seg-left'].includes(second)) return 'rt';
  const isExtension = ['hbh', 'rt', 'rt0', 'rt2', 'srh', 'frag', 'dst', 'mh', 'exthdr'].includes(head);
  return isExtension || second === 'option' || second === 'chunk' ? 'exthdr' : 'payload';
}

function typeText(type: DataType, size: number, unit: string): string {
  const info = TYPES[type];
  const width = type === 'verdict' ? 0 : size;
  return `${type === 'raw' ? 'integer' : type} (${info.title})${baseText(type, info)}, ${width} ${unit}\n${valuesText(type, info)}`;
}
function baseText(type: DataType, { bitmask }: TypeInfo): string {
  if (WITHOUT_BASE.has(type)) return '';
  if (bitmask === true) return ' (basetype bitmask, integer)';
  if (type === 'ether_addr') return ' (basetype link layer address, integer)';
  return type === 'ifname' ? ' (basetype string)' : ' (basetype integer)';
}
function valuesText(type: DataType, { names, bits }: TypeInfo): string {
  if (names === undefined || type === 'devgroup' || type === 'realm') return '';
  const pad = (name: string): string => name.padEnd(NAME_WIDTH);
  const rows = Object.entries(names);
  if (type === 'inet_proto')
    return rows
      .filter(([, value], index) => rows.findIndex(([, other]) => other === value) === index)
      .map(([name, value]) => `\t${pad(name)}\t${value}\n`)
      .join('');
  const isHex = IN_HEX.has(type);
  const shown = rows.map(([name, value]) => {
    const own = type === 'ether_type' ? ((value & 0xff) << 8) | (value >> 8) : value;
    const text = isHex
      ? `0x${own.toString(16).padStart(Math.ceil(bits / 8) * 2, '0')}`
      : String(value).padStart(DECIMAL_WIDTH);
    return `\t${pad(name)}\t${text}\n`;
  });
  return `\npre-defined symbolic constants (in ${isHex ? 'hexadecimal' : 'decimal'}):\n${shown.join('')}`;
}
