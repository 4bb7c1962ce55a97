/** dpkg(1), dpkg-query(1) and apt(8): what is installed. Nothing can be installed or removed here. */
import { fnmatch } from '../../std/fnmatch';
import { ROOT } from '../../world/files';
import { relationHolds } from './debian-version';
import type { Command, Tool, ToolRun } from './tool';

export const dpkg: Command = {
  name: 'dpkg',
  package: 'dpkg',
  paths: ['/usr/bin/dpkg', '/usr/bin/dpkg-query'],
  synopsis: 'dpkg [<option>...] <command>',
  summary: 'Package manager for Debian.',
  run: runDpkg,
};
export const dpkgDeb: Command = {
  name: 'dpkg-deb',
  package: 'dpkg',
  paths: ['/usr/bin/dpkg-deb'],
  synopsis: 'dpkg-deb [<option>...] <command>',
  summary: 'Debian package archive (.deb) manipulation tool.',
  run: runDpkgDeb,
};
const apt_ = (name: string): Command => ({
  name,
  package: 'apt',
  paths: [`/usr/bin/${name}`],
  synopsis: `${name} [options] command`,
  summary: 'Command-line package manager.',
  run: runApt,
});
export const aptMark: Command = { ...apt_('apt-mark'), run: runAptMark };
export const apt = apt_('apt');
export const aptGet = apt_('apt-get');
export const aptCache = apt_('apt-cache');

/** Versions of Debian 12; packages that are not listed here show the release's. */
const VERSIONS: Readonly<Record<string, string>> = {
  apt: '2.6.1',
  bash: '5.2.15-2+b8',
  bsdutils: '1:2.38.1-5+deb12u3',
  coreutils: '9.1-1',
  conntrack: '1:1.4.7-1+b2',
  cron: '3.0pl1-162',
  curl: '7.88.1-10+deb12u12',
  dash: '0.5.12-2',
  debianutils: '5.7-0.5~deb12u1',
  diffutils: '1:3.8-4',
  dpkg: '1.21.22',
  findutils: '4.9.0-4',
  gawk: '1:5.2.1-2',
  grep: '3.8-5',
  gzip: '1.12-1',
  haproxy: '2.6.12-1+deb12u3',
  hostname: '3.23+nmu1',
  ifupdown: '0.8.41',
  iproute2: '6.1.0-3',
  jq: '1.6-2.1',
  keepalived: '1:2.2.7-1+b2',
  lsof: '4.95.0-1',
  mount: '2.38.1-5+deb12u3',
  nano: '7.2-1+deb12u1',
  nftables: '1.0.6-2+deb12u2',
  nginx: '1.22.1-9+deb12u2',
  openssl: '3.0.19-1~deb12u2',
  'ca-certificates': '20230311+deb12u1',
  'openssh-server': '1:9.2p1-2+deb12u6',
  'openssh-client': '1:9.2p1-2+deb12u6',
  passwd: '1:4.13+dfsg1-1+deb12u1',
  procps: '2:4.0.2-3',
  psmisc: '23.6-1',
  rsync: '3.2.7-1+deb12u6',
  sed: '4.9-1',
  sudo: '1.9.13p3-1+deb12u2',
  systemd: '252.39-1~deb12u1',
  tar: '1.34+dfsg-1.2+deb12u1',
  'util-linux': '2.38.1-5+deb12u3',
  bc: '1.07.1-3+b1',
  'bind9-dnsutils': '1:9.18.33-1~deb12u2',
  'bind9-host': '1:9.18.33-1~deb12u2',
  binutils: '2.40-2',
  bsdextrautils: '2.38.1-5+deb12u3',
  bzip2: '1.0.8-5+b1',
  e2fsprogs: '1.47.0-2+b2',
  file: '1:5.44-3',
  'iputils-arping': '3:20221126-1+deb12u1',
  'iputils-ping': '3:20221126-1+deb12u1',
  less: '590-2.1~deb12u2',
  'libc-bin': '2.36-9+deb12u10',
  login: '1:4.13+dfsg1-1+deb12u1',
  'man-db': '2.11.2-2',
  ncal: '12.1.8',
  'ncurses-bin': '6.4-4',
  'netcat-openbsd': '1.219-1',
  patch: '2.7.6-7',
  sysstat: '12.6.1-1',
  'systemd-sysv': '252.39-1~deb12u1',
  'sysvinit-utils': '3.06-4',
  tcpdump: '4.99.3-1',
  time: '1.9-0.2',
  traceroute: '1:2.1.2-1',
  tree: '2.1.0-1',
  xxd: '2:9.0.1378-2+deb12u2',
  'xz-utils': '5.4.1-1',
  vim: '2:9.0.1378-2+deb12u2',
};
const versionOf = (name: string): string => VERSIONS[name] ?? '12+deb12u11';

