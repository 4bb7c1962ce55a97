/** nftables 1.0.6 as Debian 12 packages it: the tool, its configuration, its unit. */
import type { Registry } from '../../world/world.contract';
import { nftablesFile } from './file-check';
import { loadedRules } from './loaded';
import { nft } from './nft';

const CONFIGURATION = `#!/usr/sbin/nft -f

flush ruleset

table inet filter {
	chain input {
		type filter hook input priority filter;
	}
	chain forward {
		type filter hook forward priority filter;
	}
	chain output {
		type filter hook output priority filter;
	}
}
`;
const UNIT = `[Unit]
Description=nftables
Documentation=man:nft(8) http://wiki.nftables.org
Wants=network-pre.target
Before=network-pre.target shutdown.target
Conflicts=shutdown.target
DefaultDependencies=no

[Service]
Type=oneshot
RemainAfterExit=yes
StandardInput=null
ProtectSystem=full
ProtectHome=true
ExecStart=/usr/sbin/nft -f /etc/nftables.conf
ExecReload=/usr/sbin/nft -f /etc/nftables.conf
ExecStop=/usr/sbin/nft flush ruleset

[Install]
WantedBy=sysinit.target
`;

export function register(registry: Registry): void {
  registry.checker(nftablesFile);
  registry.loadedFiles(loadedRules(CONFIGURATION));
  registry.program('nftables/nft', nft);
  registry.package('nftables', {
    '/usr/sbin/nft': { program: 'nftables/nft' },
    '/etc/nftables.conf': { text: CONFIGURATION, mode: 0o755 },
    '/lib/systemd/system/nftables.service': { text: UNIT },
  });
}
