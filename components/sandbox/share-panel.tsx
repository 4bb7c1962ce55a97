'use client';

import { useId, useState } from 'react';
import { Button } from '@/components/ui/button';
import { useHandles, useWorkbench } from '@/components/workbench/run-context';
import { STARTERS } from '@/lib/session/sandbox/starters';
import type { SandboxView } from '@/lib/session/sandbox/view';
import { useBuilder } from './sandbox-context';
import { exportDocument, exportPicture, exportZip, importDocument, shareLink } from './share';

/** Save, send, export, begin anew. */
export function SharePanel({ view }: { view: SandboxView }) {
  const builder = useBuilder();
  const handles = useHandles();
  const bench = { builder, handles };
  const saved = useWorkbench((state) => state.savedAt !== undefined);
  const [link, setLink] = useState<string>();
  const file = useId();
  const isEmpty = Object.keys(view.hosts).length === 0;
  return (
    <div className="space-y-4 text-xs">
      <section aria-label="Link">
        <h2 className="eyebrow mb-1.5">Link</h2>
        <p className="mb-1.5 text-muted">The address carries the whole sandbox. No server keeps it.</p>
        <Button onClick={() => void shareLink(bench).then(setLink)}>Copy a link</Button>
        {link !== undefined && (
          <input
            readOnly
            aria-label="Link to this sandbox"
            value={link}
            onFocus={(event) => event.target.select()}
            className="mt-1.5 h-6 w-full rounded-md border border-line-strong bg-ink-0 px-1.5 font-mono text-2xs"
          />
        )}
      </section>
      <section aria-label="File">
        <h2 className="eyebrow mb-1.5">File</h2>
        <p className="mb-1.5 text-muted">
          {saved ? 'Saved in this browser by itself.' : 'It is saved in this browser in a moment.'}
        </p>
        <div className="flex flex-wrap gap-1">
          <Button onClick={() => void exportDocument(bench)}>Export as a file</Button>
          <Button onClick={() => document.getElementById(file)?.click()}>Import a file</Button>
          <input
            id={file}
            type="file"
            accept=".json,application/json"
            className="sr-only"
            tabIndex={-1}
            aria-label="Sandbox file"
            onChange={(event) => {
              const chosen = event.target.files?.[0];
              if (chosen !== undefined) void importDocument(chosen, bench);
              event.target.value = '';
            }}
          />
        </div>
      </section>
      <section aria-label="Picture">
        <h2 className="eyebrow mb-1.5">Picture</h2>
        <div className="flex gap-1">
          <Button onClick={() => void exportPicture(bench, 'svg')}>SVG</Button>
          <Button onClick={() => void exportPicture(bench, 'png')}>PNG</Button>
        </div>
      </section>
      <section aria-label="Elsewhere">
        <h2 className="eyebrow mb-1.5">Elsewhere</h2>
        <p className="mb-1.5 text-muted">
          The configuration files with a compose.yaml, a Vagrantfile and a script for network namespaces; or a
          scenario’s folder to go on writing.
        </p>
        <div className="flex flex-wrap gap-1">
          <Button disabled={isEmpty} onClick={() => void exportZip(bench, 'lab')}>
            The lab as a zip
          </Button>
          <Button disabled={isEmpty} onClick={() => void exportZip(bench, 'scenario')}>
            Make it a scenario
          </Button>
        </div>
      </section>
      <section aria-label="Begin anew">
        <h2 className="eyebrow mb-1.5">Begin anew</h2>
        <ul className="space-y-1">
          {STARTERS.map(({ id, title, about }) => (
            <li key={id}>
              {/* A page of its own: this one stays saved. */}
              <a
                href={`/sandbox?start=${id}`}
                className="block rounded-md border border-line bg-ink-2 px-2 py-1 hover:border-line-strong"
              >
                <b className="font-medium">{title}</b> <span className="text-muted">{about}</span>
              </a>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
