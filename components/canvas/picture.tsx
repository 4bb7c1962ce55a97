'use client';

/** What the map's cards and wires show of the run. A crowd is held while its map is moved: then only the picture moves. */
import { createContext, type ReactNode, useContext, useState } from 'react';
import { useStore } from 'zustand';
import { useClient } from '@/components/workbench/run-context';
import { HeldStore } from '@/lib/client/held-store';
import type { RunState } from '@/lib/client/run-state';

const Context = createContext<HeldStore<RunState> | undefined>(undefined);

export function PictureProvider({ children }: { children: ReactNode }) {
  const { store } = useClient();
  const [picture] = useState(() => new HeldStore(store));
  return <Context value={picture}>{children}</Context>;
}

/** The map's own view of the run, to hold it; none outside a map. */
export function usePictureStore(): HeldStore<RunState> | undefined {
  return useContext(Context);
}

/** Part of the run's state as the picture shows it; outside a map, as it is. */
export function usePicture<Part>(select: (state: RunState) => Part): Part {
  const { store } = useClient();
  return useStore(useContext(Context) ?? store, select);
}