interface Installed {
  readonly name: string;
  readonly version: string;
}
function installed(tool: Tool): Installed[] {
  const { host, world } = tool.context;
  return [...new Set(host.state.packages)]
    .filter((name) => world.registry.packageFiles(name) !== undefined)
    .sort()
    .map((name) => ({ name, version: versionOf(name) }));
}
function filesOf(tool: Tool, name: string): string[] {
  return Object.keys(tool.context.world.registry.packageFiles(name) ?? {}).sort();
}

function* runDpkg(tool: Tool): ToolRun {
  const [command = '', ...names] = tool.args;
  const all = installed(tool);
  switch (command) {
    case '-l':
    case '--list': {
      const chosen =
        names.length === 0 ? all : all.filter(({ name }) => names.some((pattern) => fnmatch(pattern)(name)));
      const missing = names.filter((pattern) => !all.some(({ name }) => fnmatch(pattern)(name)));
      for (const name of missing) tool.note(`dpkg-query: no packages found matching ${name}\n`);
      if (chosen.length > 0) list(tool, chosen);
      yield* tool.drain();
      return missing.length > 0 ? 1 : 0;
    }
    case '-L':
    case '--listfiles':
    case '-s':
    case '--status': {
      let code = 0;
      for (const name of names) {
        if (!all.some((one) => one.name === name)) {
          tool.note(
            command === '-L' || command === '--listfiles'
              ? `dpkg-query: package '${name}' is not installed\nUse dpkg --contents (= dpkg-deb --contents) to list archive files contents.\n`
              : `dpkg-query: package '${name}' is not installed and no information is available\nUse dpkg --info (= dpkg-deb --info) to examine archive files.\n`,
          );
          code = 1;
        } else if (command === '-L' || command === '--listfiles') {
          tool.line('/.');
          for (const path of filesOf(tool, name)) tool.line(path);
        } else
          tool.print(
            `Package: ${name}\nStatus: install ok installed\nPriority: optional\nMaintainer: Debian\nArchitecture: amd64\nVersion: ${versionOf(name)}\nDescription: ${name}\n`,
          );
      }
      yield* tool.drain();
      return code;
    }
    case '-S':
    case '--search': {
      let code = 0;
      for (const pattern of names) {
        const found = all.flatMap(({ name }) =>
          filesOf(tool, name)
            .filter((path) =>
              /[*?[]/.test(pattern)
                ? fnmatch(pattern)(path)
                : pattern.startsWith('/')
                  ? path === pattern
                  : path.includes(pattern),
            )
            .map((path) => `${name}: ${path}`),
        );
        for (const line of found) tool.line(line);
        if (found.length === 0) {
          tool.note(
            `dpkg-query: no path found matching pattern ${pattern.startsWith('/') || /[*?[]/.test(pattern) ? pattern : `*${pattern}*`}\n`,
          );
          code = 1;
        }
      }
      yield* tool.drain();
      return code;
    }
    case '-W':
    case '--show':
      return yield* query(tool, names, all);
    case '--compare-versions': {
      const [a = '', relation = '', b = ''] = names;
      if (names.length !== 3)
        return misused(tool, '--compare-versions takes three arguments: <version> <relation> <version>');
      const verdict = relationHolds(a, relation, b);
      if (verdict === undefined) return misused(tool, '--compare-versions bad relation');
      return verdict ? 0 : 1;
    }
    case '--get-selections':
      for (const { name } of chosenOf(all, names))
        tool.line(
          `${name}${'\t'.repeat(Math.max(1, 6 - Math.floor(name.length / 8)))}${isHeld(tool, name) ? 'hold' : 'install'}`,
        );
      yield* tool.drain();
      return 0;
    case '-C':
    case '--audit':
      return 0;
    case '-V':
    case '--verify':
      return yield* verify(tool, names.length === 0 ? all.map(({ name }) => name) : names, all);
    case '--print-architecture':
      tool.line('amd64');
      yield* tool.drain();
      return 0;
    case '--version':
      return tool.version();
    case '-i':
    case '--install':
    case '-r':
    case '--remove':
    case '-P':
    case '--purge':
    case '--configure':
    case '-a':
      if (tool.context.who.uid !== 0) {
        tool.note('dpkg: error: requested operation requires superuser privilege\n');
        return 2;
      }
      // All that is installed is configured.
      if (command === '--configure' && tool.args.some((word) => word === '-a' || word === '--pending'))
        return 0;
      if (command === '-i' || command === '--install') {
        const missing = tool.args.find(
          (word) => !word.startsWith('-') && !tool.context.fs.exists(tool.context.resolve(word)),
        );
        if (missing !== undefined) {
          tool.note(`dpkg: error: cannot access archive '${missing}': No such file or directory\n`);
          return 2;
        }
      }
      tool.note('dpkg: not modelled: installing and removing packages\n');
      return 2;
    default:
      return misused(tool, command === '' ? 'need an action option' : `unknown option ${command}`);
  }
}

/** `dpkg -V`: what is missing, and whose contents are not the package's; modes and owners are not looked at. */
function* verify(tool: Tool, names: readonly string[], all: readonly Installed[]): ToolRun {
  let code = 0;
  const { fs, world } = tool.context;
  for (const name of names) {
    if (!all.some((one) => one.name === name)) {
      tool.note(`dpkg: package '${name}' is not installed\n`);
      code = 1;
      continue;
    }
    for (const [path, spec] of Object.entries(world.registry.packageFiles(name) ?? {}).sort(([a], [b]) =>
      a < b ? -1 : 1,
    )) {
      if (spec.directory === true || spec.link !== undefined) continue;
      const kind = path.startsWith('/etc/') ? 'c' : ' ';
      if (!fs.exists(path)) tool.line(`missing   ${kind} ${path}`);
      else if (spec.text !== undefined && fs.readFile(path, ROOT) !== spec.text)
        tool.line(`??5?????? ${kind} ${path}`);
    }
  }
  yield* tool.drain();
  return code;
}
/** dpkg-deb(1): there are no archives here. */
function* runDpkgDeb(tool: Tool): ToolRun {
  const archive = tool.args.find((word) => !word.startsWith('-'));
  if (archive === undefined) tool.note('dpkg-deb: error: need an action option\n');
  else if (tool.context.fs.exists(tool.context.resolve(archive)))
    tool.note(`dpkg-deb: error: '${archive}' is not a Debian format archive\n`);
  else tool.note(`dpkg-deb: error: failed to read archive '${archive}': No such file or directory\n`);
  yield* tool.drain();
  return 2;
}
/** What dpkg says of a command line that it cannot make sense of. */
function misused(tool: Tool, problem: string): number {
  tool.note(
    `dpkg: error: ${problem}\n\nType dpkg --help for help about installing and deinstalling packages [*];\nUse 'apt' or 'aptitude' for user-friendly package management;\nType dpkg -Dhelp for a list of dpkg debug flag values;\nType dpkg --force-help for a list of forcing options;\nType dpkg-deb --help for help about manipulating *.deb files;\n\nOptions marked [*] produce a lot of output - pipe it through 'less' or 'more' !\n`,
  );
  return 2;
}
function chosenOf(all: readonly Installed[], patterns: readonly string[]): readonly Installed[] {
  return patterns.length === 0
    ? all
    : all.filter(({ name }) => patterns.some((pattern) => fnmatch(pattern)(name)));
}
/** Key of `HostState.extra`: the packages that are on hold. */
const HOLDS = 'dpkg:holds';
const AUTOMATIC = 'disk:apt-automatic';
function isHeld(tool: Tool, name: string): boolean {
  return heldOf(tool).includes(name);
}
function heldOf(tool: Tool): string[] {
  const held = tool.context.host.state.extra.get(HOLDS);
  return typeof held === 'string' && held !== '' ? held.split(' ') : [];
}
/** apt-mark(8): holds, and what somebody called automatically installed; nothing is at first. */
function* runAptMark(tool: Tool): ToolRun {
  const [verb = '', ...names] = tool.args.filter((word) => !word.startsWith('-'));
  const all = installed(tool);
  const held = heldOf(tool);
  const noted = tool.context.host.state.extra.get(AUTOMATIC);
  const automatic = typeof noted === 'string' && noted !== '' ? noted.split(' ') : [];
  switch (verb) {
    case 'showhold':
    case 'showholds':
    case 'showmanual':
      for (const { name } of chosenOf(all, names))
        if (verb === 'showmanual' ? !automatic.includes(name) : held.includes(name)) tool.line(name);
      break;
    case 'showauto':
      for (const { name } of chosenOf(all, names)) if (automatic.includes(name)) tool.line(name);
      break;
    case 'hold':
    case 'unhold': {
      const missing = names.filter((name) => !all.some((one) => one.name === name));
      for (const name of missing) tool.note(`E: Unable to locate package ${name}\n`);
      if (missing.length > 0) {
        tool.note('E: No packages found\n');
        return 100;
      }
      if (tool.context.who.uid !== 0) {
        tool.note(
          'dpkg: error: required read/write access to the dpkg database directory /var/lib/dpkg\nE: Sub-process dpkg --set-selections returned an error code (2)\nE: Executing dpkg failed. Are you root?\n',
        );
        return 100;
      }
      for (const name of names) {
        const isHeldNow = held.includes(name);
        if (verb === 'hold')
          tool.line(isHeldNow ? `${name} was already set on hold.` : `${name} set on hold.`);
        else tool.line(isHeldNow ? `Canceled hold on ${name}.` : `${name} was already not on hold.`);
      }
      const others = held.filter((name) => !names.includes(name));
      const after = verb === 'hold' ? [...others, ...names].sort() : others;
      tool.context.host.state.extra.set(HOLDS, after.join(' '));
      break;
    }
    case 'auto':
    case 'manual': {
      const missing = names.filter((name) => !all.some((one) => one.name === name));
      for (const name of missing) tool.note(`E: Unable to locate package ${name}\n`);
      if (missing.length > 0 && missing.length === names.length) {
        tool.note('E: No packages found\n');
        return 100;
      }
      if (tool.context.who.uid !== 0) {
        tool.note(
          'E: Could not create temporary file for /var/lib/apt/extended_states - mkstemp (13: Permission denied)\nE: Failed to write temporary StateFile /var/lib/apt/extended_states\n',
        );
        return 100;
      }
      const word = verb === 'auto' ? 'automatically' : 'manually';
      const present = names.filter((name) => !missing.includes(name));
      for (const name of present)
        tool.line(
          automatic.includes(name) === (verb === 'auto')
            ? `${name} was already set to ${word} installed.`
            : `${name} set to ${word} installed.`,
        );
      const rest = automatic.filter((name) => !present.includes(name));
      tool.context.host.state.extra.set(
        AUTOMATIC,
        (verb === 'auto' ? [...rest, ...present] : rest).join(' '),
      );
      break;
    }
    default:
      tool.note(`E: Invalid operation ${verb}\n`);
      return 100;
  }
  yield* tool.drain();
  return 0;
}

/** `dpkg-query -W`: a line for each package, in a form that `-f` may give. */
function* query(tool: Tool, args: readonly string[], all: readonly Installed[]): ToolRun {
  let format = '${binary:Package}\\t${Version}\\n';
  const wanted: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? '';
    if (word === '-f') format = args[++i] ?? '';
    else if (/^-f=?/.test(word)) format = word.replace(/^-f=?/, '');
    else if (word.startsWith('--showformat=')) format = word.slice('--showformat='.length);
    else wanted.push(word);
  }
  let code = 0;
  for (const pattern of wanted)
    if (!all.some(({ name }) => fnmatch(pattern)(name))) {
      tool.note(`dpkg-query: no packages found matching ${pattern}\n`);
      code = 1;
    }
  for (const one of all) {
    if (wanted.length > 0 && !wanted.some((pattern) => fnmatch(pattern)(one.name))) continue;
    const fields: Readonly<Record<string, string>> = {
      'binary:Package': one.name,
      Package: one.name,
      Version: one.version,
      Status: 'install ok installed',
      'db:Status-Abbrev': 'ii ',
      'db:Status-Status': 'installed',
      Architecture: 'amd64',
    };
    tool.print(
      format
        .replace(/\$\{([^;}]+)(?:;(-?\d+))?\}/g, (_, name: string, width?: string) => {
          const value = fields[name] ?? '';
          const size = Math.abs(Number(width ?? 0));
          return Number(width ?? 0) < 0 ? value.padEnd(size) : value.padStart(size);
        })
        .replaceAll('\\n', '\n')
        .replaceAll('\\t', '\t'),
    );
  }
  yield* tool.drain();
  return code;
}

