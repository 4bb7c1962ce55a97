/** The Zustand store of one run. Components subscribe with narrow selectors: a tick renders only what changed. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Frame, WorkerMessage } from '../session/messages';
import { type Connection, EMPTY_RUN, foldFrame, type RunState } from './run-state';

export interface RunStore extends StoreApi<RunState> {
  opened(message: Extract<WorkerMessage, { type: 'opened' }>): void;
  frame(frame: Frame): void;
  connection(connection: Connection): void;
  forget(part: 'logs' | 'trace' | 'detail' | 'edit'): void;
}

export function createRunStore(initial: Partial<RunState> = {}): RunStore {
  const store = createStore<RunState>(() => ({ ...EMPTY_RUN, ...initial }));
  return Object.assign(store, {
    opened({ brief, topology, terminals, frame }: Extract<WorkerMessage, { type: 'opened' }>) {
      const tabs = terminals.map(({ id, host, title }) => ({ id, host, title, closed: false }));
      const fresh: RunState = {
        ...EMPTY_RUN,
        connection: { state: 'open' },
        brief,
        topology,
        terminals: tabs,
        objectives: brief.objectives,
        branch: { current: frame.branch, all: [] },
      };
      store.setState(foldFrame(fresh, frame), true);
    },
    frame(frame: Frame) {
      store.setState((before) => foldFrame(before, frame), true);
    },
    connection(connection: Connection) {
      store.setState({ connection });
    },
    forget(part: 'logs' | 'trace' | 'detail' | 'edit') {
      store.setState({ [part]: part === 'logs' ? [] : undefined });
    },
  });
}
