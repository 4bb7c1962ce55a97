/** How the recorder starts each kind of service, and which signals its words mean. */
import type { SignalName } from '../../world/process.contract';
import type { AppControls, LabService } from './case';

export type ServiceKind = 'keepalived' | 'haproxy' | 'nginx' | 'app';

/** A service of a case with its gaps filled in as the recorder does. */
export interface Service {
  name: string;
  kind: ServiceKind;
  /** undefined: only the timeline starts it */
  at: number | undefined;
  port: number;
  appName: string;
  controls: AppControls;
}

const DAEMONS = ['keepalived', 'haproxy', 'nginx'] as const;

function kindOf(name: string): ServiceKind {
  return DAEMONS.find((daemon) => daemon === name) ?? 'app';
}

export function serviceOf(host: string, given: string | LabService): Service {
  const service = typeof given === 'string' ? { name: given } : given;
  const name = service.name ?? service.kind ?? 'app';
  const kind = kindOf(service.kind ?? name);
  const usual = kind === 'app' ? -1 : 0;
  return {
    name,
    kind,
    at: service.at === null ? undefined : (service.at ?? usual),
    port: service.port ?? 8080,
    appName: service.appname ?? host,
    controls: service.app ?? {},
  };
}

export function controlFile(service: string): string {
  return `/run/app/${service}.json`;
}

export function commandOf(service: Service): string[] {
  switch (service.kind) {
    case 'keepalived':
      return [
        '/usr/sbin/keepalived',
        '--dont-fork',
        '--log-console',
        '--log-detail',
        '-f',
        '/etc/keepalived/keepalived.conf',
      ];
    case 'haproxy':
      return ['/usr/sbin/haproxy', '-Ws', '-f', '/etc/haproxy/haproxy.cfg', '-p', '/run/haproxy.pid'];
    case 'nginx':
      return ['/usr/sbin/nginx', '-g', 'daemon off; master_process on;'];
    case 'app':
      return ['/usr/bin/app-server', service.appName, String(service.port), controlFile(service.name)];
  }
}

export function stopSignal(kind: ServiceKind): SignalName {
  return kind === 'nginx' ? 'QUIT' : 'TERM';
}
export function reloadSignal(kind: ServiceKind): SignalName {
  return kind === 'haproxy' ? 'USR2' : 'HUP';
}
