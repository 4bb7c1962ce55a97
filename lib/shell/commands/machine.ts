/** uname(1), arch(1), nproc(1) of GNU coreutils, hostname(1) and lscpu(1). */
import { ROOT } from '../../world/files';
import { FileError } from '../../world/files.contract';
import { formatIPv4 } from '../../std/ipv4';
import { quoteValue } from './quoting';
import { Exit, type Command, type Tool, type ToolRun } from './tool';

export const uname: Command = {
  name: 'uname',
  package: 'coreutils',
  paths: ['/usr/bin/uname'],
  synopsis: 'uname [OPTION]...',
  summary: 'Print certain system information.  With no OPTION, same as -s.',
  run: function* (tool) {
    const { options, operands } = tool.options({
      short: 'amnoprsvi',
      long: {
        all: 'a',
        'kernel-name': 's',
        nodename: 'n',
        'kernel-release': 'r',
        'kernel-version': 'v',
        machine: 'm',
        processor: 'p',
        'hardware-platform': 'i',
        'operating-system': 'o',
      },
    });
    if (operands.length > 0) tool.misuse(`extra operand ${quoteValue(operands[0] ?? '')}`);
    const { host } = tool.context;
    const has = (name: string): boolean =>
      options.some((option) => option.name === name || option.name === 'a');
    const parts = [
      ...(has('s') || options.length === 0 ? ['Linux'] : []),
      ...(has('n') ? [host.state.hostname] : []),
      ...(has('r') ? [host.sysctl('kernel.osrelease') ?? ''] : []),
      ...(has('v') ? [host.sysctl('kernel.version') ?? ''] : []),
      ...(has('m') ? ['x86_64'] : []),
      ...(options.some(({ name }) => name === 'p') ? ['unknown'] : []),
      ...(options.some(({ name }) => name === 'i') ? ['unknown'] : []),
      ...(has('o') ? ['GNU/Linux'] : []),
    ];
    tool.line(parts.join(' '));
    yield* tool.drain();
    return 0;
  },
};
export const arch: Command = {
  name: 'arch',
  package: 'coreutils',
  paths: ['/usr/bin/arch'],
  synopsis: 'arch [OPTION]...',
  summary: 'Print machine architecture.',
  run: function* (tool) {
    tool.options({ short: '' });
    tool.line('x86_64');
    yield* tool.drain();
    return 0;
  },
};
export const nproc: Command = {
  name: 'nproc',
  package: 'coreutils',
  paths: ['/usr/bin/nproc'],
  synopsis: 'nproc [OPTION]...',
  summary:
    'Print the number of processing units available to the current process,\nwhich may be less than the number of online processors',
  run: function* (tool) {
    const { options, operands } = tool.options({ short: '', long: { all: 'all', 'ignore:': 'ignore' } });
    if (operands.length > 0) tool.misuse(`extra operand ${quoteValue(operands[0] ?? '')}`);
    const ignored = Number(options.find((option) => option.name === 'ignore')?.value ?? '0');
    if (Number.isNaN(ignored)) tool.fail('invalid number to ignore');
    tool.line(String(Math.max(1, tool.context.host.state.cores - ignored)));
    yield* tool.drain();
    return 0;
  },
};

const HOSTNAME_USAGE = `Usage: hostname [-b] {hostname|-F file}         set host name (from file)
       hostname [-a|-A|-d|-f|-i|-I|-s|-y]       display formatted name
       hostname                                 display host name

       {yp,nis,}domainname {nisdomain|-F file}  set NIS domain name (from file)
       {yp,nis,}domainname                      display NIS domain name

       dnsdomainname                            display dns domain name

       hostname -V|--version|-h|--help          print info and exit

Program name:
       {yp,nis,}domainname=hostname -y
       dnsdomainname=hostname -d

Program options:
    -a, --alias            alias names
    -A, --all-fqdns        all long host names (FQDNs)
    -b, --boot             set default hostname if none available
    -d, --domain           DNS domain name
    -f, --fqdn, --long     long host name (FQDN)
    -F, --file             read host name or NIS domain name from given file
    -i, --ip-address       addresses for the host name
    -I, --all-ip-addresses all addresses for the host
    -s, --short            short host name
    -y, --yp, --nis        NIS/YP domain name

Description:
   This command can get or set the host name or the NIS domain name. You can
   also get the DNS domain or the FQDN (fully qualified domain name).
   Unless you are using bind or NIS for host lookups you can change the
   FQDN (Fully Qualified Domain Name) and the DNS domain name (which is
   part of the FQDN) in the /etc/hosts file.
`;

export const hostname: Command = {
  name: 'hostname',
  package: 'hostname',
  paths: ['/usr/bin/hostname'],
  synopsis: 'hostname [-b] {hostname|-F file}',
  summary: 'Show or set the system host name.',
  run: runHostname,
};

