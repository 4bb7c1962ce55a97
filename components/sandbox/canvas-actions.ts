/**
 * What pointers do on the builder's canvas. Made once: a handler that is another function with every render
 * would have all machines and wires drawn again.
 */
import type { Connection, Node, useStoreApi } from '@xyflow/react';
import type { MouseEvent } from 'react';
import type { WireView } from '@/components/canvas/wire-views';
import { traceLink } from '@/components/workbench/trace-link';
import { type Bench, choose, select } from './commands';
import { partOf } from './flow-nodes';

type Press = MouseEvent | globalThis.MouseEvent;

/** What is drawn as selected: when somebody clicks, the canvas itself may have chosen already. */
export class Drawn {
  #selected: readonly string[] = [];
  get selected(): readonly string[] {
    return this.#selected;
  }
  show(selected: readonly string[]): void {
    this.#selected = selected;
  }
}

export function canvasActions(bench: Bench, canvas: ReturnType<typeof useStoreApi>, drawn: Drawn) {
  const { builder, handles } = bench;
  const chooseAll = (ids: readonly string[]) => select(bench, ids);
  const openMenuAt = (part: string, x: number, y: number) => {
    const { selected } = drawn;
    const ids = selected.includes(part) ? [...selected] : [part];
    // The menu lies over the map: on a small screen the map stays, where a click would go on to the machine.
    const { area } = handles.workbench.getState();
    chooseAll(ids);
    handles.workbench.setState({ area });
    builder.store.setState({ dialog: { kind: 'menu', ids, x, y } });
  };
  const openMenu = (event: Press, part: string) => {
    event.preventDefault();
    openMenuAt(part, event.clientX, event.clientY);
  };
  return {
    openMenuAt,
    chooseWire: ({ id, link }: WireView) => {
      chooseAll([`link:${id}`]);
      void traceLink(handles, [link.from, link.to]);
    },
    openWireMenu: (event: MouseEvent, { id }: WireView) => openMenu(event, `link:${id}`),
    onConnect: ({ source, target }: Connection) =>
      builder.store.setState({ dialog: { kind: 'connect', from: source, to: target } }),
    onNodeClick: (event: MouseEvent, node: Node) => choose(bench, partOf(node), event, drawn.selected),
    onPaneClick: () => {
      if (!builder.store.getState().several) chooseAll([]);
    },
    onSelectionEnd: () =>
      chooseAll(
        canvas
          .getState()
          .nodes.filter((node) => node.selected === true)
          .map(partOf),
      ),
    onNodeContextMenu: (event: MouseEvent, node: Node) => openMenu(event, partOf(node)),
    onSelectionContextMenu: (event: MouseEvent) => {
      const [first] = drawn.selected;
      if (first !== undefined) openMenu(event, first);
    },
  };
}

/** A machine is not connected to itself. */
export function isConnection({ source, target }: { source: string; target: string }): boolean {
  return source !== target;
}
