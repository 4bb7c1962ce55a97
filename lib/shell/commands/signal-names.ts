/** Signals as people write them: `9`, `KILL`, `SIGKILL`, `kill`. */
import type { SignalName } from '../../world/process.contract';
import { isSignalName, signalName, SIGNAL_NUMBERS } from '../../world/signals';

/** The signal; 0 only asks whether the process is there. */
export function parseSignal(text: string): SignalName | 0 | undefined {
  if (text === '0') return 0;
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    return signalName(number > 128 ? number - 128 : number);
  }
  const name = text.toUpperCase().replace(/^SIG/, '');
  if (name === 'EXIT') return 0;
  if (name === 'CLD') return 'CHLD';
  if (name === 'POLL') return 'IO';
  return isSignalName(name) ? name : undefined;
}

/** In the order of their numbers. */
export function signalTable(): { name: SignalName; number: number }[] {
  return Object.entries(SIGNAL_NUMBERS)
    .map(([name, number]) => ({ name: name as SignalName, number }))
    .sort((a, b) => a.number - b.number);
}
