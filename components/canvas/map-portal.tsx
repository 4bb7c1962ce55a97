import { useStore } from '@xyflow/react';
import { type ReactNode, useMemo } from 'react';
import { createPortal } from 'react-dom';

/**
 * Puts something on the map, among its hosts. (React Flow's own `ViewportPortal` searches all hosts for its place with
 * every step that the map is moved.)
 */
export function MapPortal({ children }: { children: ReactNode }) {
  const map = useStore((state) => state.domNode);
  const place = useMemo(() => map?.querySelector('.react-flow__viewport-portal'), [map]);
  return place ? createPortal(children, place) : null;
}