function list(tool: Tool, chosen: readonly Installed[]): void {
  const width = Math.max(14, ...chosen.map(({ name }) => name.length));
  const versions = Math.max(12, ...chosen.map(({ version }) => version.length));
  tool.print(
    `Desired=Unknown/Install/Remove/Purge/Hold\n| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend\n|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)\n||/ ${'Name'.padEnd(width)} ${'Version'.padEnd(versions)} Architecture Description\n+++-${'='.repeat(width)}-${'='.repeat(versions)}-============-=================================\n`,
  );
  for (const { name, version } of chosen)
    tool.line(
      `${isHeld(tool, name) ? 'hi' : 'ii'}  ${name.padEnd(width)} ${version.padEnd(versions)} amd64        ${name}`,
    );
}

/** What apt-get reads first; progress is told to terminals and by apt alone. */
function lists(tool: Tool): string {
  const done = tool.context.stdout.tty === undefined && tool.command.name === 'apt-get' ? '' : ' Done';
  return `Reading package lists...${done}\nBuilding dependency tree...${done}\nReading state information...${done}\n`;
}

function* runApt(tool: Tool): ToolRun {
  const words = tool.args.filter((word) => !word.startsWith('-'));
  const [command = '', ...names] = words;
  const all = installed(tool);
  const { name } = tool.command;
  if (tool.args.includes('--version') || tool.args.includes('-v')) tool.version();
  switch (command) {
    case 'list':
      tool.line('Listing...');
      for (const one of all)
        if (names.length === 0 || names.some((pattern) => fnmatch(pattern)(one.name)))
          tool.line(`${one.name}/stable,now ${one.version} amd64 [installed]`);
      yield* tool.drain();
      return 0;
    case 'policy':
    case 'show':
      for (const wanted of names) {
        const found = all.find((one) => one.name === wanted);
        if (found === undefined) {
          // Notices are for terminals (APT::Cmd: quiet is 1 otherwise).
          if (tool.context.stdout.tty !== undefined) tool.note(`N: Unable to locate package ${wanted}\n`);
          if (command === 'show') tool.note('E: No packages found\n');
          return command === 'show' ? 100 : 0;
        }
        if (command === 'policy')
          tool.print(
            `${wanted}:\n  Installed: ${found.version}\n  Candidate: ${found.version}\n  Version table:\n *** ${found.version} 500\n        100 /var/lib/dpkg/status\n`,
          );
        else
          tool.print(
            `Package: ${wanted}\nVersion: ${found.version}\nPriority: optional\nMaintainer: Debian\nArchitecture: amd64\nDescription: ${wanted}\n\n`,
          );
      }
      yield* tool.drain();
      return 0;
    case 'clean':
      return 0;
    case 'autoclean':
    case 'check':
      tool.print(lists(tool));
      yield* tool.drain();
      return 0;
    case 'install':
    case 'remove':
    case 'purge':
    case 'update':
    case 'upgrade':
    case 'full-upgrade':
    case 'dist-upgrade':
    case 'autoremove':
    case 'download':
      if (tool.context.who.uid !== 0) {
        tool.note(
          'E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\nE: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?\n',
        );
        return 100;
      }
      if (
        command === 'install' &&
        names.length > 0 &&
        names.every((wanted) => all.some((one) => one.name === wanted))
      ) {
        tool.print(lists(tool));
        for (const wanted of names)
          tool.line(`${wanted} is already the newest version (${versionOf(wanted)}).`);
        tool.line('0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.');
        yield* tool.drain();
        return 0;
      }
      if (names.length === 0 && /^(install|remove|purge|autoremove)$/.test(command)) {
        tool.print(lists(tool));
        tool.line('0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.');
        yield* tool.drain();
        return 0;
      }
      if (['install', 'remove', 'purge'].includes(command)) {
        // What is neither here nor in Debian cannot be found; the rest would have to be fetched.
        const strange = names.filter(
          (wanted) => VERSIONS[wanted] === undefined && !all.some((one) => one.name === wanted),
        );
        if (strange.length > 0 && strange.length === names.length) {
          tool.print(lists(tool));
          for (const wanted of strange) tool.note(`E: Unable to locate package ${wanted}\n`);
          yield* tool.drain();
          return 100;
        }
      }
      tool.note(`E: not modelled: ${name} ${command}; this network has no package archive\n`);
      return 100;
    default:
      if (command === '') {
        tool.print(`${tool.package.version(name)}Usage: ${name} [options] command\n`);
        yield* tool.drain();
        return 0;
      }
      tool.note(`E: Invalid operation ${command}\n`);
      return 100;
  }
}
