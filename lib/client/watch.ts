/** What the page looks at now, as the `watch` message: only that is sent in detail. */
import type { ClientMessage, HostDetail, LogQuery } from '../session/messages';
import type { WorkbenchState } from './workbench-store';

type Watch = Extract<ClientMessage, { type: 'watch' }>;
export type Part = Exclude<keyof HostDetail, 'id'>;

/** Most lines of a log the page lists. */
export const LOG_LIMIT = 500;

/** What a panel shows, as its line in the registry says. */
export type WatchedParts = (panel: string) => readonly (Part | 'logs')[];

export function watchOf(ui: WorkbenchState, partsOf: WatchedParts): Watch {
  const { host, inspectorTab, dockTab, trace } = ui;
  const shown = [
    ...(host === undefined ? [] : partsOf(inspectorTab)),
    ...(dockTab === undefined ? [] : partsOf(dockTab)),
  ];
  const logs = shown.includes('logs') ? logQuery(ui) : undefined;
  return {
    type: 'watch',
    panels: [...new Set(shown)],
    ...(host === undefined ? {} : { host }),
    ...(logs === undefined ? {} : { logs }),
    ...(trace === undefined ? {} : { trace }),
  };
}

function logQuery({ host, logFilter }: WorkbenchState): LogQuery | undefined {
  return host === undefined ? undefined : { host, limit: LOG_LIMIT, ...logFilter };
}
