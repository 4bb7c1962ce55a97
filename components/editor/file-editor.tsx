'use client';

import { useEffect, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';
import { DiffView } from '@/components/ui/diff-view';
import { Empty } from '@/components/ui/empty';
import { StatusDot } from '@/components/ui/status-dot';
import { pressed } from '@/components/workbench/actions';
import { useHandles, useRun } from '@/components/workbench/run-context';
import type { OpenFile } from '@/lib/client/workbench-store';
import type { FileDiagnostic } from '@/lib/session/messages';
import { CodeEditor } from './code-editor';
import { type EditedFile, useFile } from './use-file';

/** A configuration file: text, the daemon's complaints, and the difference to what runs. */
export function FileEditor({ open }: { open: OpenFile }) {
  const edited = useFile(open);
  const lookingBack = useRun((state) => state.time.lookingBack);
  const { workbench } = useHandles();
  useSaveKey(edited, lookingBack);
  const [diff, setDiff] = useState(false);
  if (edited.file.state === 'reading') return <Empty>Reading {open.path}…</Empty>;
  if (edited.file.state === 'refused') return <Empty>{edited.file.message}</Empty>;
  const { file } = edited.file;
  const against = file.running ?? file.original;
  // Whoever asks for a line, here or from a trace, asks for the text.
  const isDiff = diff && open.line === undefined;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <Toolbar
        edited={edited}
        path={open.path}
        canSave={file.writable && !lookingBack}
        diff={isDiff}
        onDiff={against === undefined ? undefined : () => setDiff(!isDiff)}
      />
      <Standing edited={edited} />
      {isDiff && against !== undefined ? (
        // A scrolling region has to be reachable by keyboard.
        <div className="min-h-0 flex-1 overflow-auto py-1" tabIndex={0} role="group" aria-label="Difference">
          <p className="px-3 pb-1 text-2xs text-muted">
            {file.running === undefined ? 'Since the start of the run' : 'What is running, and this file'}
          </p>
          <DiffView
            before={against}
            after={edited.text}
            layout="unified"
            names={{ before: file.running === undefined ? 'as it was' : 'running', after: 'this file' }}
          />
        </div>
      ) : (
        <CodeEditor
          text={edited.text}
          language={file.language}
          label={`${open.path} on ${open.host}`}
          readOnly={!file.writable || lookingBack}
          diagnostics={edited.diagnostics}
          line={open.line}
          onChange={edited.edit}
          onSave={edited.save}
          onShown={() => {
            setDiff(false);
            workbench.openFile({ ...open, line: undefined });
          }}
        />
      )}
      {edited.checked !== undefined ? (
        <Checked edited={edited} />
      ) : (
        <Diagnostics
          path={open.path}
          diagnostics={edited.diagnostics}
          onLine={(line) => workbench.openFile({ ...open, line })}
        />
      )}
    </div>
  );
}

