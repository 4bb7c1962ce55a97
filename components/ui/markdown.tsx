'use client';

import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';

/** A heading inside a panel is below the panel's own. Links leave the page alone. */
const COMPONENTS: Components = {
  h1: ({ children }) => <h3>{children}</h3>,
  h2: ({ children }) => <h3>{children}</h3>,
  h3: ({ children }) => <h4>{children}</h4>,
  a: ({ children, href }) => (
    <a href={href} target="_blank" rel="noreferrer">
      {children}
    </a>
  ),
};
const PLUGINS = [remarkGfm];

/** Markdown of scenarios; raw HTML in it is shown as text. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className="prose-text">
      <ReactMarkdown components={COMPONENTS} remarkPlugins={PLUGINS}>
        {text}
      </ReactMarkdown>
    </div>
  );
}
