/** What the page looks at now, as the `watch` message: only that is sent in detail. */
import type { ClientMessage, HostDetail, LogQuery } from '../session/messages';
import type { InspectorTab, WorkbenchState } from './workbench-store';

type Watch = Extract<ClientMessage, { type: 'watch' }>;
type Part = Exclude<keyof HostDetail, 'id'>;

/** Most lines of a log the page lists. */
export const LOG_LIMIT = 500;

const PARTS: Readonly<Record<InspectorTab, readonly Part[]>> = {
  overview: ['overview', 'units', 'charts', 'files'],
  files: ['files', 'charts'],
  firewall: ['firewall'],
  logs: [],
  state: ['charts'],
  processes: ['units', 'processes', 'sockets'],
};

export function watchOf(ui: WorkbenchState): Watch {
  const { host, inspectorTab, dockTab, trace } = ui;
  const logs = dockTab === 'logs' || (host !== undefined && inspectorTab === 'logs') ? logQuery(ui) : undefined;
  return {
    type: 'watch',
    panels: [...(host === undefined ? [] : PARTS[inspectorTab]), ...(logs === undefined ? [] : ['logs'])],
    ...(host === undefined ? {} : { host }),
    ...(logs === undefined ? {} : { logs }),
    ...(trace === undefined ? {} : { trace }),
  };
}

function logQuery({ host, logFilter }: WorkbenchState): LogQuery | undefined {
  return host === undefined ? undefined : { host, limit: LOG_LIMIT, ...logFilter };
}
