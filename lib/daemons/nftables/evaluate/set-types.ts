/** Types of named sets and maps: `ipv4_addr . inet_service`. */
import type { FilterSet } from '../../../world/packet-filter.contract';
import type { DataType } from '../directives';

export function keyTypesOf(set: FilterSet): DataType[] {
  return set.type.split(' . ') as DataType[];
}
/** What a map may lead to beside values: objects of the table, by their names. */
export const OBJECT_TYPES: ReadonlySet<string> = new Set([
  'counter',
  'quota',
  'limit',
  'synproxy',
  'secmark',
]);

export function dataTypesOf(set: FilterSet): DataType[] | undefined {
  return set.map?.split(' . ').map((type) => (OBJECT_TYPES.has(type) ? 'string' : (type as DataType)));
}
