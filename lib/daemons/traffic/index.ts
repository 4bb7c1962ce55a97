/** Clients and probes outside the system under study. */
import type { Registry } from '../../world/world.contract';
import { loadDaemon, loadGenerator } from './load-generator';

const UNIT = `[Unit]
Description=Load generator
After=network.target

[Service]
ExecStart=/usr/bin/loadgen /etc/loadgen.conf
Restart=always

[Install]
WantedBy=multi-user.target
`;

export function register(registry: Registry): void {
  registry.program('traffic/loadgen', loadGenerator);
  registry.daemon(loadDaemon);
  registry.package('loadgen', {
    '/usr/bin/loadgen': { program: 'traffic/loadgen' },
    '/lib/systemd/system/loadgen.service': { text: UNIT },
  });
}
