/**
 * Sockets that take datagrams: /dev/log, syslog's UDP port, and those for sd_notify. Node has no Unix
 * datagram sockets; perl-base, which is on every Debian, has.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { INSIDE } from '../plan';
import { clock } from '../protocol';
import { tell } from './tell';

const NOTIFY_SOCKETS = 8;
const PROGRAM = `
use Socket; $| = 1; my @all; my $bits = '';
for my $path (@ARGV) {
  my $s;
  if ($path eq 'udp') { socket($s, AF_INET, SOCK_DGRAM, 0); bind($s, sockaddr_in(514, inet_aton('127.0.0.1'))) or next; }
  else { socket($s, AF_UNIX, SOCK_DGRAM, 0); bind($s, sockaddr_un($path)) or next; chmod 0666, $path; }
  push @all, [$s, $path]; vec($bits, fileno($s), 1) = 1;
}
print "ready\\tready\\n";
while (1) {
  select(my $ready = $bits, undef, undef, undef);
  for my $one (@all) {
    next unless vec($ready, fileno($one->[0]), 1);
    recv($one->[0], my $text, 65535, 0); $text =~ s/\\n+$//; $text =~ s/\\n/\\x1f/g; $text =~ s/\\0//g;
    print "$one->[1]\\t$text\\n";
  }
}`;

type Listener = (lines: string[]) => void;
const listeners = new Map<string, Listener>();
let next = 0;
let isOpen: () => void = () => undefined;
const opened = new Promise<void>((resolve) => {
  isOpen = resolve;
});

export function openMailboxes(): void {
  const paths = [
    '/run/systemd/journal/dev-log',
    'udp',
    ...Array.from({ length: NOTIFY_SOCKETS }, (_, i) => `${INSIDE}/notify${i}`),
  ];
  const child = spawn('perl', ['-e', PROGRAM, ...paths], { stdio: ['ignore', 'pipe', 'inherit'] });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const tab = line.indexOf('\t');
    const [path, text] = [line.slice(0, tab), line.slice(tab + 1)];
    const listener = listeners.get(path);
    if (path === 'ready') isOpen();
    else if (listener !== undefined) listener(text.split('\x1f'));
    else if (!path.startsWith(INSIDE))
      tell({ event: 'log', at: clock(), service: 'syslog', line: plain(text) });
  });
}
function plain(text: string): string {
  return text.replace(/^<\d+>/, '').replace(/^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d /, '');
}
/** A socket for one start of a service; an earlier start that used it is not heard any more. */
export async function notifySocket(listen: Listener): Promise<string> {
  await opened;
  const path = `${INSIDE}/notify${next++ % NOTIFY_SOCKETS}`;
  listeners.set(path, listen);
  return path;
}
