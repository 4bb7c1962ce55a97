'use client';

import { useEffect } from 'react';
import { actionsOf, pressed } from './actions';
import { useHandles } from './run-context';

/** The page's keys. Plain letters only while nobody types; inside a terminal only those with Mod. */
export function useShortcuts(): void {
  const handles = useHandles();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || handles.workbench.getState().overlay !== undefined) return;
      const typing = isTyping(event.target);
      const action = actionsOf(handles).find(
        ({ keys }) => keys !== undefined && (!typing || keys.startsWith('Mod+')) && pressed(event, keys),
      );
      // Space on a button presses the button; a terminal keeps Ctrl-K for cutting the line.
      if (
        action === undefined ||
        (event.key === ' ' && isButton(event.target)) ||
        (action.id === 'palette' && inTerminal(event.target) && !event.metaKey)
      )
        return;
      event.preventDefault();
      action.run();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [handles]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}
function isButton(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('button, a, [role="tab"], [role="slider"], summary') !== null
  );
}
function inTerminal(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('[data-terminal]') !== null;
}
