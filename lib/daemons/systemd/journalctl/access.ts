/** Who may read the journal. Source: systemd-journald.service(8) "ACCESS CONTROL". */
import type { Credentials } from '../../../world/files.contract';
import type { Host } from '../../../world/world.contract';

const READERS = ['adm', 'systemd-journal'];

export function mayReadJournal(host: Host, who: Credentials): boolean {
  if (who.uid === 0) return true;
  return READERS.some((name) => {
    const gid = host.group(name)?.gid;
    return gid !== undefined && (who.gid === gid || who.groups.includes(gid));
  });
}
