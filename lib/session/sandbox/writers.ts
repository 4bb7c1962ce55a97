/**
 * The configuration files that drawing writes: whole files for new machines,
 * single lines for new connections. What somebody changed by hand stays; a line
 * is added beside it. Each text is one that the real daemon's own test accepts.
 */

import { NGINX } from './writers-nginx';
import { trimEndOf } from '../../text/trim';

export const HAPROXY = '/etc/haproxy/haproxy.cfg';
export const KEEPALIVED = '/etc/keepalived/keepalived.conf';
export const NFTABLES = '/etc/nftables.conf';
export const LOADGEN = '/etc/loadgen.conf';
export const FORWARDING = '/etc/sysctl.d/50-router.conf';

/** What makes a daemon read its file again. */
export const RELOAD: Readonly<Record<string, string>> = {
  [HAPROXY]: 'systemctl reload-or-restart haproxy',
  [KEEPALIVED]: 'systemctl reload-or-restart keepalived',
  [NFTABLES]: 'systemctl reload-or-restart nftables',
  [LOADGEN]: 'systemctl restart loadgen',
  [NGINX]: 'systemctl reload-or-restart nginx',
  [FORWARDING]: 'sysctl -q --system',
};

/** A load balancer that listens on port 80 and has nobody to pass requests to yet. */
export function haproxyText(): string {
  return `global
	log /dev/log	local0
	log /dev/log	local1 notice
	chroot /var/lib/haproxy
	stats socket /run/haproxy/admin.sock mode 660 level admin
	stats timeout 30s
	user haproxy
	group haproxy
	daemon

defaults
	log	global
	mode	http
	option	httplog
	option	dontlognull
	# A server that died in the middle: try another one.
	option	redispatch
	timeout connect 2s
	timeout client  30s
	timeout server  30s

# What comes in. All addresses, so that it can start before it holds a shared one.
frontend web
	bind :80
	default_backend app

# Who answers. Connecting a server on the canvas adds a line here.
backend app
	balance roundrobin
	option httpchk GET /health
`;
}

export interface ServerLine {
  name: string;
  address: string;
  port: number;
}
/** Adds a server to the first backend, after its last server. */
export function withServer(text: string, { name, address, port }: ServerLine): string {
  const lines = trimEndOf(text, '\n').split('\n');
  const line = `\tserver ${name} ${address}:${port} check inter 2s fall 3 rise 2`;
  const backend = lines.findIndex((candidate) => /^\s*backend\s/.test(candidate));
  if (backend < 0) return `${[...lines, '', 'backend app', '\tbalance roundrobin', line].join('\n')}\n`;
  const end = sectionEnd(lines, backend);
  return `${[...lines.slice(0, end), line, ...lines.slice(end)].join('\n')}\n`;
}
const SECTION =
  /^\s*(?:global|defaults|frontend|backend|listen|peers|resolvers|userlist|program|mailers|cache|ring|http-errors|fcgi-app)\b/;
/** Where the next line of a section belongs: after its last one that says something. */
function sectionEnd(lines: readonly string[], start: number): number {
  let end = start + 1;
  for (let index = start + 1; index < lines.length && !SECTION.test(lines[index] ?? ''); index++)
    if (/^\s*[^\s#]/.test(lines[index] ?? '')) end = index + 1;
  return end;
}
export function withoutServer(text: string, address: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\s*server\s/.test(line) || line.trim().split(/\s+/)[2]?.split(':')[0] !== address)
    .join('\n');
}

export interface VrrpInstance {
  host: string;
  device: string;
  router: number;
  priority: number;
  state: 'MASTER' | 'BACKUP';
  /** `10.0.1.100/24` */
  address: string;
}
export function keepalivedText(instance: VrrpInstance): string {
  const { host, device, router, priority, state, address } = instance;
  return `global_defs {
	router_id ${host}
}

# Whoever has the highest priority and is alive holds the address.
vrrp_instance VI_${router} {
	state ${state}
	interface ${device}
	# The same on all who share the address, and on nobody else in this network.
	virtual_router_id ${router}
	priority ${priority}
	advert_int 1
	authentication {
		auth_type PASS
		auth_pass s3cr3t
	}
	virtual_ipaddress {
		${address}
	}
}
`;
}

/** A firewall that lets nothing through yet; connecting adds rules. */
export function nftablesText(): string {
  return `#!/usr/sbin/nft -f

flush ruleset

table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		iifname "lo" accept
		ct state established,related accept
		ip protocol icmp accept
		tcp dport 22 accept
	}

	# What may pass between the zones. Connecting two machines on the canvas adds a rule here.
	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state established,related accept
		ip protocol icmp accept
	}

	chain output {
		type filter hook output priority filter; policy accept;
	}
}
`;
}
export interface PassRule {
  from: string;
  to: string;
  /** Without one, everything. */
  port?: number;
  why: string;
}
export function ruleText({ from, to, port }: Omit<PassRule, 'why'>): string {
  return `ip saddr ${from} ip daddr ${to}${port === undefined ? '' : ` tcp dport ${port}`} accept`;
}
/** Adds a rule with its reason at the end of the forward chain, unless it is there. */
export function withRule(text: string, rule: PassRule): string {
  const line = ruleText(rule);
  const lines = text.split('\n');
  if (lines.some((candidate) => candidate.trim() === line)) return text;
  const start = lines.findIndex((candidate) => /^\s*chain\s+forward\s*\{/.test(candidate));
  if (start < 0)
    return `${trimEndOf(text, '\n')}\n\ntable inet passing {\n\tchain forward {\n\t\ttype filter hook forward priority filter;\n\t\t# ${rule.why}\n\t\t${line}\n\t}\n}\n`;
  let depth = 0;
  for (let index = start; index < lines.length; index++) {
    const bare = (lines[index] ?? '').replace(/#.*/, '');
    depth += (bare.match(/\{/g) ?? []).length - (bare.match(/\}/g) ?? []).length;
    if (depth > 0) continue;
    return [...lines.slice(0, index), `\t\t# ${rule.why}`, `\t\t${line}`, ...lines.slice(index)].join('\n');
  }
  return text;
}
/** Takes a rule out, with the reason above it. */
export function withoutRule(text: string, rule: Omit<PassRule, 'why'>): string {
  const line = ruleText(rule);
  const lines = text.split('\n');
  return lines
    .filter((candidate, index) => {
      const isReason = candidate.trim().startsWith('#') && (lines[index + 1] ?? '').trim() === line;
      return candidate.trim() !== line && !isReason;
    })
    .join('\n');
}

export function loadgenText({ name, target, rate }: { name: string; target: string; rate: number }): string {
  return `# Who asks, what for, and how often each second.
name = ${name}
url = http://${target}/
rate = ${rate}
arrival = uniform
connect_timeout = 4s
timeout = 8s
slow = 8s
`;
}
export function withRate(text: string, rate: number): string {
  return /^rate\s*=.*$/m.test(text)
    ? text.replace(/^rate\s*=.*$/m, `rate = ${rate}`)
    : `${text}rate = ${rate}\n`;
}
