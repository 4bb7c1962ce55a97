'use client';

import { ChevronDown, ChevronRight, File, FileSymlink } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useHandles } from '@/components/workbench/run-context';
import { sizeText } from '@/lib/views/numbers';
import { sortedEntries, type TreeEntry } from './view';

type Listing =
  | { state: 'reading' }
  | { state: 'read'; entries: TreeEntry[] }
  | { state: 'refused'; message: string };

/** One folder of a host, read when it is opened. */
export function FolderTree({ host, path }: { host: string; path: string }) {
  const { client } = useHandles();
  const [listing, setListing] = useState<Listing>({ state: 'reading' });
  useEffect(() => {
    let wanted = true;
    client.ask({ type: 'file-tree', host, path }, 'tree').then(
      ({ entries }) => wanted && setListing({ state: 'read', entries: sortedEntries(entries) }),
      (reason: unknown) =>
        wanted &&
        setListing({
          state: 'refused',
          message: reason instanceof Error ? reason.message : 'could not be read',
        }),
    );
    return () => {
      wanted = false;
    };
  }, [client, host, path]);
  if (listing.state === 'reading') return <p className="pl-5 text-faint">…</p>;
  if (listing.state === 'refused') return <p className="pl-5 text-broken">{listing.message}</p>;
  if (listing.entries.length === 0) return <p className="pl-5 text-faint">empty</p>;
  return (
    <ul className="pl-3">
      {listing.entries.map((entry) => (
        <li key={entry.path}>
          {entry.kind === 'directory' ? (
            <Folder host={host} entry={entry} />
          ) : (
            <Leaf host={host} entry={entry} />
          )}
        </li>
      ))}
    </ul>
  );
}

function Folder({ host, entry }: { host: string; entry: TreeEntry }) {
  const [open, setOpen] = useState(false);
  const Arrow = open ? ChevronDown : ChevronRight;
  return (
    <>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex w-full items-center gap-1 rounded px-1 py-0.5 text-left text-muted hover:bg-ink-2 hover:text-text"
      >
        <Arrow size={12} aria-hidden="true" /> {entry.name}/
      </button>
      {open && <FolderTree host={host} path={entry.path} />}
    </>
  );
}

function Leaf({ host, entry }: { host: string; entry: TreeEntry }) {
  const { workbench } = useHandles();
  const Icon = entry.kind === 'symlink' ? FileSymlink : File;
  return (
    <button
      type="button"
      onClick={() => workbench.openFile({ host, path: entry.path })}
      title={`${entry.mode} ${entry.owner}`}
      className="flex w-full items-center gap-1.5 rounded px-1 py-0.5 text-left text-prose hover:bg-ink-2"
    >
      <Icon size={11} aria-hidden="true" className="shrink-0 text-faint" />
      <span className="min-w-0 truncate">{entry.name}</span>
      {entry.changed && <span className="text-2xs text-selected">changed</span>}
      <span className="ml-auto shrink-0 text-2xs text-faint">{sizeText(entry.size)}</span>
    </button>
  );
}
