/** Every configuration language of the simulator: which files are its own, and all that reads them. */
import { makeRegistry } from '../../lib/session/plug-ins';
import { parseTable } from '../../lib/daemons/cron/table';
import {
  ConfigurationProblem,
  readConfiguration as readDnsmasq,
} from '../../lib/daemons/dnsmasq/configuration';
import * as haproxy from '../../lib/daemons/haproxy/grammar';
import { InterfacesProblem, readInterfaces } from '../../lib/daemons/ifupdown/interfaces-file';
import * as keepalived from '../../lib/daemons/keepalived/grammar';
import * as nftables from '../../lib/daemons/nftables/grammar';
import * as nginx from '../../lib/daemons/nginx/grammar';
import { readConfiguration as readShop } from '../../lib/daemons/app-server/configuration';
import { readServerConfig } from '../../lib/daemons/sshd/server-config';
import { readSudoers } from '../../lib/daemons/sudo/sudoers';
import { readConfiguration as readLoad } from '../../lib/daemons/traffic/configuration';
import { loadDefinition } from '../../lib/daemons/systemd/unit-file/load';
import { parseEnvironmentFile } from '../../lib/daemons/systemd/unit-file/words';
import { parseUnitText } from '../../lib/daemons/systemd/unit-file/syntax';
import { Kernel } from '../../lib/kernel/kernel';
import { ROOT } from '../../lib/world/files';
import { createNetwork } from '../../lib/world/network/network';
import type { ProgramContext } from '../../lib/world/process.contract';
import { SimulatedWorld } from '../../lib/world/world';
import type { Host } from '../../lib/world/world.contract';

export interface Language {
  readonly name: string;
  /** Files of a host that are written in it. */
  readonly matches: RegExp;
  /** Where a text is put to be read. */
  readonly path: string;
  /** The text as its tree prints it; undefined: the language has no tree. */
  readonly print?: (text: string) => string;
  /** Reads it, in all the ways the simulator does. May find fault with the text; may not throw. */
  readonly read: (host: Host, text: string) => void;
}

function checked(host: Host, path: string, text: string): void {
  const checker = host.world.registry.findChecker(path);
  if (checker === undefined) throw new Error(`no checker for ${path}`);
  const { exit, output, diagnostics } = checker.check(host, path, text);
  if (exit !== 0 && output === '' && diagnostics.length === 0)
    throw new Error('it is refused and nothing says why');
}
function withFile(host: Host, path: string, text: string, read: () => void): void {
  host.install(path, { text, mode: path.startsWith('/etc/sudoers') ? 0o440 : 0o644 });
  read();
}

/** What ends a reading in the reader's own words is no defect. */
function expecting(problem: new (...words: never[]) => Error, read: () => void): void {
  try {
    read();
  } catch (thrown) {
    if (!(thrown instanceof problem)) throw thrown;
  }
}

