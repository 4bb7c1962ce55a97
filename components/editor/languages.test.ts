import { insertNewlineAndIndent } from '@codemirror/commands';
import { indentUnit } from '@codemirror/language';
import { EditorState, type Transaction } from '@codemirror/state';
import { expect, test } from 'vitest';
import { indentOfText, languageNamed } from './languages';

/** The text after Enter at `|`, with the caret as `|`. */
function entered(language: string, text: string): string {
  const at = text.indexOf('|');
  const doc = text.replace('|', '');
  let state = EditorState.create({
    doc,
    selection: { anchor: at },
    extensions: [languageNamed(language) ?? [], indentUnit.of(indentOfText(doc))],
  });
  insertNewlineAndIndent({ state, dispatch: (change: Transaction) => (state = change.state) });
  const { head } = state.selection.main;
  const after = state.doc.toString();
  return `${after.slice(0, head)}|${after.slice(head)}`;
}

test('a new line is indented behind an opened block, and not behind a closed one', () => {
  expect(entered('keepalived', 'vrrp_instance VI_1 {|')).toBe('vrrp_instance VI_1 {\n    |');
  expect(entered('keepalived', 'a {\n  b 1\n}\nc {| # why')).toBe('a {\n  b 1\n}\nc {\n  |# why');
  expect(entered('nftables', 'table inet filter {\n\tchain input {|\n\t}\n}')).toBe(
    'table inet filter {\n\tchain input {\n\t\t|\n\t}\n}',
  );
  expect(entered('nginx', 'server {|}')).toBe('server {\n    |\n}');
  expect(entered('nginx', 'server {\n    listen 80;\n}|')).toBe('server {\n    listen 80;\n}\n|');
  expect(entered('nftables', '\tip saddr { 10.0.0.1 } accept|')).toBe('\tip saddr { 10.0.0.1 } accept\n\t|');
});

test('a section of HAProxy indents what stands in it; elsewhere a line is as the one above', () => {
  expect(entered('haproxy', 'backend app|')).toBe('backend app\n    |');
  expect(entered('haproxy', 'backend app\n  mode http|')).toBe('backend app\n  mode http\n  |');
  expect(entered('ini', '[Service]|')).toBe('[Service]\n|');
});
