/** Parameters of fault and objective kinds: schema, forms and help are made from these tables. */
export type ParameterType =
  | 'host'
  | 'hosts'
  | 'interface'
  | 'zone'
  | 'address'
  /** A traffic source of the lab. */
  | 'source'
  /** An event of the timeline or an objective. */
  | 'moment'
  /** An entry of `pager`. */
  | 'alert'
  /** A certificate authority of the lab. */
  | 'authority'
  | 'duration'
  | 'number'
  /** 0 to 1. */
  | 'share'
  | 'text'
  | 'texts'
  /** A matrix of `FROM -> TO:PORT open|closed`; FROM and TO are hosts, zones or (TO) addresses. */
  | 'paths'
  | 'path'
  | 'choice'
  | 'flag'
  | 'unit'
  /** A user of the lab or of the system. */
  | 'user'
  /** The mode of a file in octal. */
  | 'mode'
  /** Another objective kind with its parameters, or several. */
  | 'condition'
  | 'conditions';
/** One parameter of a fault or objective; schema, form and help are made from it. */
export interface Parameter {
  name: string;
  type: ParameterType;
  required: boolean;
  description: string;
  choices?: readonly string[];
}
/** A condition inside a condition: its kind, what the registry of kinds has for it, and its own values. */
export interface NestedKind {
  kind: string;
  definition: unknown;
  values: ParameterValues;
}
export type ParameterValue = string | number | boolean | readonly string[] | readonly NestedKind[];
/** Values as the scenario loader leaves them: durations in microseconds, hosts resolved to a name. */
export type ParameterValues = Readonly<{ [name: string]: ParameterValue }>;

export function textOf(values: ParameterValues, name: string): string {
  const value = values[name];
  return value === undefined || typeof value === 'object' ? '' : String(value);
}
export function numberOf(values: ParameterValues, name: string, fallback: number): number {
  const value = values[name];
  return typeof value === 'number' ? value : fallback;
}
/** A list of texts; a single one counts as a list of one. */
export function textsOf(values: ParameterValues, name: string): string[] {
  const value = values[name];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
/** The list itself, so that it can be known again. */
export function nestedOf(values: ParameterValues, name: string): readonly NestedKind[] {
  const value = values[name];
  return isNested(value) ? value : [];
}
function isNested(value: ParameterValue | undefined): value is readonly NestedKind[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'object');
}
export const HOST: Parameter = { name: 'host', type: 'host', required: true, description: 'Which machine.' };
