/** What runs on the machines of an exported lab: the start of a host and the stand-ins for shop and customers. */

/**
 * One script for containers, virtual machines and namespaces. Where systemd runs, it starts the services;
 * elsewhere they stand in the foreground of the script, started in systemd's order.
 */
export const START_HOST = `#!/bin/bash
# start-host.sh HOST [FOLDER] [namespace]: installs what the host needs, puts its files in place, starts its services.
set -u
host=$1
root=\${2:-}
kind=\${3:-machine}
. "$root/lab/hosts/$host.env"
files=$root/hosts/$host

if [ "$kind" = namespace ]; then
	hostname "$host"
	# The host's own /etc, /run and whatever else it has files in: nothing of this machine is changed.
	rm -rf "/tmp/fl-lab/$host"
	for folder in $( (echo /etc && echo /run && cd "$files" 2>/dev/null && find . -mindepth 1 -maxdepth 1 -type d | cut -c2-) | sort -u); do
		layer=/tmp/fl-lab/$host$folder
		mkdir -p "$layer/upper" "$layer/work"
		mount -t overlay overlay -o "lowerdir=$folder,upperdir=$layer/upper,workdir=$layer/work" "$folder" || {
			echo "$host: $folder cannot be laid over, so nothing is started" >&2
			exit 1
		}
	done
elif ! dpkg -s iproute2 procps python3 $PACKAGES >/dev/null 2>&1; then
	export DEBIAN_FRONTEND=noninteractive
	# Nothing starts before its configuration is there.
	printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d
	apt-get update -qq && apt-get install -y -qq iproute2 procps python3 $PACKAGES >/dev/null
	rm -f /usr/sbin/policy-rc.d
fi

if [ -d "$files" ]; then cp -r "$files/." /; fi
# Cards have other names on some machines (Vagrant keeps eth0 for itself): found by address, and named so in the files.
names=
for pair in $ADDRESSES; do
	found=$(ip -o -4 addr show | awk -v address="\${pair#*=}" '$4 == address { print $2; exit }')
	[ -n "$found" ] && [ "$found" != "\${pair%%=*}" ] && names="$names \${pair%%=*}=$found"
done
named=$(grep -rlIE '\\beth[0-9]+\\b' /etc/keepalived /etc/nftables.conf /etc/haproxy /etc/nginx 2>/dev/null || true)
for file in $named; do
	for pair in $names; do sed -i "s/\\b\${pair%%=*}\\b/@\${pair#*=}@/g" "$file"; done
	for pair in $names; do sed -i "s/@\${pair#*=}@/\${pair#*=}/g" "$file"; done
done
# A container has them from compose.yaml.
if [ -w /proc/sys/net/ipv4/ip_forward ]; then
	[ "$FORWARD" = 1 ] && sysctl -qw net.ipv4.ip_forward=1
	for file in "$files"/etc/sysctl.conf "$files"/etc/sysctl.d/*.conf; do
		[ -e "$file" ] && grep -E '^[[:space:]]*net\\.' "$file" | sysctl -q -p -
	done
fi
if [ -n "$GATEWAY" ] && [ "$kind" = machine ]; then ip route replace default via "$GATEWAY"; fi

if [ -d /run/systemd/system ] && [ "$kind" = machine ]; then
	systemctl daemon-reload
	for unit in $UNITS; do
		systemctl stop "$unit" 2>/dev/null
		case $unit in
		shop) systemd-run -q --unit shop python3 "$root/lab/shop.py" "$host" ;;
		loadgen) systemd-run -q --unit loadgen python3 "$root/lab/loadgen.py" "$URL" "$RATE" ;;
		*) systemctl enable -q "$unit" && systemctl start "$unit" ;;
		esac
	done
	exit
fi

serve() { "$@" & }
if [ "$kind" = machine ]; then
	# What an earlier start left in this container.
	rm -f /run/keepalived*.pid /run/nginx.pid /run/rsyslogd.pid
	command -v rsyslogd >/dev/null && serve rsyslogd -n
fi
for unit in $UNITS; do
	case $unit in
	nftables) nft -f /etc/nftables.conf ;;
	haproxy)
		mkdir -p /run/haproxy /var/lib/haproxy
		haproxy -c -f /etc/haproxy/haproxy.cfg && serve haproxy -W -db -f /etc/haproxy/haproxy.cfg
		;;
	keepalived) serve keepalived --dont-fork --log-console -f /etc/keepalived/keepalived.conf ;;
	nginx) serve nginx -g 'daemon off;' ;;
	dnsmasq) serve dnsmasq --keep-in-foreground ;;
	shop) serve python3 "$root/lab/shop.py" "$host" ;;
	loadgen) serve python3 "$root/lab/loadgen.py" "$URL" "$RATE" ;;
	*) echo "$host: $unit is not started here" >&2 ;;
	esac
done
# Told to end, the services are told first: keepalived then gives its address away at once.
trap 'kill $(jobs -p) 2>/dev/null; wait; exit 0' TERM INT
serve sleep infinity
wait
`;

export const SHOP = `#!/usr/bin/env python3
"""Stands in for the simulated application server: answers on port 8080."""
import http.server
import sys

NAME = sys.argv[1] if len(sys.argv) > 1 else "app"


class Shop(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = (NAME + "\\n").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        pass  # a health check that hangs up early is no news


Server(("0.0.0.0", 8080), Shop).serve_forever()
`;

export const LOADER = `#!/usr/bin/env python3
"""Stands in for the simulated customers: asks for a page so often each second and counts."""
import sys
import threading
import time
import urllib.request

URL, RATE = sys.argv[1], float(sys.argv[2])
counts = {"ok": 0, "failed": 0}


def ask():
    try:
        with urllib.request.urlopen(URL, timeout=8) as answer:
            answer.read()
        counts["ok"] += 1
    except Exception:
        counts["failed"] += 1


def tell():
    while True:
        time.sleep(1)
        print(counts["ok"], "ok,", counts["failed"], "failed", flush=True)
        counts["ok"] = counts["failed"] = 0


threading.Thread(target=tell, daemon=True).start()
while True:
    threading.Thread(target=ask, daemon=True).start()
    time.sleep(1 / RATE)
`;