function* runHostname(tool: Tool): ToolRun {
  const unknown = tool.args.find((argument) => /^-[^aAbdfFhiIsVyv-]/.test(argument));
  if (unknown !== undefined || tool.args.includes('-h') || tool.args.includes('--help')) {
    if (unknown !== undefined) tool.complain(`invalid option -- '${unknown[1] ?? ''}'`);
    tool.print(HOSTNAME_USAGE);
    throw new Exit(unknown === undefined ? 0 : 255);
  }
  const { options, operands } = tool.options({
    short: 'aAbdfF:hiIsVyv',
    long: {
      alias: 'a',
      'all-fqdns': 'A',
      boot: 'b',
      domain: 'd',
      fqdn: 'f',
      long: 'f',
      'file:': 'F',
      'ip-address': 'i',
      'all-ip-addresses': 'I',
      short: 's',
    },
  });
  const { host, fs } = tool.context;
  const file = options.find((option) => option.name === 'F')?.value;
  let name = operands[0];
  if (file !== undefined) {
    const text = fs.readFile(tool.resolve(file), tool.context.who);
    if (text instanceof FileError) return tool.fail("can't open `" + file + "'", 1);
    name = text
      .split('\n')
      .map((line) => line.trim())
      .find((line) => line !== '' && !line.startsWith('#'));
  }
  if (name !== undefined) return setHostname(tool, name);
  const own = host.state.hostname;
  const entry = hostsEntry(tool, own);
  switch (options[0]?.name) {
    case 's':
      tool.line(own.split('.')[0] ?? own);
      break;
    case 'I':
      tool.line(
        addressesOf(tool)
          .map((address) => `${address} `)
          .join(''),
      );
      break;
    case 'f':
      if (entry === undefined && !own.includes('.')) return tool.fail('Name or service not known', 1);
      tool.line(entry?.names[0] ?? own);
      break;
    case 'd':
      if (entry === undefined && !own.includes('.')) return tool.fail('Name or service not known', 1);
      {
        const domain = (entry?.names[0] ?? own).split('.').slice(1).join('.');
        if (domain !== '') tool.line(domain);
      }
      break;
    case 'i':
      if (entry === undefined) return tool.fail('Name or service not known', 1);
      tool.line(
        hostsEntries(tool, own)
          .map(({ address }) => address)
          .join(' '),
      );
      break;
    case 'A':
      tool.line(
        addressesOf(tool)
          .map((address) => `${addressEntry(tool, address)?.names[0] ?? address} `)
          .join(''),
      );
      break;
    case 'a':
      tool.line(entry?.names.slice(1).join(' ') ?? '');
      break;
    default:
      tool.line(own);
  }
  yield* tool.drain();
  return 0;
}

function setHostname(tool: Tool, name: string): number {
  if (tool.context.who.uid !== 0) return tool.fail('you must be root to change the host name', 1);
  if (!/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(name))
    return tool.fail('the specified hostname is invalid', 1);
  tool.context.host.setSysctl('kernel.hostname', name);
  return 0;
}

/** Those that others can reach. */
function addressesOf(tool: Tool): string[] {
  return [...tool.context.host.state.interfaces.values()]
    .filter((device) => device.name !== 'lo' && device.up)
    .flatMap((device) => device.addresses.map(({ ip }) => formatIPv4(ip)));
}
interface HostsEntry {
  address: string;
  names: string[];
}
function hostsLines(tool: Tool): HostsEntry[] {
  const text = tool.context.fs.readFile('/etc/hosts', ROOT);
  if (text instanceof FileError) return [];
  return text.split('\n').map((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    return { address, names };
  });
}
function hostsEntries(tool: Tool, name: string): HostsEntry[] {
  return hostsLines(tool).filter(({ names }) => names.includes(name));
}
function hostsEntry(tool: Tool, name: string): HostsEntry | undefined {
  return hostsEntries(tool, name)[0];
}
function addressEntry(tool: Tool, wanted: string): HostsEntry | undefined {
  return hostsLines(tool).find(({ address }) => address === wanted);
}

export const lscpu: Command = {
  name: 'lscpu',
  package: 'util-linux',
  paths: ['/usr/bin/lscpu'],
  synopsis: 'lscpu [options]',
  summary: 'Display information about the CPU architecture.',
  run: function* (tool) {
    tool.options({ short: 'aBbCcde::Jp::rs:xy' });
    const { cores } = tool.context.host.state;
    const rows: [string, string][] = [
      ['Architecture:', 'x86_64'],
      ['  CPU op-mode(s):', '32-bit, 64-bit'],
      ['  Address sizes:', '46 bits physical, 48 bits virtual'],
      ['  Byte Order:', 'Little Endian'],
      ['CPU(s):', String(cores)],
      ['  On-line CPU(s) list:', cores === 1 ? '0' : `0-${cores - 1}`],
      ['Vendor ID:', 'GenuineIntel'],
      ['  Model name:', 'Intel Xeon Processor (Skylake, IBRS)'],
      ['    CPU family:', '6'],
      ['    Model:', '85'],
      ['    Thread(s) per core:', '1'],
      ['    Core(s) per socket:', String(cores)],
      ['    Socket(s):', '1'],
      ['    Stepping:', '4'],
      ['    BogoMIPS:', '4800.00'],
      ['Virtualization features:', ''],
      ['  Hypervisor vendor:', 'KVM'],
      ['  Virtualization type:', 'full'],
    ];
    for (const [name, value] of rows) tool.line(value === '' ? name : name.padEnd(33) + value);
    yield* tool.drain();
    return 0;
  },
};
