/** Debian's dnsmasq: the server, its unit and the helper that starts it. */
import type { ProgramContext, ProgramRun } from '../../world/process.contract';
import type { Registry } from '../../world/world.contract';
import { dnsmasq, dnsmasqDaemon } from './dnsmasq';

const UNIT = `[Unit]
Description=dnsmasq - A lightweight DHCP and caching DNS server
Requires=network.target
Wants=nss-lookup.target
Before=nss-lookup.target
After=network.target

[Service]
Type=forking
PIDFile=/run/dnsmasq/dnsmasq.pid

# Test the config file and refuse starting if it is not valid.
ExecStartPre=/usr/share/dnsmasq/systemd-helper checkconfig

# We run dnsmasq via the /usr/share/dnsmasq/systemd-helper script which
# acts as a wrapper picking up extra configuration files and then
# execs dnsmasq itself, when called with the "exec" function.
ExecStart=/usr/share/dnsmasq/systemd-helper exec

# The systemd-helper script contains the logic to tell resolvconf about us.
ExecStartPost=/usr/share/dnsmasq/systemd-helper start-resolvconf
ExecStop=/usr/share/dnsmasq/systemd-helper stop-resolvconf

ExecReload=/bin/kill -HUP $MAINPID

[Install]
WantedBy=multi-user.target
`;
const BINARY = '/usr/sbin/dnsmasq';
const DIRECTORY = '/etc/dnsmasq.d,.dpkg-dist,.dpkg-old,.dpkg-new';

/** /usr/share/dnsmasq/systemd-helper. */
function* helper(context: ProgramContext): ProgramRun {
  const [, verb] = context.argv;
  if (verb === 'checkconfig') {
    const child = context.spawn({
      argv: [BINARY, '--test', '-7', DIRECTORY],
      path: BINARY,
      fds: new Map([0, 1, 2].map((fd) => [fd, context.host.streams.null()])),
    });
    return typeof child === 'number' ? ((yield* context.wait(child)).code ?? 1) : 1;
  }
  if (verb !== 'exec') return 0;
  context.fs.mkdir('/run/dnsmasq', 0o755, { uid: 0, gid: 0, groups: [] });
  const argv = [
    BINARY,
    '-x',
    '/run/dnsmasq/dnsmasq.pid',
    '-u',
    'dnsmasq',
    '-7',
    DIRECTORY,
    '--local-service',
  ];
  const run = context.exec({ argv, path: BINARY });
  return 'errno' in run ? 127 : yield* run;
}

export function register(registry: Registry): void {
  registry.program('dnsmasq/dnsmasq', dnsmasq);
  registry.program('dnsmasq/systemd-helper', helper);
  registry.daemon(dnsmasqDaemon);
  registry.package('dnsmasq', {
    [BINARY]: { program: 'dnsmasq/dnsmasq' },
    '/usr/share/dnsmasq/systemd-helper': { program: 'dnsmasq/systemd-helper' },
    '/lib/systemd/system/dnsmasq.service': { text: UNIT },
    '/lib/systemd/system/dnsmasq@.service': {
      text: UNIT.replace('A lightweight', 'dnsmasq (%i) - A lightweight'),
    },
    '/etc/dnsmasq.conf': {
      text: '# Configuration file for dnsmasq.\n#\n# Format is one option per line, legal options are the same\n# as the long options legal on the command line. See\n# "/usr/sbin/dnsmasq --help" or "man 8 dnsmasq" for details.\n',
    },
    '/etc/dnsmasq.d/README': {
      text: '# All files in this directory will be read by dnsmasq as\n# configuration files, except if their names end in\n# ".dpkg-dist",".dpkg-old" or ".dpkg-new"\n',
    },
  });
}
