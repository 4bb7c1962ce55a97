/** Types of named sets and maps: `ipv4_addr . inet_service`. */
import type { FilterSet } from '../../../world/network.contract';
import { type DataType, TYPES } from '../directives';

/** Types by the names that declarations use. */
const OTHER_NAMES: Readonly<Record<string, DataType>> = {
  mark: 'mark',
  devgroup: 'integer',
  string: 'ifname',
};

export function typeNamed(name: string): DataType | undefined {
  if (name in TYPES && name !== 'hour' && name !== 'integer') return name as DataType;
  return OTHER_NAMES[name];
}
export function keyTypesOf(set: FilterSet): DataType[] {
  return set.type.split(' . ') as DataType[];
}
export function dataTypesOf(set: FilterSet): DataType[] | undefined {
  return set.map === undefined ? undefined : (set.map.split(' . ') as DataType[]);
}
