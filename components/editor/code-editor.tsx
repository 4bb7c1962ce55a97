'use client';

import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, indentOnInput, indentUnit } from '@codemirror/language';
import { type Diagnostic, forEachDiagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, RangeSetBuilder, type Text } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import { useEffect, useRef } from 'react';
import type { FileDiagnostic } from '@/lib/session/messages';
import { editorTheme } from './editor-theme';
import { indentOfText, languageNamed } from './languages';

export interface CodeEditorProps {
  text: string;
  language: string;
  label: string;
  readOnly: boolean;
  diagnostics: readonly FileDiagnostic[];
  /** To be shown, selected and worked on; `onShown` when that is done, so that it is not done again. */
  line: number | undefined;
  onChange(text: string): void;
  onSave(): void;
  onShown(): void;
}

/** One CodeMirror. Escape and then Tab leaves it; who only passes by with Tab changes nothing. */
export function CodeEditor({
  text,
  language,
  label,
  readOnly,
  diagnostics,
  line,
  onChange,
  onSave,
  onShown,
}: CodeEditorProps) {
  const frame = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(undefined);
  const locked = useRef(new Compartment());
  const latest = useRef({ onChange, onSave, onShown });
  const first = useRef({ text, readOnly });
  useEffect(() => {
    latest.current = { onChange, onSave, onShown };
    first.current = { text, readOnly };
  });

  useEffect(() => {
    if (frame.current === null) return undefined;
    const known = languageNamed(language);
    const view = new EditorView({
      parent: frame.current,
      state: EditorState.create({
        doc: first.current.text,
        extensions: [
          lineNumbers(),
          lintGutter(),
          history(),
          drawSelection(),
          bracketMatching(),
          indentOnInput(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          highlightSelectionMatches(),
          indentUnit.of(indentOfText(first.current.text)),
          EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
          keymap.of([
            { key: 'Mod-s', preventDefault: true, run: () => (latest.current.onSave(), true) },
            indentWithTab,
            ...searchKeymap,
            ...historyKeymap,
            ...defaultKeymap,
          ]),
          locked.current.of(EditorState.readOnly.of(first.current.readOnly)),
          passingBy(),
          errorLines,
          editorTheme,
          ...(known === undefined ? [] : [known]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !update.transactions.some((change) => change.isUserEvent('outside')))
              latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    editor.current = view;
    // The list in which the file was chosen is gone: go on where its text is.
    if (document.activeElement === document.body) view.focus();
    return () => {
      editor.current = undefined;
      view.destroy();
    };
  }, [language, label]);

  useEffect(() => {
    const view = editor.current;
    if (view === undefined || view.state.doc.toString() === text) return;
    view.dispatch({ changes: changedPart(view.state.doc.toString(), text), userEvent: 'outside' });
  }, [text, language, label]);

  useEffect(() => {
    editor.current?.dispatch({ effects: locked.current.reconfigure(EditorState.readOnly.of(readOnly)) });
  }, [readOnly, language, label]);

  useEffect(() => {
    const view = editor.current;
    if (view !== undefined) view.dispatch(setDiagnostics(view.state, placed(view.state.doc, diagnostics)));
  }, [diagnostics, text, language, label]);

  useEffect(() => {
    const view = editor.current;
    if (view === undefined || line === undefined) return;
    const { from, to } = view.state.doc.line(Math.max(1, Math.min(line, view.state.doc.lines)));
    view.dispatch({
      selection: { anchor: from, head: to },
      effects: EditorView.scrollIntoView(from, { y: 'center' }),
    });
    view.focus();
    latest.current.onShown();
  }, [line, language, label]);

  return <div ref={frame} className="min-h-0 flex-1 overflow-hidden" />;
}

/** Tab indents once somebody is at work here (a key, a click); before that it goes on to what comes next. */
function passingBy() {
  let clicked = false;
  return EditorView.domEventHandlers({
    mousedown(_event, view) {
      clicked = true;
      view.setTabFocusMode(false);
    },
    focus(_event, view) {
      view.setTabFocusMode(!clicked);
      clicked = false;
    },
    keydown({ key }, view) {
      if (!['Tab', 'Shift', 'Control', 'Escape'].includes(key)) view.setTabFocusMode(false);
    },
  });
}

/** What lies between the beginning and the end that two texts share: caret and scrolling stay where they are. */
function changedPart(before: string, after: string): { from: number; to: number; insert: string } {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}

/** The daemon counts lines from 1 and sometimes names one that is gone: then the last line is marked. */
function placed(doc: Text, diagnostics: readonly FileDiagnostic[]): Diagnostic[] {
  const located = diagnostics.filter(({ line }) => line > 0);
  return located.map(({ severity, line, column, endColumn, message }) => {
    const { from, to, text } = doc.line(Math.max(1, Math.min(line, doc.lines)));
    const indent = text.length - text.trimStart().length;
    const start = column === undefined ? from + indent : Math.min(to, from + column - 1);
    const end = endColumn === undefined ? to : Math.min(to, from + endColumn - 1);
    return {
      from: start,
      to: Math.max(start, end),
      severity: severity === 'notice' ? 'info' : severity,
      message,
    };
  });
}

/** Tints whole lines that carry an error, as the lint gutter alone is easily missed. */
const errorLines = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet = Decoration.none;
    update(update: ViewUpdate) {
      if (update.docChanged || update.transactions.some(({ effects }) => effects.length > 0))
        this.decorations = tinted(update.state);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function tinted(state: EditorState): DecorationSet {
  const starts = new Set<number>();
  forEachDiagnostic(state, ({ severity }, from) => {
    if (severity === 'error') starts.add(state.doc.lineAt(Math.min(from, state.doc.length)).from);
  });
  const builder = new RangeSetBuilder<Decoration>();
  for (const start of [...starts].sort((a, b) => a - b))
    builder.add(start, start, Decoration.line({ class: 'cm-error-line' }));
  return builder.finish();
}