/** Ctrl-S wherever the focus is, also after Check was pressed: else the browser would save its page. */
function useSaveKey(edited: EditedFile, lookingBack: boolean): void {
  const latest = useRef<() => void>(undefined);
  useEffect(() => {
    latest.current = () => {
      if (edited.file.state === 'read' && edited.file.file.writable && !lookingBack && edited.unsaved)
        edited.save();
    };
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || !pressed(event, 'Mod+s')) return;
      event.preventDefault();
      latest.current?.();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

interface ToolbarProps {
  edited: EditedFile;
  path: string;
  canSave: boolean;
  diff: boolean;
  onDiff: (() => void) | undefined;
}

function Toolbar({ edited, path, canSave, diff, onDiff }: ToolbarProps) {
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1 border-b border-line py-1 pl-3 pr-1.5 font-mono text-[11.5px]">
      <b className="min-w-0 truncate font-semibold" title={path}>
        {path.split('/').at(-1)}
      </b>
      <Mark edited={edited} />
      <span className="ml-auto flex [&>button]:px-1.5">
        {onDiff !== undefined && (
          <Button
            look="quiet"
            size="small"
            aria-pressed={diff}
            className="aria-pressed:bg-ink-3 aria-pressed:text-text"
            onClick={onDiff}
          >
            Diff
          </Button>
        )}
        {edited.file.state === 'read' && edited.file.file.checker !== undefined && (
          <Button
            look="quiet"
            size="small"
            title={`Runs ${edited.file.file.checker} on this text`}
            onClick={edited.check}
          >
            Check
          </Button>
        )}
        {edited.unsaved && (
          <Button look="quiet" size="small" onClick={edited.revert}>
            Revert
          </Button>
        )}
        <Button
          look={edited.unsaved ? 'primary' : 'quiet'}
          size="small"
          disabled={!canSave || !edited.unsaved}
          title="Ctrl-S"
          onClick={edited.save}
        >
          Save
        </Button>
      </span>
    </div>
  );
}

const PENDING_WORDS = {
  'not-reloaded': { text: 'not reloaded', why: 'What runs goes on with the text it read before.' },
  'not-loaded': { text: 'not loaded', why: 'The host goes on with what was loaded before.' },
  missing: { text: 'gone', why: 'The file is gone. What runs goes on with the text it read before.' },
  invalid: {
    text: 'would be refused',
    why: 'Its test refuses it. What runs goes on with what it read before.',
  },
} as const;

/** After a save: that it is saved, and whether anything runs with it. It takes no room from what the daemon says. */
function Standing({ edited }: { edited: EditedFile }) {
  const { file, justSaved } = edited;
  const pending = file.state === 'read' && !edited.unsaved ? file.file.pending : undefined;
  const isSaid = pending !== undefined || justSaved;
  return (
    // Always there, so that what comes to stand in it is announced.
    <div
      role="status"
      className={cn(
        isSaid && 'border-b border-line px-3 py-1.5 text-xs',
        pending === undefined ? 'text-muted' : 'bg-risk-soft text-prose',
      )}
    >
      {justSaved && 'Saved. '}
      {pending !== undefined && PENDING_WORDS[pending.state].why}
      {pending?.command !== undefined && (
        <code className="mt-0.5 block break-words font-mono text-[11.5px] text-text">
          $ {pending.command}
        </code>
      )}
    </div>
  );
}

function Mark({ edited }: { edited: EditedFile }) {
  if (edited.file.state !== 'read') return null;
  const { file } = edited.file;
  const mark = edited.unsaved
    ? { tone: 'learner' as const, text: 'not saved', look: 'text-selected' }
    : file.pending !== undefined
      ? { tone: 'risk' as const, ...PENDING_WORDS[file.pending.state], look: 'text-risk' }
      : !file.writable
        ? { tone: 'neutral' as const, text: 'read only', look: 'text-muted' }
        : undefined;
  if (mark === undefined) return null;
  return (
    <span className={cn('flex items-center gap-1 whitespace-nowrap', mark.look)}>
      <StatusDot tone={mark.tone} /> {mark.text}
    </span>
  );
}

const LOOK = {
  error: 'border-broken-line bg-broken-soft text-broken-text',
  warning: 'border-line-strong bg-risk-soft text-risk',
  notice: 'border-line bg-ink-2 text-muted',
} as const;

interface DiagnosticsProps {
  path: string;
  diagnostics: readonly FileDiagnostic[];
  /** Leads to a complaint's line. */
  onLine(line: number): void;
}

function Diagnostics({ path, diagnostics, onLine }: DiagnosticsProps) {
  const worst =
    diagnostics.find(({ severity }) => severity === 'error') ??
    diagnostics.find(({ severity }) => severity === 'warning') ??
    diagnostics[0];
  if (worst === undefined) return null;
  return (
    <ul
      aria-label="What the daemon would say"
      aria-live="polite"
      className={cn(
        'mx-3 mb-2.5 max-h-36 shrink-0 space-y-0.5 overflow-auto rounded-lg border px-2.5 py-2 font-mono text-[11.5px] leading-[1.5]',
        LOOK[worst.severity],
      )}
    >
      {diagnostics.map((diagnostic) => (
        <li key={`${diagnostic.line} ${diagnostic.message}`} className="break-words">
          {diagnostic.line > 0 ? (
            <button
              type="button"
              title={`Go to line ${diagnostic.line}`}
              className="w-full break-words text-left underline-offset-2 hover:underline"
              onClick={() => onLine(diagnostic.line)}
            >
              <Complaint path={path} diagnostic={diagnostic} />
            </button>
          ) : (
            <Complaint path={path} diagnostic={diagnostic} />
          )}
        </li>
      ))}
    </ul>
  );
}

function Complaint({ path, diagnostic }: { path: string; diagnostic: FileDiagnostic }) {
  const { line, severity, message, ours } = diagnostic;
  return (
    <>
      {severity !== 'error' && <span className="opacity-80">{severity}: </span>}
      {/* Some daemons name the place in their words. */}
      {line > 0 && !message.includes(`${path}:${line}`) && <span className="opacity-80">line {line}: </span>}
      {message}
      {ours === true && <span className="opacity-80"> (Faultline)</span>}
    </>
  );
}

function Checked({ edited }: { edited: EditedFile }) {
  const { checked } = edited;
  if (checked === undefined) return null;
  const { command, exit, output } = checked;
  return (
    <div
      className={cn(
        'mx-3 mb-2.5 shrink-0 rounded-lg border px-2.5 py-2 font-mono text-[11.5px] leading-[1.5]',
        exit === 0 ? 'border-line bg-ok-soft text-ok' : LOOK.error,
      )}
      role="status"
    >
      <p className="flex items-center gap-2">
        <span className="min-w-0 flex-1 truncate" title={command}>
          $ {command ?? 'no checker for this file'}
        </span>
        {exit !== undefined && <span>exit {exit}</span>}
        <Button look="quiet" size="small" onClick={edited.dismiss}>
          Close
        </Button>
      </p>
      <pre className="max-h-52 overflow-auto whitespace-pre-wrap break-words">{output.trimEnd()}</pre>
    </div>
  );
}
