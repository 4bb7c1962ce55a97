/** What the learner looks at: selection, open tabs, filters, unsaved texts. Of this page only, never saved with a run. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Debrief, LogQuery } from '../session/messages';

/** A panel's id in `components/panels/registry.ts`. */
export type InspectorTab = string;
/** A panel's id, or `terminal:ID`. */
export type DockTab = string;
export type Overlay = 'palette' | 'help' | 'finish' | 'restart' | 'tour';
export type Area = 'incident' | 'map' | 'dock' | 'host';

export interface OpenFile {
  host: string;
  path: string;
  line?: number | undefined;
  /** The terminal whose user edits (vi, nano). */
  terminal?: string | undefined;
}

export interface WorkbenchState {
  host: string | undefined;
  inspectorTab: InspectorTab;
  dockTab: DockTab | undefined;
  overlay: Overlay | undefined;
  /** On small screens one area is shown at a time. */
  area: Area;
  outline: boolean;
  trace: number | undefined;
  /** The step of the trace that is looked at; undefined: the one that decides. */
  step: number | undefined;
  file: OpenFile | undefined;
  /** Texts changed and not saved, by `HOST:PATH`. */
  drafts: Readonly<Record<string, string>>;
  logFilter: Omit<LogQuery, 'host' | 'limit'>;
  view: 'workbench' | 'debrief';
  debrief: Debrief | undefined;
  savedAt: number | undefined;
  /** The branch that is shown beside the present one. */
  compare: number | undefined;
}

export interface WorkbenchStore extends StoreApi<WorkbenchState> {
  selectHost(host: string | undefined): void;
  showHost(host: string, tab: InspectorTab): void;
  openFile(file: OpenFile): void;
  draft(file: { host: string; path: string }, text: string | undefined): void;
  showTrace(trace: number | undefined): void;
}

export const draftKey = ({ host, path }: { host: string; path: string }) => `${host}:${path}`;

export function createWorkbenchStore(): WorkbenchStore {
  const store = createStore<WorkbenchState>(() => ({
    host: undefined,
    inspectorTab: 'overview',
    dockTab: undefined,
    overlay: undefined,
    area: 'incident',
    outline: false,
    trace: undefined,
    step: undefined,
    file: undefined,
    drafts: {},
    logFilter: {},
    view: 'workbench',
    debrief: undefined,
    savedAt: undefined,
    compare: undefined,
  }));
  const { setState } = store;
  return Object.assign(store, {
    selectHost: (host: string | undefined) =>
      setState(({ file, area }) => ({
        host,
        file: file?.host === host ? file : undefined,
        area: host === undefined ? area : 'host',
      })),
    showHost: (host: string, inspectorTab: InspectorTab) => setState({ host, inspectorTab, area: 'host' }),
    openFile: (file: OpenFile) => setState({ host: file.host, inspectorTab: 'files', file, area: 'host' }),
    draft: (file: { host: string; path: string }, text: string | undefined) =>
      setState(({ drafts }) => {
        const { [draftKey(file)]: _, ...others } = drafts;
        return { drafts: text === undefined ? others : { ...others, [draftKey(file)]: text } };
      }),
    showTrace: (trace: number | undefined) => setState({ trace, step: undefined }),
  });
}
