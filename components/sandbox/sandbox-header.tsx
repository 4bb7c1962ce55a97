'use client';

import { LayoutGrid, Magnet, Redo2, Search, SquareDashedMousePointer, Undo2 } from 'lucide-react';
import Link from 'next/link';
import { useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Logo } from '@/components/ui/logo';
import { ThemeSwitch } from '@/components/ui/theme-switch';
import { Clock, Figures, Transport } from '@/components/workbench/header';
import { useHandles, useRun } from '@/components/workbench/run-context';
import { layOut } from './commands';
import { useBuilder, useSandboxUi } from './sandbox-context';

export function SandboxHeader() {
  return (
    <header className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-ink-1 px-3.5 py-1">
      <Link href="/" className="flex items-center gap-2 font-semibold" title="All scenarios">
        <Logo /> <span className="max-lg:sr-only">Faultline</span>
      </Link>
      <Title />
      <Tools />
      <div className="ml-auto flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <Figures />
        <Transport />
        <Clock />
        <ThemeSwitch />
      </div>
    </header>
  );
}

function Title() {
  const title = useRun((state) => state.sandbox?.title ?? '');
  const { act } = useBuilder();
  const [text, setText] = useState(title);
  useEffect(() => setText(title), [title]);
  const tell = () => {
    if (text.trim() === '') setText(title);
    else if (text.trim() !== title) void act({ do: 'title', title: text.trim() });
  };
  return (
    <h1 className="min-w-24 max-w-64 flex-1 basis-32">
      <span className="sr-only">Sandbox: </span>
      <input
        aria-label="Name of this sandbox"
        value={text}
        maxLength={120}
        spellCheck={false}
        className="w-full truncate rounded-md border border-transparent bg-transparent px-1 py-0.5 text-sm font-medium hover:border-line focus:border-line-strong"
        onChange={(event) => setText(event.target.value)}
        onBlur={tell}
        onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
      />
    </h1>
  );
}

function Tools() {
  const builder = useBuilder();
  const handles = useHandles();
  const undo = useRun((state) => state.sandbox?.undo);
  const redo = useRun((state) => state.sandbox?.redo);
  const snap = useSandboxUi((ui) => ui.snap);
  const several = useSandboxUi((ui) => ui.several);
  return (
    <span role="toolbar" aria-label="Edit" className="flex gap-0.5">
      <Button
        look="quiet"
        size="icon"
        disabled={undo === undefined}
        aria-label="Undo"
        title={undo === undefined ? 'Nothing to undo' : `Undo: ${undo} (Ctrl-Z)`}
        onClick={builder.undo}
      >
        <Undo2 size={14} />
      </Button>
      <Button
        look="quiet"
        size="icon"
        disabled={redo === undefined}
        aria-label="Redo"
        title={redo === undefined ? 'Nothing to do again' : `Redo: ${redo} (Ctrl-Y)`}
        onClick={builder.redo}
      >
        <Redo2 size={14} />
      </Button>
      <Button
        look="quiet"
        size="icon"
        aria-label="Find"
        title="Find (Ctrl-F)"
        onClick={() => builder.store.setState({ dialog: { kind: 'find' } })}
      >
        <Search size={14} />
      </Button>
      <Button
        look="quiet"
        size="icon"
        aria-label="Choose several"
        title={several ? 'A click adds to what is chosen' : 'Choose several: a click adds, as with Shift'}
        aria-pressed={several}
        className="aria-pressed:bg-ink-3 aria-pressed:text-text"
        onClick={() => builder.store.setState({ several: !several })}
      >
        <SquareDashedMousePointer size={14} />
      </Button>
      <Button
        look="quiet"
        size="icon"
        aria-label="Lay everything out"
        title="Lay everything out"
        onClick={() => void layOut({ builder, handles })}
      >
        <LayoutGrid size={14} />
      </Button>
      <Button
        look="quiet"
        size="icon"
        aria-label="Snap to the grid"
        title={snap ? 'Snaps to the grid' : 'Free placing'}
        aria-pressed={snap}
        className="aria-pressed:text-text"
        onClick={() => builder.store.setState({ snap: !snap })}
      >
        <Magnet size={14} />
      </Button>
    </span>
  );
}
