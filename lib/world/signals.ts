/** Signal numbers of Linux on x86_64 and what a process does with them by default. Source: signal(7). */
import type { SignalName } from './process.contract';

export const SIGNAL_NUMBERS: Readonly<Record<SignalName, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  STKFLT: 16,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  WINCH: 28,
  IO: 29,
  PWR: 30,
  SYS: 31,
};
const NAMES = new Map<number, SignalName>();
for (const [name, number] of Object.entries(SIGNAL_NUMBERS)) NAMES.set(number, name as SignalName);

export function signalName(number: number): SignalName | undefined {
  return NAMES.get(number);
}
export function isSignalName(text: string): text is SignalName {
  return Object.hasOwn(SIGNAL_NUMBERS, text);
}

export type DefaultAction = 'terminate' | 'ignore' | 'stop' | 'continue';
export function defaultAction(signal: SignalName): DefaultAction {
  switch (signal) {
    case 'CHLD':
    case 'URG':
    case 'WINCH':
      return 'ignore';
    case 'STOP':
    case 'TSTP':
    case 'TTIN':
    case 'TTOU':
      return 'stop';
    case 'CONT':
      return 'continue';
    default:
      return 'terminate';
  }
}
