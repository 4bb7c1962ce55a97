/** What holds at every moment of every run: one checker for each, which names what is wrong. */
import type { Run } from '../../lib/scenario/run';
import type { RunInput } from '../../lib/session/messages';
import { formatIPv4 } from '../../lib/std/ipv4';
import { netState } from '../../lib/world/network/state';
import type { Host } from '../../lib/world/world.contract';

export type Checked = Run<RunInput>;
/** What a checker remembers from one look to the next. */
export interface Memory {
  entries: number;
  lastAt: number;
  /** Bytes of each mount that no inode accounts for, by host and mount point. */
  readonly unaccounted: Map<string, number>;
  readonly zombies: Map<string, number>;
  /** Since when a socket of nobody waits for something that is under way. */
  readonly waiting: Map<string, number>;
  /** Something has happened by which two machines may hold one address. */
  mayShare: boolean;
  readonly sharedSince: Map<string, number>;
}
export function freshMemory(): Memory {
  return {
    entries: 0,
    lastAt: 0,
    unaccounted: new Map(),
    zombies: new Map(),
    waiting: new Map(),
    mayShare: false,
    sharedSince: new Map(),
  };
}
type Invariant = (run: Checked, memory: Memory) => string[];

const BLOCK = 4_096;
const SECOND = 1_000_000;
const LONGEST_WAY = 3 * SECOND;

const everyHost =
  (check: (host: Host, run: Checked, memory: Memory) => string[]): Invariant =>
  (run, memory) =>
    run.world.hosts().flatMap((host) => check(host, run, memory).map((text) => `${host.name}: ${text}`));

