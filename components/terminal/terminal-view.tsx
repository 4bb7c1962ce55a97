'use client';

import '@xterm/xterm/css/xterm.css';
import './terminal-view.css';
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import { useEffect, useRef } from 'react';
import { toast } from 'sonner';
import { useHandles } from '@/components/workbench/run-context';
import type { RunClient } from '@/lib/client/run-client';
import { LineDiscipline, type LineHost } from './line-discipline';
import { terminalTheme } from './terminal-theme';

export interface TerminalViewProps {
  terminal: string;
  label: string;
  shown: boolean;
  /** Escape lets the focus go on, Shift+Tab back to the tab. */
  onLeave(way: 'on' | 'back'): void;
  /** Enter where the session has ended. */
  onReopen(): void;
}

const NORMAL_SCREEN = '\x1b[?47l';

/** One xterm. Loaded after the page; keeps its scroll while another tab is shown. */
export function TerminalView({ terminal, label, shown, onLeave, onReopen }: TerminalViewProps) {
  const { client } = useHandles();
  const frame = useRef<HTMLDivElement>(null);
  const screen = useRef<{ xterm: Terminal; fit: () => void }>(undefined);
  const asks = useRef({ leave: onLeave, reopen: onReopen });
  useEffect(() => {
    asks.current = { leave: onLeave, reopen: onReopen };
  });

  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const xterm = new Terminal({
      fontFamily: '"IBM Plex Mono", "DejaVu Sans Mono", monospace',
      fontSize: 12.5,
      lineHeight: 1.32,
      convertEol: true,
      screenReaderMode: true,
      scrollback: 4000,
      cursorBlink: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
      theme: terminalTheme(),
      // Programs choose from 256 colours without knowing the background.
      minimumContrastRatio: 4.5,
      // The host speaks in columns; the browser's own shortcuts stay the browser's.
      macOptionIsMeta: true,
    });
    const fitter = new FitAddon();
    xterm.loadAddon(fitter);
    xterm.open(element);
    // xterm draws no cursor before its first focus or change of screens: here it is seen where one will type.
    xterm.write(NORMAL_SCREEN);
    const line = new LineDiscipline(hostOf({ client, terminal, xterm, asks }));
    xterm.onData((data) => line.input(data));
    xterm.attachCustomKeyEventHandler((event) => ownKey(event, xterm, () => asks.current.leave('back')));

    const fit = () => {
      if (element.clientHeight < 20 || element.clientWidth < 40) return;
      fitter.fit();
    };
    xterm.onResize(({ cols, rows }) => {
      client.send({ type: 'terminal-size', terminal, columns: cols, rows });
      line.resize();
    });
    fit();
    const unfollow = client.terminals.follow(terminal, (change) => line.receive(change));
    const sizes = new ResizeObserver(fit);
    sizes.observe(element);
    const themes = new MutationObserver(() => {
      xterm.options.theme = terminalTheme();
    });
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    void document.fonts.ready.then(fit);
    screen.current = { xterm, fit };
    return () => {
      screen.current = undefined;
      unfollow();
      sizes.disconnect();
      themes.disconnect();
      xterm.dispose();
    };
  }, [client, terminal]);

  // The title follows the host the shell is on; the terminal stays.
  useEffect(() => screen.current?.xterm.textarea?.setAttribute('aria-label', label), [label]);

  useEffect(() => {
    if (shown) screen.current?.fit();
  }, [shown]);

  return <div ref={frame} data-terminal={terminal} className="terminal-view size-full overflow-hidden" />;
}

/** Keys that are the page's: copy, paste, and the ways out. Returns whether xterm may have the key. */
function ownKey(event: KeyboardEvent, xterm: Terminal, leave: () => void): boolean {
  if (event.key === 'Tab' && event.shiftKey) {
    if (event.type === 'keydown') {
      event.preventDefault();
      leave();
    }
    return false;
  }
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  const copies =
    (key === 'c' && command && event.shiftKey) ||
    (key === 'c' && event.metaKey) ||
    (key === 'c' && event.ctrlKey && xterm.hasSelection());
  if (copies) {
    if (event.type === 'keydown') {
      event.preventDefault();
      void navigator.clipboard
        .writeText(xterm.getSelection())
        .catch(() => toast('The browser did not allow copying. Use its own menu.'));
      xterm.clearSelection();
    }
    return false;
  }
  // The browser's own paste arrives through xterm's text field; Ctrl-K is the palette.
  const pageKeys = (key === 'v' && command) || (key === 'k' && event.metaKey) || (key === '`' && command);
  return !pageKeys;
}

function hostOf({
  client,
  terminal,
  xterm,
  asks,
}: {
  client: RunClient;
  terminal: string;
  xterm: Terminal;
  asks: { readonly current: { leave(way: 'on' | 'back'): void; reopen(): void } };
}): LineHost {
  const quiet = async <Value,>(asked: Promise<Value>): Promise<Value | undefined> =>
    asked.catch(() => undefined);
  return {
    write: (text) => xterm.write(text),
    columns: () => xterm.cols,
    readOnly() {
      const { time, standing } = client.store.getState();
      if (time.lookingBack) return 'looking-back';
      return standing.phase === 'tomorrow' ? 'tomorrow' : undefined;
    },
    sendLine: (text) => client.send({ type: 'terminal-line', terminal, text, at: performance.now() }),
    sendRaw: (text) =>
      client.send({ type: 'terminal-line', terminal, text, raw: true, at: performance.now() }),
    sendKey: (key) => client.send({ type: 'terminal-key', terminal, key, at: performance.now() }),
    complete: (text, cursor) =>
      quiet(client.ask({ type: 'terminal-complete', terminal, text, cursor }, 'completions')),
    history: async () => (await quiet(client.ask({ type: 'terminal-history', terminal }, 'history')))?.lines,
    refuse(reason) {
      if (reason === 'looking-back')
        toast('You are looking back. Go live, or continue from here, to type.', { id: 'looking-back' });
      else if (reason === 'tomorrow')
        toast('It is tomorrow: the machines must do without you until it is over.', { id: 'tomorrow' });
      else toast('That is too much to type at once: at most 200 kB.', { id: 'too-long' });
    },
    leave: () => asks.current.leave('on'),
    reopen: () => asks.current.reopen(),
  };
}
