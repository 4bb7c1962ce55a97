'use client';

/** Gives the components of the play screen their run and their workbench. */
import { createContext, type ReactNode, useContext } from 'react';
import { useStore } from 'zustand';
import type { RunClient } from '@/lib/client/run-client';
import type { RunState } from '@/lib/client/run-state';
import type { WorkbenchState, WorkbenchStore } from '@/lib/client/workbench-store';

export interface RunHandles {
  client: RunClient;
  workbench: WorkbenchStore;
}

const Context = createContext<RunHandles | undefined>(undefined);

export function RunProvider({ handles, children }: { handles: RunHandles; children: ReactNode }) {
  return <Context value={handles}>{children}</Context>;
}

export function useHandles(): RunHandles {
  const handles = useContext(Context);
  if (handles === undefined) throw new Error('This component belongs inside a RunProvider.');
  return handles;
}

export function useClient(): RunClient {
  return useHandles().client;
}

/** Part of the run's state; select narrowly, ten frames arrive each second. */
export function useRun<Part>(select: (state: RunState) => Part): Part {
  return useStore(useHandles().client.store, select);
}

export function useWorkbench<Part>(select: (state: WorkbenchState) => Part): Part {
  return useStore(useHandles().workbench, select);
}

export function useWorkbenchStore(): WorkbenchStore {
  return useHandles().workbench;
}