export const INVARIANTS: Readonly<Record<string, Invariant>> = {
  'time goes on and the journal is in order': ({ kernel }, memory) => {
    const wrong: string[] = [];
    for (const entry of kernel.journal.entries(memory.entries)) {
      if (entry.seq !== memory.entries) wrong.push(`entry ${entry.seq} at place ${memory.entries}`);
      if (entry.at < memory.lastAt)
        wrong.push(`entry ${entry.seq} (${entry.type}) lies before the one before it`);
      if (entry.cause >= entry.seq)
        wrong.push(`entry ${entry.seq} (${entry.type}) is caused by ${entry.cause}`);
      if (entry.type === 'engine.error') wrong.push(`engine.error ${JSON.stringify(entry.data)}`);
      memory.lastAt = entry.at;
      memory.entries += 1;
    }
    return wrong;
  },
  'every process has a parent, and the dead are buried': everyHost(
    ({ name, state }, { kernel }, { zombies }) => {
      const wrong: string[] = [];
      for (const [pid, process] of state.processes) {
        const parent = state.processes.get(process.ppid);
        if (process.ppid !== 0 && parent === undefined)
          wrong.push(`${pid} ${process.comm} has no parent ${process.ppid}`);
        if (process.pid !== pid) wrong.push(`${pid} calls itself ${process.pid}`);
        if (process.state !== 'zombie') {
          zombies.delete(`${name}:${pid}`);
          continue;
        }
        if (parent === undefined || parent.state === 'zombie')
          wrong.push(`zombie ${pid} ${process.comm} of nobody`);
        // A daemon takes its children at once, unless it is stopped or the machine hangs.
        const key = `${name}:${pid}:${state.bootId}`;
        const since = zombies.get(key) ?? kernel.now;
        zombies.set(key, since);
        if (
          parent?.daemon !== undefined &&
          parent.state === 'running' &&
          !state.frozen &&
          kernel.now - since > SECOND
        )
          wrong.push(`zombie ${pid} ${process.comm} is not taken by ${parent.pid} ${parent.comm}`);
      }
      return wrong;
    },
  ),
  'only living processes own sockets, timers and what is held back': (run, { waiting }) => {
    const { world, kernel } = run;
    const wrong: string[] = [];
    const lives = (host: string, pid: number): boolean => {
      const state = world.findHost(host)?.state;
      if (state === undefined || state.power === 'off') return false;
      const process = state.processes.get(pid);
      return pid === 0 || (process !== undefined && process.state !== 'zombie');
    };
    for (const [owner, timer] of kernel.save().timers) {
      const found = /^(.*):(\d+)$/.exec(owner);
      if (
        found !== null &&
        world.findHost(found[1] ?? '') !== undefined &&
        !lives(found[1] ?? '', Number(found[2]))
      )
        wrong.push(`timer "${timer}" of ${owner}, which is gone`);
    }
    /** What comes without a timer is under way: it takes a moment. */
    const isOver = (id: number, { host, state }: { host: string; state: string }): boolean => {
      const key = `${id} ${host} ${state}`;
      const since = waiting.get(key) ?? kernel.now;
      waiting.set(key, since);
      return kernel.now - since > LONGEST_WAY;
    };
    const net = netState(world);
    for (const [
      name,
      { listeners, udp, raw, taps, subscriptions, unixListeners, pings, arpWatches },
    ] of net.hosts)
      for (const [what, list] of Object.entries({
        listeners,
        udp,
        raw,
        taps,
        unixListeners,
        pings,
        arpWatches,
        subscriptions,
      }))
        for (const { pid } of list.values())
          if (!lives(name, pid)) wrong.push(`${name}: ${what} of process ${pid}, which is gone`);
    for (const [name, { held }] of world.state.hosts)
      for (const { callback } of held)
        if (!lives(name, callback.pid))
          wrong.push(`${name}: ${callback.name} is held back for ${callback.pid}, which is gone`);
    for (const { id, client, server } of net.connections.values())
      for (const end of [client, server]) {
        if (end === undefined) continue;
        if (world.findHost(end.host)?.state.power === 'off')
          wrong.push(`connection ${id} has an end on ${end.host}, which is off`);
        else if (!end.orphan && !lives(end.host, end.pid))
          wrong.push(`connection ${id} (${end.state}) on ${end.host} of process ${end.pid}, which is gone`);
        else if (end.orphan && end.timer < 0 && end.state !== 'TIME-WAIT' && isOver(id, end))
          wrong.push(`connection ${id} (${end.state}) on ${end.host} of nobody will never end`);
      }
    return wrong;
  },
  'a machine without power holds nothing but its disk': everyHost(({ name, state }, { world }) => {
    if (state.power !== 'off') return [];
    const net = netState(world).hosts.get(name);
    const left = {
      processes: state.processes.size,
      terminals: state.terminals.size,
      conntrack: world.network.conntrack(world.host(name)).length,
      held: state.held.length,
      routes: state.routes.length,
      neighbours: state.neighbours.size,
      listeners: net?.listeners.size ?? 0,
      addresses: [...state.interfaces.values()].reduce((sum, { addresses }) => sum + addresses.length, 0),
      tables: state.ruleset.tables.length,
      extra: [...state.extra.keys()].filter((key) => !key.startsWith('disk:')).length,
    };
    return Object.entries(left).flatMap(([what, count]) =>
      count === 0 ? [] : [`${count} ${what} are left`],
    );
  }),
  'links of files and directories are what is counted': everyHost(({ state, fs }) => {
    const wrong: string[] = [];
    const links = new Map<number, number>();
    const covered = new Set(
      state.mounts.flatMap((mount) => (mount.covered === undefined ? [] : [mount.covered])),
    );
    const roots = new Set([...covered, 1]);
    for (const [ino, inode] of state.inodes) {
      if (inode.ino !== ino) wrong.push(`inode ${ino} calls itself ${inode.ino}`);
      if (inode.kind !== 'directory') continue;
      links.set(ino, (links.get(ino) ?? 0) + 1);
      for (const [entry, child] of inode.entries ?? []) {
        const found = state.inodes.get(child);
        if (found === undefined) wrong.push(`${entry} in directory ${ino} leads to no inode (${child})`);
        else if (found.kind === 'directory') links.set(ino, (links.get(ino) ?? 0) + 1);
        links.set(child, (links.get(child) ?? 0) + 1);
      }
    }
    for (const [ino, { nlink, kind, content, device }] of state.inodes) {
      // Files of /proc stand in no directory.
      if (device === 'virtual') continue;
      const counted = (links.get(ino) ?? 0) + (roots.has(ino) ? 1 : 0);
      if (nlink !== counted)
        wrong.push(`inode ${ino} (${kind} ${content.slice(0, 30)}) says ${nlink} links, has ${counted}`);
      if (nlink <= 0 && fs.openCount(ino) === 0) wrong.push(`inode ${ino} without a name is kept`);
    }
    return wrong.slice(0, 5);
  }),
  'what is used of a disk is what is on it': everyHost(({ name, state }, _, { unaccounted }) => {
    const sums = state.mounts.map(() => ({ bytes: 0, inodes: 0 }));
    for (const { mount, bytes, kind, device } of state.inodes.values()) {
      const sum = sums[mount];
      if (sum === undefined || device === 'virtual') continue;
      if (kind === 'directory') sum.bytes += BLOCK;
      else if (kind !== 'symlink') sum.bytes += Math.ceil(bytes / BLOCK) * BLOCK;
      sum.inodes += 1;
    }
    return state.mounts.flatMap(({ point, used, size }, i) => {
      const wrong: string[] = [];
      const rest = used - (sums[i]?.bytes ?? 0);
      const key = `${name} ${point}`;
      const before = unaccounted.get(key);
      unaccounted.set(key, rest);
      if (used < 0) wrong.push(`${point}: ${used} bytes used of ${size}`);
      // What is used only grows by files, or by the fault that fills a disk.
      if (before !== undefined && rest < before)
        wrong.push(`${point}: ${before - rest} bytes are used by nothing`);
      else if (before !== undefined && rest > before && used < size - BLOCK)
        wrong.push(`${point}: ${rest - before} more bytes are used than there are`);
      return wrong;
    });
  }),
  'an address has one holder': ({ world, kernel }, memory) => {
    const holders = new Map<number, string[]>();
    for (const { name, state } of world.hosts())
      for (const { name: device, addresses } of state.interfaces.values())
        for (const { ip } of addresses)
          if (device !== 'lo') holders.set(ip, [...(holders.get(ip) ?? []), name]);
    const wrong: string[] = [];
    for (const [ip, names] of holders) {
      const text = formatIPv4(ip);
      const isShared = new Set(names).size > 1;
      if (!isShared || memory.mayShare) {
        memory.sharedSince.delete(text);
        continue;
      }
      const since = memory.sharedSince.get(text) ?? kernel.now;
      memory.sharedSince.set(text, since);
      if (kernel.now - since > 15 * SECOND)
        wrong.push(`${text} is held by ${names.join(' and ')} for longer than an election takes`);
    }
    return wrong;
  },
  'tracked connections have time left': everyHost((host, { world, kernel }) =>
    world.network
      .conntrack(host)
      .filter(({ timeoutAt }) => timeoutAt < kernel.now - SECOND)
      .map(
        ({ protocol, src, sport, state }) =>
          `${protocol} ${formatIPv4(src)}:${sport} (${state}) is over and still there`,
      ),
  ),
  'counts and clocks are whole numbers': everyHost(({ state }) => {
    const wrong: string[] = [];
    const whole = (what: string, number: number): void => {
      if (!Number.isSafeInteger(number) || number < 0) wrong.push(`${what} is ${number}`);
    };
    whole('processor time', state.cpuMicros);
    for (const { name, counters } of state.interfaces.values())
      for (const number of counters) whole(name, number);
    for (const { pid, rssKiB, cpuMicros } of state.processes.values()) {
      whole(`memory of ${pid}`, rssKiB);
      whole(`processor time of ${pid}`, cpuMicros);
    }
    return wrong;
  }),
};

/** All that does not hold now. */
export function violations(run: Checked, memory: Memory): string[] {
  return Object.entries(INVARIANTS).flatMap(([name, check]) =>
    check(run, memory)
      .slice(0, 4)
      .map((text) => `${name}: ${text}`),
  );
}
