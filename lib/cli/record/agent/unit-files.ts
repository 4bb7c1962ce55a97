/** Unit files of this host: the administrator's, the scenario's, the machine's packages'. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import { INSIDE } from '../plan';
import type { UnitFiles } from '../supervisor/systemctl';
import { readUnit, type ServiceUnit } from '../supervisor/unit';

const OWN = '/etc/systemd/system';
const SCENARIO = `${INSIDE}/units`;
const SEARCH = [OWN, '/run/systemd/system', SCENARIO, '/usr/lib/systemd/system', '/lib/systemd/system'];
/** What this machine's packages bring and is played; ssh, cron and the rest of a Debian host are not. */
const DAEMONS = ['haproxy.service', 'keepalived.service', 'nftables.service', 'nginx.service'];

function fragment(unit: string): string | undefined {
  return SEARCH.map((folder) => path.join(folder, unit)).find((file) => existsSync(file));
}
function dropIns(unit: string): string[] {
  return SEARCH.flatMap((folder) => {
    const at = path.join(folder, `${unit}.d`);
    if (!existsSync(at)) return [];
    return readdirSync(at)
      .filter((name) => name.endsWith('.conf'))
      .sort()
      .map((name) => path.join(at, name));
  });
}
function isLinkTo(file: string, target: string): boolean {
  try {
    return lstatSync(file).isSymbolicLink() && readlinkSync(file) === target;
  } catch {
    return false;
  }
}
const isMasked = (unit: string): boolean => isLinkTo(path.join(OWN, unit), '/dev/null');

export function findUnit(unit: string): ServiceUnit | undefined {
  const file = isMasked(unit) ? undefined : fragment(unit);
  if (file === undefined) return undefined;
  return readUnit(
    unit,
    [file, ...dropIns(unit)].map((one) => readFileSync(one, 'utf8')),
  );
}
function wantsFolders(): string[] {
  if (!existsSync(OWN)) return [];
  return readdirSync(OWN)
    .filter((name) => name.endsWith('.wants'))
    .map((name) => path.join(OWN, name));
}
function isPlayed(unit: string): boolean {
  const own = path.join(OWN, unit);
  return (
    DAEMONS.includes(unit) ||
    existsSync(path.join(SCENARIO, unit)) ||
    (existsSync(own) && !lstatSync(own).isSymbolicLink())
  );
}
export function enabledUnits(): string[] {
  const names = wantsFolders().flatMap((folder) => readdirSync(folder));
  return [...new Set(names)].filter((name) => name.endsWith('.service') && isPlayed(name) && !isMasked(name));
}

export const unitFiles: UnitFiles = {
  isEnabled: (unit) => wantsFolders().some((folder) => readdirSync(folder).includes(unit)),
  isMasked,
  enable(unit) {
    const file = fragment(unit);
    if (file === undefined) return `Failed to enable unit: Unit file ${unit} does not exist.\n`;
    const target = /^WantedBy=(\S+)/m.exec(readFileSync(file, 'utf8'))?.[1];
    if (target === undefined) return '';
    const link = path.join(OWN, `${target}.wants`, unit);
    if (existsSync(link)) return '';
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(file, link);
    return `Created symlink ${link} → ${file}.\n`;
  },
  disable(unit) {
    const links = wantsFolders()
      .map((folder) => path.join(folder, unit))
      .filter((link) => readdirSync(path.dirname(link)).includes(unit));
    for (const link of links) rmSync(link, { force: true });
    return links.map((link) => `Removed "${link}".\n`).join('');
  },
  mask(unit) {
    const link = path.join(OWN, unit);
    if (isMasked(unit)) return '';
    if (existsSync(link)) return `Failed to mask unit: File ${link} already exists.\n`;
    symlinkSync('/dev/null', link);
    return `Created symlink ${link} → /dev/null.\n`;
  },
  unmask(unit) {
    const link = path.join(OWN, unit);
    if (!isMasked(unit)) return '';
    rmSync(link);
    return `Removed "${link}".\n`;
  },
  text: (unit) =>
    [fragment(unit), ...dropIns(unit)]
      .flatMap((file) => (file === undefined ? [] : [`# ${file}\n${readFileSync(file, 'utf8')}`]))
      .join('\n'),
};
