'use client';

import { ChevronDown, ChevronRight, FolderTree as FolderIcon } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { cn } from '@/components/ui/class-names';
import { Empty } from '@/components/ui/empty';
import { StatusDot } from '@/components/ui/status-dot';
import { useRun, useWorkbench, useWorkbenchStore } from '@/components/workbench/run-context';
import { draftKey } from '@/lib/client/workbench-store';
import { TONE_TEXT } from '@/lib/views/tones';
import { FolderTree } from './folder-tree';
import { type FileRow, fileRows, split } from './view';

const FileEditor = dynamic(
  () => import('@/components/editor/file-editor').then((module) => module.FileEditor),
  { loading: () => <Empty>Loading the editor…</Empty> },
);

/** The host's files, and one of them in the editor. */
export function FilesPanel({ host }: { host: string }) {
  const open = useWorkbench((state) => (state.file?.host === host ? state.file : undefined));
  const [listed, setListed] = useState(true);
  const listShown = listed || open === undefined;
  return (
    <div className="flex h-full min-h-0 flex-col">
      {open !== undefined && (
        <button
          type="button"
          aria-expanded={listShown}
          onClick={() => setListed(!listed)}
          className="flex items-center gap-1 border-b border-line px-3 py-1 text-left font-mono text-2xs text-faint hover:text-text"
        >
          {listShown ? (
            <ChevronDown size={12} aria-hidden="true" />
          ) : (
            <ChevronRight size={12} aria-hidden="true" />
          )}
          <span className="truncate">{listShown ? 'Files' : split(open.path).folder}</span>
        </button>
      )}
      {listShown && <FileList host={host} compact={open !== undefined} onOpen={() => setListed(false)} />}
      {open !== undefined && (
        <div className="min-h-0 flex-1">
          <FileEditor key={draftKey(open)} open={open} />
        </div>
      )}
    </div>
  );
}

function FileList({ host, compact, onOpen }: { host: string; compact: boolean; onOpen(): void }) {
  const files = useRun((state) => (state.detail?.id === host ? state.detail.files : undefined));
  const [tree, setTree] = useState(false);
  return (
    // A scrolling region has to be reachable by keyboard.
    <div
      className={cn(
        'overflow-auto px-2 py-2 font-mono text-xs',
        compact ? 'max-h-[38%] shrink-0 border-b border-line' : 'min-h-0 flex-1',
      )}
      tabIndex={0}
      role="group"
      aria-label="Files"
    >
      {files === undefined && <Empty>Reading the files…</Empty>}
      <ul>
        {fileRows(files ?? []).map((row) => (
          <li key={row.path}>
            <Row host={host} row={row} onOpen={onOpen} />
          </li>
        ))}
      </ul>
      <button
        type="button"
        aria-expanded={tree}
        onClick={() => setTree(!tree)}
        className="mt-2 flex w-full items-center gap-1.5 rounded px-1.5 py-1 text-left text-muted hover:bg-ink-2 hover:text-text"
      >
        <FolderIcon size={12} aria-hidden="true" /> {tree ? 'Close the whole disk' : 'Browse the whole disk'}
      </button>
      {tree && <FolderTree host={host} path="/" />}
    </div>
  );
}

function Row({
  host,
  row: { path, name, folder, tone, word },
  onOpen,
}: {
  host: string;
  row: FileRow;
  onOpen(): void;
}) {
  const workbench = useWorkbenchStore();
  const current = useWorkbench((state) => state.file?.path === path && state.file.host === host);
  const unsaved = useWorkbench((state) => state.drafts[draftKey({ host, path })] !== undefined);
  return (
    <button
      type="button"
      aria-pressed={current}
      onClick={() => {
        workbench.openFile({ host, path });
        onOpen();
      }}
      className="flex w-full items-center gap-2 rounded-md px-1.5 py-1 text-left hover:bg-ink-2 aria-pressed:bg-ink-3"
    >
      <StatusDot tone={tone} />
      <span className="min-w-0 flex-1">
        <span className="block truncate text-text">{name}</span>
        <span className="block truncate text-2xs text-faint">{folder}</span>
      </span>
      <span className={cn('shrink-0 text-2xs', unsaved ? 'text-selected' : TONE_TEXT[tone])}>
        {unsaved ? 'not saved' : word}
      </span>
    </button>
  );
}
