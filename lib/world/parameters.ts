/** Parameters of fault and objective kinds: schema, forms and help are made from these tables. */
export type ParameterType =
  | 'host'
  | 'interface'
  | 'duration'
  | 'number'
  | 'text'
  | 'path'
  | 'choice'
  | 'flag'
  | 'unit';
/** One parameter of a fault or objective; schema, form and help are made from it. */
export interface Parameter {
  name: string;
  type: ParameterType;
  required: boolean;
  description: string;
  choices?: readonly string[];
}
/** Values as the scenario loader leaves them: durations in microseconds, hosts resolved to a name. */
export type ParameterValues = Readonly<Record<string, string | number | boolean>>;

export function textOf(values: ParameterValues, name: string): string {
  const value = values[name];
  return value === undefined ? '' : String(value);
}
export function numberOf(values: ParameterValues, name: string, fallback: number): number {
  const value = values[name];
  return typeof value === 'number' ? value : fallback;
}
export const HOST: Parameter = { name: 'host', type: 'host', required: true, description: 'Which machine.' };
