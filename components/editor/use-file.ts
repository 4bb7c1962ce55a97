'use client';

import { useCallback, useEffect, useState } from 'react';
import { toast } from 'sonner';
import { useHandles, useRun, useWorkbench } from '@/components/workbench/run-context';
import { draftKey, type OpenFile } from '@/lib/client/workbench-store';
import type { Answer, FileDiagnostic } from '@/lib/session/messages';

type FileAnswer = Extract<Answer, { kind: 'file' }>;
type Checked = Extract<Answer, { kind: 'diagnostics' }>;

export type FileState =
  | { state: 'reading' }
  | { state: 'refused'; message: string }
  | { state: 'read'; file: FileAnswer };

export interface EditedFile {
  file: FileState;
  text: string;
  unsaved: boolean;
  /** Saved here, and not touched since. */
  justSaved: boolean;
  diagnostics: readonly FileDiagnostic[];
  /** The checker's own output, after Check. */
  checked: Checked | undefined;
  edit(text: string): void;
  check(): void;
  save(): void;
  revert(): void;
  dismiss(): void;
}

const CHECK_AFTER_MS = 450;

/** One file on a host: read, edited as a draft, checked while typing, saved. */
export function useFile(open: OpenFile): EditedFile {
  const { client, workbench } = useHandles();
  const { host, path, terminal } = open;
  const key = draftKey(open);
  const draft = useWorkbench((state) => state.drafts[key]);
  // A shell, another branch or another moment may have changed the file: read it again when its mark changes.
  const mark = useRun(({ detail, branch, time }) => {
    const known = detail?.id === host ? detail.files?.find((file) => file.path === path) : undefined;
    return `${known?.state ?? ''} ${known?.text ?? ''} ${branch.current} ${time.lookingBack ? time.at : ''}`;
  });
  const [file, setFile] = useState<FileState>({ state: 'reading' });
  const [diagnostics, setDiagnostics] = useState<readonly FileDiagnostic[]>([]);
  const [saved, setSaved] = useState<string>();
  const [checked, setChecked] = useState<Checked>();

  const read = useCallback(async () => {
    try {
      const answer = await client.ask({ type: 'file-read', host, path }, 'file');
      setFile({ state: 'read', file: answer });
      return answer;
    } catch (reason) {
      setFile({ state: 'refused', message: messageOf(reason) });
      return undefined;
    }
  }, [client, host, path]);

  useEffect(() => {
    let wanted = true;
    void read().then((answer) => {
      if (wanted && answer !== undefined) setDiagnostics(answer.diagnostics);
    });
    return () => {
      wanted = false;
    };
  }, [read, mark]);

  const text = draft ?? (file.state === 'read' ? file.file.text : '');

  useEffect(() => {
    if (draft === undefined) return undefined;
    let wanted = true;
    const timer = setTimeout(() => {
      client
        .ask({ type: 'file-check', host, path, text: draft }, 'diagnostics')
        .then((answer) => wanted && setDiagnostics(answer.diagnostics))
        .catch(() => undefined);
    }, CHECK_AFTER_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [client, host, path, draft]);

  return {
    file,
    text,
    unsaved: draft !== undefined,
    justSaved: saved === key && draft === undefined,
    diagnostics,
    checked,
    edit(next) {
      setSaved(undefined);
      workbench.draft(open, file.state === 'read' && next === file.file.text ? undefined : next);
    },
    check() {
      client
        .ask({ type: 'file-check', host, path, text }, 'diagnostics')
        .then((answer) => {
          setChecked(answer);
          setDiagnostics(answer.diagnostics);
        })
        .catch((reason: unknown) => toast.error(messageOf(reason)));
    },
    save() {
      client
        .ask(
          { type: 'file-save', host, path, text, ...(terminal === undefined ? {} : { terminal }) },
          'saved',
        )
        .then(async (answer) => {
          setDiagnostics(answer.diagnostics);
          // The draft goes when the saved text is there: the editor never shows the old one between.
          await read();
          if (workbench.getState().drafts[key] === text) workbench.draft(open, undefined);
          setSaved(key);
        })
        .catch((reason: unknown) => toast.error(messageOf(reason)));
    },
    revert: () => workbench.draft(open, undefined),
    dismiss: () => setChecked(undefined),
  };
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : 'That did not work.';
}
