/** How systemctl prints: times, sizes, tables, colours on terminals. */
import { strftime } from '../../../std/civil';
import type { ProgramContext, Wait, Wake } from '../../../world/process.contract';
import type { Manager } from '../manager';

export type Run<T> = Generator<Wait, T, Wake>;
/** What the options say, for every verb. */
export interface Options {
  types: string[];
  states: string[];
  properties: string[];
  all: boolean;
  value: boolean;
  failed: boolean;
  quiet: boolean;
  block: boolean;
  legend: boolean;
  now: boolean;
  force: number;
  runtime: boolean;
  full: boolean;
  editFull: boolean;
  showTransaction: boolean;
  lines: number;
  output: string;
  signal: string;
  whom: string;
  reload: boolean;
  reverse: boolean;
  plain: boolean;
  jobMode: string;
  /** Kinds of directories that `clean` removes. */
  what: string[];
  before: boolean;
  after: boolean;
  message: string;
  dropIn: string;
  wait: boolean;
}
export interface Call {
  context: ProgramContext;
  manager: Manager;
  options: Options;
  args: readonly string[];
  color: boolean;
}
export function formatTimestamp(micros: number): string {
  return strftime('%a %Y-%m-%d %H:%M:%S UTC', micros);
}
/** `472.0K`, `8.9M`: base 1024, one digit, as format_bytes() prints. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'K', 'M', 'G', 'T'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  if (unit === 0) return `${Math.floor(value)}B`;
  return `${(Math.floor(value * 10) / 10).toFixed(1)}${units[unit] ?? ''}`;
}
const ESCAPE = '\u001b';
export const COLORS = {
  good: '0;1;32',
  bad: '0;1;31',
  warn: '0;1;33',
  dim: '0;38;5;245',
  bold: '0;1;39',
} as const;
export function paint(text: string, color: keyof typeof COLORS, isOn: boolean): string {
  return isOn && text !== '' ? `${ESCAPE}[${COLORS[color]}m${text}${ESCAPE}[0m` : text;
}
export function underline(text: string, isOn: boolean): string {
  return isOn ? `${ESCAPE}[0;1;4;39m${text}${ESCAPE}[0m` : text;
}
/** Columns as wide as their widest cell, one blank between; the last is not padded. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, [...cell].length)));
  return rows.map((row) =>
    row
      .map((cell, i) =>
        i === row.length - 1 ? cell : cell + ' '.repeat(Math.max(0, (widths[i] ?? 0) - [...cell].length)),
      )
      .join(' '),
  );
}
export function bullet(active: string): string {
  return active === 'failed' ? '×' : active === 'inactive' ? '○' : '●';
}
export function bulletColor(active: string): keyof typeof COLORS | undefined {
  if (active === 'failed') return 'bad';
  if (active === 'active' || active === 'reloading') return 'good';
  return active === 'activating' || active === 'deactivating' ? 'warn' : undefined;
}
