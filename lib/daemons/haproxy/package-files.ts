/** What the package puts on a host, as Debian's haproxy 2.6.12-1+deb12u3 ships it. */
import type { FileSpec } from '../../world/files.contract';

const CONFIGURATION = `global
	log /dev/log	local0
	log /dev/log	local1 notice
	chroot /var/lib/haproxy
	stats socket /run/haproxy/admin.sock mode 660 level admin
	stats timeout 30s
	user haproxy
	group haproxy
	daemon

	# Default SSL material locations
	ca-base /etc/ssl/certs
	crt-base /etc/ssl/private

	# See: https://ssl-config.mozilla.org/#server=haproxy&server-version=2.0.3&config=intermediate
        ssl-default-bind-ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384
        ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256
        ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets

defaults
	log	global
	mode	http
	option	httplog
	option	dontlognull
        timeout connect 5000
        timeout client  50000
        timeout server  50000
	errorfile 400 /etc/haproxy/errors/400.http
	errorfile 403 /etc/haproxy/errors/403.http
	errorfile 408 /etc/haproxy/errors/408.http
	errorfile 500 /etc/haproxy/errors/500.http
	errorfile 502 /etc/haproxy/errors/502.http
	errorfile 503 /etc/haproxy/errors/503.http
	errorfile 504 /etc/haproxy/errors/504.http
`;
const UNIT = `[Unit]
Description=HAProxy Load Balancer
Documentation=man:haproxy(1)
Documentation=file:/usr/share/doc/haproxy/configuration.txt.gz
After=network-online.target rsyslog.service
Wants=network-online.target

[Service]
EnvironmentFile=-/etc/default/haproxy
EnvironmentFile=-/etc/sysconfig/haproxy
BindReadOnlyPaths=/dev/log:/var/lib/haproxy/dev/log
Environment="CONFIG=/etc/haproxy/haproxy.cfg" "PIDFILE=/run/haproxy.pid" "EXTRAOPTS=-S /run/haproxy-master.sock"
ExecStart=/usr/sbin/haproxy -Ws -f $CONFIG -p $PIDFILE $EXTRAOPTS
ExecReload=/usr/sbin/haproxy -Ws -f $CONFIG -c -q $EXTRAOPTS
ExecReload=/bin/kill -USR2 $MAINPID
KillMode=mixed
Restart=always
SuccessExitStatus=143
Type=notify

# The following lines leverage SystemD's sandboxing options to provide
# defense in depth protection at the expense of restricting some flexibility
# in your setup (e.g. placement of your configuration files) or possibly
# reduced performance. See systemd.service(5) and systemd.exec(5) for further
# information.

# NoNewPrivileges=true
# ProtectHome=true
# If you want to use 'ProtectSystem=strict' you should whitelist the PIDFILE,
# any state files and any other files written using 'ReadWritePaths' or
# 'RuntimeDirectory'.
# ProtectSystem=true
# ProtectKernelTunables=true
# ProtectKernelModules=true
# ProtectControlGroups=true
# If your SystemD version supports them, you can add: @reboot, @swap, @sync
# SystemCallFilter=~@cpu-emulation @keyring @module @obsolete @raw-io

[Install]
WantedBy=multi-user.target
`;
const DEFAULTS = `# Defaults file for HAProxy
#
# This is sourced by both, the initscript and the systemd unit file, so do not
# treat it as a shell script fragment.

# Change the config file location if needed
#CONFIG="/etc/haproxy/haproxy.cfg"

# Add extra flags here, see haproxy(1) for a few options
#EXTRAOPTS="-de -m 16"
`;
const ROTATION = `/var/log/haproxy.log {
    daily
    rotate 7
    missingok
    notifempty
    compress
    delaycompress
    postrotate
        [ ! -x /usr/lib/rsyslog/rsyslog-rotate ] || /usr/lib/rsyslog/rsyslog-rotate
    endscript
}
`;
const RSYSLOG = `# Create an additional socket in haproxy's chroot in order to allow logging via
# /dev/log to chroot'ed HAProxy processes
$AddUnixListenSocket /var/lib/haproxy/dev/log

# Send HAProxy messages to a dedicated logfile
:programname, startswith, "haproxy" {
  /var/log/haproxy.log
  stop
}
`;
const TEMPORARY = `d /run/haproxy 2775 haproxy haproxy -
`;

/** Pages of errors; each ends with an empty line. */
function page(status: string, text: string): FileSpec {
  return {
    text: `HTTP/1.0 ${status}\r\nCache-Control: no-cache\r\nConnection: close\r\nContent-Type: text/html\r\n\r\n<html><body><h1>${status}</h1>\n${text}\n</body></html>\n\n`,
  };
}

export const PACKAGE_FILES: Readonly<Record<string, FileSpec>> = {
  '/usr/sbin/haproxy': { program: 'haproxy/haproxy' },
  '/etc/haproxy/haproxy.cfg': { text: CONFIGURATION },
  '/lib/systemd/system/haproxy.service': { text: UNIT },
  '/etc/default/haproxy': { text: DEFAULTS },
  '/etc/logrotate.d/haproxy': { text: ROTATION },
  '/etc/rsyslog.d/49-haproxy.conf': { text: RSYSLOG },
  '/usr/lib/tmpfiles.d/haproxy.conf': { text: TEMPORARY },
  '/etc/haproxy/errors/400.http': page('400 Bad request', 'Your browser sent an invalid request.'),
  '/etc/haproxy/errors/403.http': page('403 Forbidden', 'Request forbidden by administrative rules.'),
  '/etc/haproxy/errors/408.http': page(
    '408 Request Time-out',
    "Your browser didn't send a complete request in time.",
  ),
  '/etc/haproxy/errors/500.http': page('500 Internal Server Error', 'An internal server error occurred.'),
  '/etc/haproxy/errors/502.http': page(
    '502 Bad Gateway',
    'The server returned an invalid or incomplete response.',
  ),
  '/etc/haproxy/errors/503.http': page(
    '503 Service Unavailable',
    'No server is available to handle this request.',
  ),
  '/etc/haproxy/errors/504.http': page('504 Gateway Time-out', "The server didn't respond in time."),
  '/run/haproxy': { directory: true, mode: 0o2775, uid: 102, gid: 109 },
  '/var/lib/haproxy': { directory: true, uid: 102, gid: 109 },
  '/var/lib/haproxy/dev': { directory: true },
};
