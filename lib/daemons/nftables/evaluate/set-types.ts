/** Types of named sets and maps: `ipv4_addr . inet_service`. */
import type { FilterSet } from '../../../world/network.contract';
import type { DataType } from '../directives';

export function keyTypesOf(set: FilterSet): DataType[] {
  return set.type.split(' . ') as DataType[];
}
export function dataTypesOf(set: FilterSet): DataType[] | undefined {
  return set.map === undefined ? undefined : (set.map.split(' . ') as DataType[]);
}