export const LANGUAGES: readonly Language[] = [
  {
    name: 'haproxy',
    matches: /^\/etc\/haproxy\/.*\.cfg$/,
    path: '/etc/haproxy/haproxy.cfg',
    print: (text) => haproxy.printTree(haproxy.parseTree(text)),
    read: (host, text) => checked(host, '/etc/haproxy/haproxy.cfg', text),
  },
  {
    name: 'keepalived',
    matches: /^\/etc\/keepalived\/.*\.conf$/,
    path: '/etc/keepalived/keepalived.conf',
    print: (text) => keepalived.printTree(keepalived.parseTree(text)),
    read: (host, text) => checked(host, '/etc/keepalived/keepalived.conf', text),
  },
  {
    name: 'nftables',
    matches: /\/nftables\.conf$|\.nft$/,
    path: '/etc/nftables.conf',
    print: (text) => nftables.printTree(nftables.parseTree(text)),
    read: (host, text) => checked(host, '/etc/nftables.conf', text),
  },
  {
    name: 'nginx',
    matches: /^\/etc\/nginx\/(?:.*\.conf|sites-available\/.*)$/,
    path: '/etc/nginx/nginx.conf',
    print: (text) => nginx.printTree(nginx.parseText(text)),
    read: (host, text) => {
      if (host.world.registry.findChecker('/etc/nginx/nginx.conf') !== undefined)
        checked(host, '/etc/nginx/nginx.conf', text);
    },
  },
  {
    name: 'systemd',
    matches: /\.(?:service|timer|socket|target|mount|path|slice)(?:\.d\/.*\.conf)?$/,
    path: '/etc/systemd/system/it.service',
    read: (host, text) => {
      parseUnitText(text);
      for (const name of ['it.service', 'it.timer', 'it.socket'])
        withFile(host, `/etc/systemd/system/${name}`, text, () => loadDefinition(host, name));
    },
  },
  {
    name: 'environment',
    matches: /^\/etc\/(?:default\/.*|environment)$/,
    path: '/etc/default/it',
    read: (_, text) => {
      parseEnvironmentFile(text);
    },
  },
  {
    name: 'crontab',
    matches: /^\/etc\/(?:crontab|cron\.d\/.*)$/,
    path: '/etc/crontab',
    read: (_, text) => {
      for (const system of [true, false]) parseTable(text, { system, user: 'root', isUser: () => true });
    },
  },
  {
    name: 'sudoers',
    matches: /^\/etc\/sudoers(?:\.d\/.*)?$/,
    path: '/etc/sudoers',
    read: (host, text) =>
      withFile(host, '/etc/sudoers', text, () => {
        readSudoers(host);
        readSudoers(host, { strict: true });
      }),
  },
  {
    name: 'sshd',
    matches: /^\/etc\/ssh\/sshd_config/,
    path: '/etc/ssh/sshd_config',
    read: (host, text) =>
      withFile(host, '/etc/ssh/sshd_config', text, () => readServerConfig(host, '/etc/ssh/sshd_config')),
  },
  {
    name: 'interfaces',
    matches: /^\/etc\/network\/interfaces/,
    path: '/etc/network/interfaces',
    read: (host, text) =>
      withFile(host, '/etc/network/interfaces', text, () =>
        expecting(InterfacesProblem, () =>
          // All that it asks of a context.
          readInterfaces(
            { fs: host.fs, who: ROOT, host } as unknown as ProgramContext,
            '/etc/network/interfaces',
          ),
        ),
      ),
  },
  {
    name: 'dnsmasq',
    matches: /^\/etc\/dnsmasq/,
    path: '/etc/dnsmasq.conf',
    read: (host, text) =>
      withFile(host, '/etc/dnsmasq.conf', text, () =>
        expecting(ConfigurationProblem, () =>
          readDnsmasq(host, { file: '/etc/dnsmasq.conf', directories: [], words: [] }),
        ),
      ),
  },
  {
    name: 'shop',
    matches: /^\/etc\/shop\.conf$/,
    path: '/etc/shop.conf',
    read: (_, text) => {
      readShop(text, 'app1');
    },
  },
  {
    name: 'loadgen',
    matches: /^\/etc\/loadgen\.conf$/,
    path: '/etc/loadgen.conf',
    read: (_, text) => {
      readLoad(text);
    },
  },
  {
    name: 'accounts',
    matches: /^\/etc\/(?:passwd|group|hosts|resolv\.conf|fstab|nsswitch\.conf)$/,
    path: '/etc/passwd',
    read: (host, text) =>
      withFile(host, '/etc/passwd', text, () => {
        host.user('root');
        host.group('root');
      }),
  },
];

/** A machine with everything installed, on which texts are tried. */
export function tryingHost(): Host {
  const registry = makeRegistry();
  const world = new SimulatedWorld({ kernel: new Kernel({ seed: 1 }), registry, network: createNetwork });
  world.addSegment('lan', { network: 0x0a000100, prefix: 24 });
  return world.addHost({
    name: 'lb1',
    interfaces: [{ name: 'eth0', segment: 'lan', addresses: [{ ip: 0x0a00010b, prefix: 24 }] }],
    packages: registry.packages(),
  });
}
