/** CodeMirror in the house's tokens: one theme for both, as the tokens change underneath. */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const look = EditorView.theme({
  '&': { height: '100%', fontSize: '12px', color: 'var(--text)', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none', boxShadow: 'inset 2px 0 0 var(--selected)' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.62', overflow: 'auto' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--text)' },
  // Long lines pass under the numbers when the text is scrolled sideways.
  '.cm-gutters': {
    backgroundColor: 'var(--ink-1)',
    color: 'var(--faint)',
    border: 'none',
    paddingLeft: '4px',
  },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '26px', paddingRight: '8px' },
  '.cm-activeLine, .cm-activeLineGutter': {
    backgroundColor: 'color-mix(in srgb, var(--ink-3) 45%, transparent)',
  },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'var(--selected-soft)',
  },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-selectionMatch': { backgroundColor: 'color-mix(in srgb, var(--risk) 22%, transparent)' },
  '.cm-matchingBracket': { backgroundColor: 'var(--ink-3)', outline: '1px solid var(--line-strong)' },
  '.cm-gutter-lint': { width: '10px' },
  '.cm-gutter-lint .cm-gutterElement': { padding: '0' },
  '.cm-lint-marker': { width: '8px', height: '8px', marginTop: '6px' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--broken-strong) 1px',
    textUnderlineOffset: '3px',
  },
  '.cm-lintRange-warning': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--risk) 1px',
    textUnderlineOffset: '3px',
  },
  '.cm-lintRange-info': {
    backgroundImage: 'none',
    textDecoration: 'underline dotted var(--selected) 1px',
    textUnderlineOffset: '3px',
  },
  '.cm-error-line': {
    backgroundColor: 'color-mix(in srgb, var(--broken-strong) 14%, transparent)',
    boxShadow: 'inset 2px 0 0 var(--broken-strong)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--ink-2)',
    border: '1px solid var(--line-strong)',
    borderRadius: '8px',
    color: 'var(--text)',
    maxWidth: '40ch',
  },
  '.cm-diagnostic': {
    fontFamily: 'var(--font-mono)',
    fontSize: '11.5px',
    padding: '5px 9px',
    borderLeft: 'none',
  },
  '.cm-panels': { backgroundColor: 'var(--ink-2)', color: 'var(--text)', borderColor: 'var(--line)' },
  '.cm-panels input, .cm-panels button': {
    backgroundColor: 'var(--ink-0)',
    backgroundImage: 'none',
    color: 'var(--text)',
    border: '1px solid var(--line-strong)',
    borderRadius: '5px',
  },
  '.cm-panel.cm-search': { padding: '8px 28px 8px 10px', fontFamily: 'var(--font-sans)' },
  '.cm-panel.cm-search input, .cm-panel.cm-search button, .cm-panel.cm-search label': {
    fontSize: '12px',
    margin: '2px 6px 2px 0',
  },
  '.cm-panel.cm-search .cm-textfield': { padding: '3px 7px', width: '13em' },
  '.cm-panel.cm-search .cm-button': { padding: '3px 8px' },
  '.cm-panel.cm-search .cm-button:hover': { backgroundColor: 'var(--ink-3)' },
  '.cm-panel.cm-search input[type=checkbox]': {
    margin: '0 5px 0 0',
    verticalAlign: '-2px',
    accentColor: 'var(--selected)',
  },
  '.cm-panel.cm-search [name=close]': {
    top: '6px',
    right: '8px',
    margin: '0',
    padding: '0 6px',
    border: 'none',
    backgroundColor: 'transparent',
    color: 'var(--muted)',
    fontSize: '18px',
  },
});

const colours = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--code-comment)', fontStyle: 'italic' },
  { tag: tags.heading, color: 'var(--code-name)', fontWeight: '600' },
  { tag: tags.keyword, color: 'var(--code-keyword)' },
  { tag: tags.propertyName, color: 'var(--code-name)' },
  { tag: tags.variableName, color: 'var(--code-name)' },
  { tag: tags.string, color: 'var(--code-string)' },
  { tag: tags.number, color: 'var(--code-number)' },
  { tag: tags.punctuation, color: 'var(--muted)' },
]);

export const editorTheme = [look, syntaxHighlighting(colours)];
