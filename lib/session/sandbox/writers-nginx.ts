/** nginx's site: in front of several servers (an upstream) or of one service (proxy_pass). */
import type { ServerLine } from './writers';

/** Debian's own site: the package has it, and enables it. */
export const NGINX = '/etc/nginx/sites-available/default';

/** An upstream without servers is refused; this one is never asked. */
const NOBODY = '\tserver 127.0.0.1:9 down;';
const NOBODY_WHY = '\t# nginx wants one at least; this one is never asked.';
/** What a proxy answers while nothing stands behind it. */
const NOTHING_BEHIND = 'return 503;';

const PASSING = `		proxy_http_version 1.1;
		proxy_set_header Connection "";
		proxy_set_header Host $host;
		proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
		proxy_connect_timeout 2s;`;

/** A load balancer that has nobody to pass requests to yet. */
export function nginxText(): string {
  return `# Who answers. Connecting a server on the canvas adds a line here.
upstream app {
	# All workers count failures together.
	zone app 64k;
${NOBODY_WHY}
${NOBODY}
}

# What comes in. All addresses, so that it can start before it holds a shared one.
server {
	listen 80 default_server;
	server_name _;

	location / {
		proxy_pass http://app;
${PASSING}
		# A server that does not answer: try another one.
		proxy_next_upstream error timeout;
	}
}
`;
}
/** A reverse proxy that stands in front of nothing yet. */
export function proxyText(): string {
  return `# In front of one service.
server {
	listen 80 default_server;
	server_name _;

	location / {
		# Connecting the service on the canvas writes proxy_pass here.
		${NOTHING_BEHIND}
${PASSING}
	}
}
`;
}

/** Adds a server: to the upstream, or as what the proxy stands in front of. Undefined when it stands in front of another one. */
export function withUpstream(text: string, { address, port }: ServerLine): string | undefined {
  const lines = text.split('\n');
  const block = upstreamOf(lines);
  if (block === undefined) return inFrontOf(lines, `http://${address}:${port}`);
  const servers = block.servers.filter((at) => lines[at] !== NOBODY);
  const after = servers.at(-1) ?? block.end - 1;
  const added = lines.toSpliced(after + 1, 0, `\tserver ${address}:${port} max_fails=3 fail_timeout=10s;`);
  return added.filter((line) => line !== NOBODY && line !== NOBODY_WHY).join('\n');
}
function inFrontOf(lines: readonly string[], target: string): string | undefined {
  const at = lines.findIndex((line) => line.trim() === NOTHING_BEHIND);
  return at < 0 ? undefined : lines.toSpliced(at, 1, `\t\tproxy_pass ${target};`).join('\n');
}

/** Takes a server out, from the upstream and from behind proxy_pass. */
export function withoutUpstream(text: string, address: string): string {
  const isServer = (line: string) => /^\s*server\s+\S+.*;/.test(line) && addressIn(line) === address;
  const isPass = (line: string) => /^\s*proxy_pass\s+http:\/\//.test(line) && addressIn(line) === address;
  const lines = text
    .split('\n')
    .flatMap((line) => (isServer(line) ? [] : isPass(line) ? [`\t\t${NOTHING_BEHIND}`] : [line]));
  const block = upstreamOf(lines);
  if (block === undefined || block.servers.length > 0) return lines.join('\n');
  return lines.toSpliced(block.end, 0, NOBODY_WHY, NOBODY).join('\n');
}
function addressIn(line: string): string | undefined {
  return /^\s*(?:server\s+|proxy_pass\s+http:\/\/)([^\s:;/]+)/.exec(line)?.[1];
}

/** The first upstream: the lines of its servers, and the line that closes it. */
function upstreamOf(lines: readonly string[]): { servers: number[]; end: number } | undefined {
  const start = lines.findIndex((line) => /^\s*upstream\s+\S+\s*\{/.test(line));
  if (start < 0) return undefined;
  const servers: number[] = [];
  for (let at = start + 1; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (/^\s*\}/.test(line)) return { servers, end: at };
    if (/^\s*server\s/.test(line)) servers.push(at);
  }
  return undefined;
}
