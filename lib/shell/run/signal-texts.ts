/** strsignal(3) as bash prints it. */
const SIGNAL_TEXTS: Readonly<Record<string, string>> = {
  HUP: 'Hangup',
  QUIT: 'Quit',
  ILL: 'Illegal instruction',
  TRAP: 'Trace/breakpoint trap',
  ABRT: 'Aborted',
  BUS: 'Bus error',
  FPE: 'Floating point exception',
  KILL: 'Killed',
  USR1: 'User defined signal 1',
  SEGV: 'Segmentation fault',
  USR2: 'User defined signal 2',
  ALRM: 'Alarm clock',
  TERM: 'Terminated',
  STKFLT: 'Stack fault',
  XCPU: 'CPU time limit exceeded',
  XFSZ: 'File size limit exceeded',
  VTALRM: 'Virtual timer expired',
  PROF: 'Profiling timer expired',
  IO: 'I/O possible',
  PWR: 'Power failure',
  SYS: 'Bad system call',
  INT: 'Interrupt',
  PIPE: 'Broken pipe',
};

export function signalText(signal: string): string {
  return SIGNAL_TEXTS[signal] ?? signal;
}
