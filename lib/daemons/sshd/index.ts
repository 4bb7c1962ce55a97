/** OpenSSH: the server and its clients, with the files of Debian 12's packages. */
import type { Registry } from '../../world/world.contract';
import { scp, sshKeyscan } from './scp';
import { sftp } from './sftp';
import { resumeServerSession } from './session';
import { resumeClientSession, ssh } from './ssh';
import { sshKeygen } from './ssh-keygen';
import { sshd, sshdDaemon } from './sshd';

const UNIT = `[Unit]
Description=OpenBSD Secure Shell server
Documentation=man:sshd(8) man:sshd_config(5)
After=network.target auditd.service
ConditionPathExists=!/etc/ssh/sshd_not_to_be_run

[Service]
EnvironmentFile=-/etc/default/ssh
ExecStartPre=/usr/sbin/sshd -t
ExecStart=/usr/sbin/sshd -D $SSHD_OPTS
ExecReload=/usr/sbin/sshd -t
ExecReload=/bin/kill -HUP $MAINPID
KillMode=process
Restart=on-failure
RestartPreventExitStatus=255
Type=notify
RuntimeDirectory=sshd
RuntimeDirectoryMode=0755

[Install]
WantedBy=multi-user.target
Alias=sshd.service
`;
const SOCKET_UNIT = `[Unit]
Description=OpenBSD Secure Shell server socket
Before=sockets.target
ConditionPathExists=!/etc/ssh/sshd_not_to_be_run

[Socket]
ListenStream=22
Accept=no

[Install]
WantedBy=sockets.target
`;
const SERVER_CONFIG = `
# This is the sshd server system-wide configuration file.  See
# sshd_config(5) for more information.

# This sshd was compiled with PATH=/usr/local/bin:/usr/bin:/bin:/usr/games

# The strategy used for options in the default sshd_config shipped with
# OpenSSH is to specify options with their default value where
# possible, but leave them commented.  Uncommented options override the
# default value.

Include /etc/ssh/sshd_config.d/*.conf

#Port 22
#AddressFamily any
#ListenAddress 0.0.0.0
#ListenAddress ::

#HostKey /etc/ssh/ssh_host_rsa_key
#HostKey /etc/ssh/ssh_host_ecdsa_key
#HostKey /etc/ssh/ssh_host_ed25519_key

# Ciphers and keying
#RekeyLimit default none

# Logging
#SyslogFacility AUTH
#LogLevel INFO

# Authentication:

#LoginGraceTime 2m
#PermitRootLogin prohibit-password
#StrictModes yes
#MaxAuthTries 6
#MaxSessions 10

#PubkeyAuthentication yes

# Expect .ssh/authorized_keys2 to be disregarded by default in future.
#AuthorizedKeysFile\t.ssh/authorized_keys .ssh/authorized_keys2

# To disable tunneled clear text passwords, change to no here!
#PasswordAuthentication yes
#PermitEmptyPasswords no

# Change to yes to enable challenge-response passwords (beware issues with
# some PAM modules and threads)
KbdInteractiveAuthentication no

# Set this to 'yes' to enable PAM authentication, account processing,
# and session processing.
UsePAM yes

#AllowAgentForwarding yes
#AllowTcpForwarding yes
#GatewayPorts no
X11Forwarding yes
#X11DisplayOffset 10
#X11UseLocalhost yes
#PermitTTY yes
PrintMotd no
#PrintLastLog yes
#TCPKeepAlive yes
#PermitUserEnvironment no
#Compression delayed
#ClientAliveInterval 0
#ClientAliveCountMax 3
#UseDNS no
#PidFile /run/sshd.pid
#MaxStartups 10:30:100
#PermitTunnel no
#ChrootDirectory none
#VersionAddendum none

# no default banner path
#Banner none

# Allow client to pass locale environment variables
AcceptEnv LANG LC_*

# override default of no subsystems
Subsystem\tsftp\t/usr/lib/openssh/sftp-server
`;
const CLIENT_CONFIG = `
# This is the ssh client system-wide configuration file.  See
# ssh_config(5) for more information.  This file provides defaults for
# users, and the values can be changed in per-user configuration files
# or on the command line.

# Configuration data is parsed as follows:
#  1. command line options
#  2. user-specific file
#  3. system-wide file
# Any configuration value is only changed the first time it is set.
# Thus, host-specific definitions should be at the beginning of the
# configuration file, and defaults at the end.

Include /etc/ssh/ssh_config.d/*.conf

Host *
#   Port 22
    SendEnv LANG LC_*
    HashKnownHosts no
    GSSAPIAuthentication yes
`;
const MOTD = `
The programs included with the Debian GNU/Linux system are free software;
the exact distribution terms for each program are described in the
individual files in /usr/share/doc/*/copyright.

Debian GNU/Linux comes with ABSOLUTELY NO WARRANTY, to the extent
permitted by applicable law.
`;
export const SSH_PACKAGES: readonly string[] = ['openssh-server', 'openssh-client'];

export function register(registry: Registry): void {
  registry.program('openssh/sshd', sshd);
  registry.program('openssh/ssh', ssh);
  registry.program('openssh/scp', scp);
  registry.program('openssh/sftp', sftp);
  registry.program('openssh/ssh-keygen', sshKeygen);
  registry.program('openssh/ssh-keyscan', sshKeyscan);
  registry.daemon(sshdDaemon);
  registry.resumable('ssh/session', resumeClientSession);
  registry.resumable('sshd/session', resumeServerSession);
  registry.package('openssh-server', {
    '/usr/sbin/sshd': { program: 'openssh/sshd' },
    '/lib/systemd/system/ssh.service': { text: UNIT },
    '/lib/systemd/system/ssh.socket': { text: SOCKET_UNIT },
    '/etc/default/ssh': {
      text: '# Default settings for openssh-server. This file is sourced by /bin/sh from\n# /etc/init.d/ssh.\n\n# Options to pass to sshd\nSSHD_OPTS=\n',
    },
    '/etc/ssh/sshd_config': { text: SERVER_CONFIG },
    '/etc/ssh/sshd_config.d': { directory: true },
    '/etc/motd': { text: MOTD },
  });
  registry.package('openssh-client', {
    '/usr/bin/ssh': { program: 'openssh/ssh' },
    '/usr/bin/scp': { program: 'openssh/scp' },
    '/usr/bin/sftp': { program: 'openssh/sftp' },
    '/usr/bin/ssh-keygen': { program: 'openssh/ssh-keygen' },
    '/usr/bin/ssh-keyscan': { program: 'openssh/ssh-keyscan' },
    '/etc/ssh/ssh_config': { text: CLIENT_CONFIG },
    '/etc/ssh/ssh_config.d': { directory: true },
  });
}
