/** A host of a scenario boots from its disk: sysctl, interfaces, enabled units. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { INSIDE } from '../plan';
import { type Boot, clock } from '../protocol';
import { Supervisor } from '../supervisor/supervisor';
import { openDesk } from './desk';
import { emptyFolder, listeners, putOnDisk, runAll } from './host';
import { commandsFor } from './interfaces';
import { platform } from './platform';
import { tell } from './tell';
import { enabledUnits, findUnit } from './unit-files';

/** Of the machine's own configuration a scenario's host knows nothing. */
const FOREIGN = ['/etc/systemd/system', '/etc/sysctl.d', '/etc/keepalived', '/etc/haproxy'];
const LOOK_EVERY_MS = 100;
const TOOLS: Readonly<Record<string, string>> = {
  '/usr/bin/systemctl': 'tool systemctl',
  '/usr/bin/journalctl': 'tool journalctl',
  '/usr/bin/ssh': 'tool ssh',
  '/usr/sbin/reboot': 'tool reboot',
  '/usr/sbin/poweroff': 'tool poweroff',
  '/usr/bin/loadgen': 'loadgen',
  '/usr/local/bin/shop': 'shop',
};
/** Everybody is root here already. */
const SUDO = `#!/bin/bash
while [[ "$1" == -* || "$1" == *=* ]]; do
  case "$1" in
    -u|-g|-p|-C|-h|-U) shift 2 ;;
    --) shift; break ;;
    *=*) export "$1"; shift ;;
    *) shift ;;
  esac
done
exec "$@"
`;
const supervisor = new Supervisor(platform);

export async function boot({ files, units }: Boot): Promise<string[]> {
  // keepalived tells nobody that it is ready unless the first process, its parent, has this name.
  writeFileSync('/proc/self/comm', 'systemd');
  if (files.length > 0) {
    for (const folder of FOREIGN) emptyFolder(folder);
    rmSync('/etc/nginx/sites-enabled/default', { force: true });
    for (const file of files) putOnDisk(file);
  }
  for (const [name, text] of Object.entries(units)) writeFileSync(`${INSIDE}/units/${name}`, text);
  installTools();
  await runAll(['sysctl -q --system 2>/dev/null || true', 'ip link set lo up']);
  const interfaces = '/etc/network/interfaces';
  const wrong = await runAll(commandsFor(existsSync(interfaces) ? readFileSync(interfaces, 'utf8') : ''));
  openDesk(supervisor);
  setInterval(look, LOOK_EVERY_MS);
  const enabled = enabledUnits();
  void supervisor.boot(enabled);
  return [
    ...wrong,
    ...enabled.flatMap((name) =>
      (findUnit(name)?.notPlayed ?? []).map((key) => `${name}: not played by the recorder: ${key}=`),
    ),
  ];
}
export async function shutDown(): Promise<null> {
  await supervisor.stopAll();
  return null;
}
function installTools(): void {
  const install = (path: string, text: string): void => {
    rmSync(path, { force: true });
    writeFileSync(path, text);
    chmodSync(path, 0o755);
  };
  mkdirSync('/usr/local/bin', { recursive: true });
  install('/usr/bin/sudo', SUDO);
  for (const [path, mode] of Object.entries(TOOLS))
    install(path, `#!/bin/bash\nexec ${INSIDE}/node ${INSIDE}/agent.mjs ${mode} "$@"\n`);
}

let before = '';
let listenersBefore = '';
/** Tells what has changed. */
function look(): void {
  const addresses = Object.fromEntries(
    Object.entries(os.networkInterfaces()).map(([device, all]) => [
      device,
      (all ?? []).filter(({ family }) => family === 'IPv4').map(({ cidr, address }) => cidr ?? address),
    ]),
  );
  const now = JSON.stringify(addresses);
  if (now !== before) tell({ event: 'addresses', at: clock(), addresses });
  before = now;
  const open = listeners();
  const openNow = JSON.stringify(open);
  if (openNow !== listenersBefore) tell({ event: 'listeners', at: clock(), listeners: open });
  listenersBefore = openNow;
}
