/** Debian's cron with its tables and crontab. */
import type { Registry } from '../../world/world.contract';
import { cron, cronDaemon } from './cron';
import { crontab } from './crontab';
import { JOBS_OF_PACKAGES } from './jobs-of-packages';
import { runParts } from './run-parts';

const UNIT = `[Unit]
Description=Regular background program processing daemon
Documentation=man:cron(8)
After=remote-fs.target nss-user-lookup.target

[Service]
EnvironmentFile=-/etc/default/cron
ExecStart=/usr/sbin/cron -f $EXTRA_OPTS
IgnoreSIGPIPE=false
KillMode=process
Restart=on-failure
SyslogFacility=cron

[Install]
WantedBy=multi-user.target
`;
const CRONTAB = `# /etc/crontab: system-wide crontab
# Unlike any other crontab you don't have to run the \`crontab'
# command to install the new version when you edit this file
# and files in /etc/cron.d. These files also have username fields,
# that none of the other crontabs do.

SHELL=/bin/sh
PATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin

# Example of job definition:
# .---------------- minute (0 - 59)
# |  .------------- hour (0 - 23)
# |  |  .---------- day of month (1 - 31)
# |  |  |  .------- month (1 - 12) OR jan,feb,mar,apr ...
# |  |  |  |  .---- day of week (0 - 6) (Sunday=0 or 7) OR sun,mon,tue,wed,thu,fri,sat
# |  |  |  |  |
# *  *  *  *  * user-name command to be executed
17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly
25 6\t* * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }
47 6\t* * 7\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.weekly; }
52 6\t1 * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.monthly; }
#
`;
const PLACEHOLDER = {
  text: '# DO NOT EDIT OR REMOVE\n# This file is a simple placeholder to keep dpkg from removing this directory\n',
};

export function register(registry: Registry): void {
  registry.program('cron/cron', cron);
  registry.program('cron/crontab', crontab);
  registry.program('cron/run-parts', runParts);
  registry.daemon(cronDaemon);
  registry.package('cron', {
    '/usr/sbin/cron': { program: 'cron/cron' },
    '/usr/bin/run-parts': { program: 'cron/run-parts' },
    '/usr/bin/crontab': { program: 'cron/crontab', mode: 0o2755 },
    '/lib/systemd/system/cron.service': { text: UNIT },
    '/etc/default/cron': {
      text: '# Cron configuration options\n\n# Whether to read the system\'s default environment files (if present)\n# If set to "yes", cron will set a proper mail charset from the locale\n# information\nREAD_ENV="yes"\n\n# Extra options for cron, see cron(8)\nEXTRA_OPTS=""\n',
    },
    '/etc/crontab': { text: CRONTAB },
    ...JOBS_OF_PACKAGES,
    ...Object.fromEntries(
      ['d', 'hourly', 'daily', 'weekly', 'monthly'].map((name) => [
        `/etc/cron.${name}/.placeholder`,
        PLACEHOLDER,
      ]),
    ),
  });
}
