/** Becoming somebody else: sudo, su, runuser, visudo, nologin. */
import type { Registry } from '../../world/world.contract';
import { resumeSession } from './session';
import { nologin, runuser, su } from './su';
import { sudo } from './sudo';
import { visudo } from './visudo';

/** Debian's /etc/sudoers.d/README, shortened to what it says. */
const README = `#
# The default /etc/sudoers file created on installation of the
# sudo  package now includes the directive:
#
# \t@includedir /etc/sudoers.d
#
# This will cause sudo to read and parse any files in the /etc/sudoers.d
# directory that do not end in '~' or contain a '.' character.
#
# Note also, that because sudoers contents can vary widely, no attempt is
# made to add this directive to existing sudoers files on upgrade.
#
# Finally, please note that using the visudo command is the recommended way
# to update sudoers content, since it protects against many failure modes.
# See the man page for visudo and sudoers for more information.
#
`;

export function register(registry: Registry): void {
  registry.program('sudo/sudo', sudo);
  registry.program('sudo/visudo', visudo);
  registry.program('util-linux/su', su);
  registry.program('util-linux/runuser', runuser);
  registry.program('login/nologin', nologin);
  registry.resumable('sudo/session', resumeSession);
  registry.package('sudo', {
    '/usr/bin/sudo': { program: 'sudo/sudo', mode: 0o4755 },
    '/usr/sbin/visudo': { program: 'sudo/visudo' },
    '/etc/sudoers.d/README': { text: README, mode: 0o440 },
  });
  registry.package('login', {
    '/usr/bin/su': { program: 'util-linux/su', mode: 0o4755 },
    '/usr/sbin/runuser': { program: 'util-linux/runuser' },
    '/usr/sbin/nologin': { program: 'login/nologin' },
  });
}
