/** The application server of the labs. */
import type { Registry } from '../../world/world.contract';
import { appDaemon, appServer, shop } from './app';

const UNIT = `[Unit]
Description=Shop application
After=network.target

[Service]
User=www-data
ExecStart=/usr/local/bin/shop --config /etc/shop.conf
Restart=on-failure

[Install]
WantedBy=multi-user.target
`;
const CONFIGURATION = `# The shop's application server.
port = 8080

# Requests that are worked on at a time; others wait.
concurrency = 64

# Processor time of one request, and waiting that costs none.
processor = 1ms
delay = 0

status = 200
health_status = 200

# One line in the journal for each request.
access_log = off

# Give out sessions as cookies; they live in this server's memory.
sessions = off

# Pages that take longer, one a line:
# page = /report 5s

# A service that is asked for each request:
# depends = http://stock.example:8080/
# depends_timeout = 2s

# A file that keeps each order (POST) as a line:
# orders = /var/lib/shop/orders.log
`;

export function register(registry: Registry): void {
  registry.program('app-server/shop', shop);
  registry.program('app-server/app-server', appServer);
  registry.daemon(appDaemon);
  registry.package('app-server', { '/usr/bin/app-server': { program: 'app-server/app-server' } });
  registry.package('shop-app', {
    '/usr/local/bin/shop': { program: 'app-server/shop' },
    '/etc/shop.conf': { text: CONFIGURATION },
    '/lib/systemd/system/shop.service': { text: UNIT },
  });
}
