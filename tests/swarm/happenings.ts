/** What happens to a lab: faults of every kind with parameters drawn from their own tables, and a learner who types. */
import { FAULTS } from '../../lib/faults/registry';
import type { RunInput } from '../../lib/session/messages';
import { formatIPv4 } from '../../lib/std/ipv4';
import type { RandomStream } from '../../lib/std/random';
import type { Parameter } from '../../lib/world/parameters';
import type { SimulatedWorld } from '../../lib/world/world';
import type { DrawnLab } from './lab';

/** Lines that somebody might type: harmless, long, loud, or wrong. */
const LINES = [
  'ls -l /etc',
  'ping -c 3 shop.example',
  'curl -sS -m 3 http://shop.example/',
  'ip -br addr',
  'ss -tan',
  'ps aux',
  'journalctl -n 5 --no-pager',
  'systemctl status ssh --no-pager',
  'sudo systemctl restart cron',
  'for i in 1 2 3; do echo $i; sleep 1; done',
  'sleep 20 & jobs',
  'cat /etc/hosts | sort | uniq -c',
  'dd if=/dev/zero of=/tmp/x bs=1M count=3; rm /tmp/x',
  'mkdir -p /tmp/a/b; mv /tmp/a /tmp/c',
  'ln /etc/hosts /tmp/h; rm -f /tmp/h',
  'yes | head -n 1000 | wc -l',
  'nosuchcommand',
  'echo "open',
  '"',
  'sudo nft list ruleset',
  'sudo tcpdump -c 2 -n -i any',
  'ping shop.example',
  'top',
  'sudo journalctl -f',
  'ssh -o ConnectTimeout=2 app1',
  'ssh lb1',
  'exit',
  'nc -zv -w 2 shop.example 80',
  'sudo conntrack -L',
  'vi /etc/hosts',
  'python3',
  'find / -name "*.conf" | wc -l',
  'kill %1',
  'bash',
  'timeout 2 cat',
  'sudo reboot',
];
/** What a colleague runs as root. */
const COMMANDS = [
  'systemctl restart haproxy',
  'systemctl stop keepalived',
  'systemctl restart shop',
  'systemctl daemon-reload',
  'nft flush ruleset',
  'nft -f /etc/nftables.conf',
  'sysctl -w net.ipv4.ip_forward=0',
  'ip link set eth0 down; sleep 3; ip link set eth0 up',
  'systemctl restart networking',
  'pkill -9 haproxy',
  'systemctl reload haproxy',
  'systemctl mask --now haproxy',
  'systemctl isolate rescue.target',
  'rm -rf /var/log/*',
  'mount -t tmpfs none /mnt; echo x > /mnt/x; umount /mnt',
  'ip addr add 10.0.1.77/24 dev eth0',
  'ip route flush cache; ip neigh flush all',
  'head -c 3000000 /dev/zero > /var/tmp/big',
  'rm -f /var/tmp/big',
  'hostnamectl set-hostname other',
  'shutdown -h now',
  'crontab -r; echo "* * * * * date >> /tmp/dates" | crontab -',
  'systemctl enable --now cron; systemctl kill -s KILL cron',
];
const PROCESSES = ['haproxy', 'keepalived', 'shop', 'loadgen', 'sshd', 'cron', 'systemd-journal', 'bash'];
const PATHS = [
  '/etc/haproxy/haproxy.cfg',
  '/etc/keepalived/keepalived.conf',
  '/etc/nftables.conf',
  '/etc/shop.conf',
  '/etc/hosts',
  '/etc/passwd',
  '/etc/network/interfaces',
  '/etc/resolv.conf',
  '/lib/systemd/system/haproxy.service',
];

/** So much later something happens. */
export interface Happening {
  after: number;
  input: RunInput;
}

export function draw(random: RandomStream, lab: DrawnLab, world: SimulatedWorld): Happening {
  const after = Math.floor(random.exponential(4_000_000));
  return { after, input: drawInput(random, lab, world) };
}
function drawInput(random: RandomStream, lab: DrawnLab, world: SimulatedWorld): RunInput {
  const terminal = `t${random.integer(1, 2)}`;
  switch (random.integer(0, 9)) {
    case 0:
      return { kind: 'terminal-open', terminal, host: 'bastion', user: 'student' };
    case 1:
    case 2:
    case 3:
      return { kind: 'line', terminal, text: random.pick(LINES) };
    case 4:
      return {
        kind: 'key',
        terminal,
        key: random.pick(['interrupt', 'interrupt', 'end-of-file', 'suspend', 'quit'] as const),
      };
    case 5:
      return random.chance(0.3)
        ? { kind: 'terminal-close', terminal }
        : { kind: 'size', terminal, columns: random.integer(20, 200), rows: random.integer(2, 60) };
    default:
      return { kind: 'inject', fault: drawFault(random, lab, world) };
  }
}

function drawFault(
  random: RandomStream,
  lab: DrawnLab,
  world: SimulatedWorld,
): Record<string, unknown> & { kind: string } {
  // Machines that are off come back now and then.
  const off = lab.hosts.filter((name) => world.host(name).state.power === 'off');
  if (off.length > 0 && random.chance(0.5)) return { kind: 'power-return', host: random.pick(off) };
  const definition = random.pick(FAULTS);
  const fault: Record<string, unknown> & { kind: string } = { kind: definition.kind };
  const host = random.pick(lab.hosts);
  for (const parameter of definition.parameters)
    if (parameter.required || random.chance(0.5))
      fault[parameter.name] = value(random, parameter, { host, lab, world });
  return fault;
}
function value(
  random: RandomStream,
  parameter: Parameter,
  { host, lab, world }: { host: string; lab: DrawnLab; world: SimulatedWorld },
): unknown {
  switch (parameter.type) {
    case 'host':
      return host;
    case 'hosts':
      return random.shuffle(lab.hosts).slice(0, random.integer(1, 3));
    case 'interface':
      return 'eth0';
    case 'zone':
      return random.pick([...world.state.segments.keys()]);
    case 'address':
      return random.pick(
        lab.hosts
          .flatMap((name) =>
            [...(world.host(name).state.interfaces.get('eth0')?.addresses ?? [])].map(({ ip }) =>
              formatIPv4(ip),
            ),
          )
          .concat('10.0.1.200'),
      );
    case 'source':
      return 'clients';
    case 'duration':
      return random.pick(['0s', '20ms', '1s', '5s']);
    case 'number':
      if (parameter.name === 'factor') return random.pick([0, 2, 5]);
      return parameter.name === 'ahead' ? random.integer(-4000, 4000) : random.pick([0, 0.3, 1, 5, 50]);
    case 'share':
      return random.pick([0, 0.2, 1]);
    case 'text':
      return parameter.name === 'process'
        ? random.pick(PROCESSES)
        : parameter.name === 'run'
          ? random.pick(COMMANDS)
          : parameter.name === 'signal'
            ? random.pick(['KILL', 'TERM', 'STOP', 'CONT', 'HUP', 'USR1', 'SEGV'])
            : parameter.name === 'mode'
              ? random.pick(['0644', '0000', '0755'])
              : random.pick(['', 'nonsense\n', 'shop.example', 'port = 8081\n', '\0']);
    case 'texts':
      return [random.pick(['status = 500', 'delay = 2s', 'nonsense', 'leak_kib = 512'])];
    case 'path':
      return random.pick(PATHS);
    case 'choice':
      return random.pick(parameter.choices ?? ['']);
    case 'flag':
      return random.chance(0.5);
    case 'unit':
      return random.pick(['haproxy', 'shop', 'ssh']);
    default:
      return undefined;
  }
}
