'use client';

import type { KeyboardEvent } from 'react';
import { useHandles } from '@/components/workbench/run-context';
import { type Bench, copySelected, duplicate, paste, removeSelected, select, viewOf } from './commands';
import { targetOf } from './link-faults';
import { useBuilder } from './sandbox-context';

/** The keys of the builder. Letters only on the canvas and in the outline; those with Ctrl wherever nobody types. */
export function useBuilderKeys(): (event: KeyboardEvent) => void {
  const builder = useBuilder();
  const handles = useHandles();
  return (event) => {
    if (event.defaultPrevented || isTyping(event.target)) return;
    const bench = { builder, handles };
    const isRedo = (event.ctrlKey || event.metaKey) && event.shiftKey && event.key.toLowerCase() === 'z';
    const name = `${event.ctrlKey || event.metaKey ? 'Mod+' : ''}${event.key.toLowerCase()}`;
    const onParts =
      event.target instanceof Element && event.target.closest('[data-canvas], [data-outline]') !== null;
    const run = ANYWHERE[isRedo ? 'Mod+y' : name];
    const chosen = run ?? (onParts ? ON_PARTS[name] : undefined);
    if (chosen === undefined) return;
    focusSelects(bench, event.target);
    if (chosen(bench) === false) return;
    event.preventDefault();
  };
}

type Run = (bench: Bench) => boolean | undefined | void;
const ANYWHERE: Readonly<Record<string, Run>> = {
  'Mod+z': ({ builder }) => builder.undo(),
  'Mod+y': ({ builder }) => builder.redo(),
  'Mod+f': ({ builder }) => builder.store.setState({ dialog: { kind: 'find' } }),
  'Mod+a': (bench) => {
    const view = viewOf(bench);
    select(bench, Object.keys(view?.hosts ?? {}));
  },
  'Mod+c': (bench) => {
    // Marked text is copied as text.
    if (window.getSelection()?.isCollapsed === false) return false;
    void copySelected(bench);
    return true;
  },
  'Mod+v': (bench) => void paste(bench),
  'Mod+d': (bench) => void duplicate(bench),
  'Mod+g': (bench) => {
    const view = viewOf(bench);
    const zones = bench.builder.store
      .getState()
      .selected.filter((id) => view?.zones[id] !== undefined || view?.environments[id] !== undefined);
    bench.builder.store.setState({ dialog: { kind: 'group', zones } });
  },
};
const ON_PARTS: Readonly<Record<string, Run>> = {
  c: ({ builder }) => {
    const [from] = builder.store.getState().selected;
    if (from === undefined || from.startsWith('link:')) return false;
    builder.store.setState({ dialog: { kind: 'connect', from } });
    return true;
  },
  b: (bench) => {
    const { store } = bench.builder;
    const [part] = store.getState().selected;
    const view = viewOf(bench);
    const target = part === undefined || view === undefined ? {} : targetOf(part, view);
    if (Object.keys(target).length === 0) return false;
    store.setState({
      dialog: { kind: 'fault', ...target, ...(target.link === undefined ? {} : { fault: 'impair' }) },
    });
    return true;
  },
  m: (bench) => {
    const ids = bench.builder.store.getState().selected;
    const box = document.activeElement?.getBoundingClientRect();
    if (ids.length === 0 || box === undefined) return false;
    bench.builder.store.setState({
      dialog: { kind: 'menu', ids: [...ids], x: box.left + 20, y: box.top + 20 },
    });
    return true;
  },
  f2: ({ builder }) => {
    const [id] = builder.store.getState().selected;
    if (id === undefined || id.startsWith('link:')) return false;
    builder.store.setState({ dialog: { kind: 'rename', id } });
    return true;
  },
  delete: (bench) => removeSelected(bench),
  backspace: (bench) => removeSelected(bench),
};

/** What has the focus is what is meant. */
function focusSelects(bench: Bench, target: EventTarget | null): void {
  if (!(target instanceof Element)) return;
  const node = target.closest<HTMLElement>('.react-flow__node, [data-part]');
  const id = node?.dataset['part'] ?? node?.dataset['id']?.replace(/^(?:zone|environment):/, '');
  const wire = target.closest<SVGElement>('[data-wire]')?.dataset['wire'];
  const focused = id ?? (wire === undefined ? undefined : `link:${wire}`);
  const { selected } = bench.builder.store.getState();
  if (focused !== undefined && !selected.includes(focused)) select(bench, [focused]);
}
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName) ||
      target.closest('[data-terminal], [role="dialog"], [role="menu"]') !== null)
  );
}
