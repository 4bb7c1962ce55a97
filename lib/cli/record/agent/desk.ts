import type { Ran } from '../protocol';
export function answered(_n: number, _ran: Ran): void {}
