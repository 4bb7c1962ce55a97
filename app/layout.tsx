import '@fontsource/ibm-plex-sans/400.css';
import '@fontsource/ibm-plex-sans/500.css';
import '@fontsource/ibm-plex-sans/600.css';
import '@fontsource/ibm-plex-mono/400.css';
import '@fontsource/ibm-plex-mono/500.css';
import '@fontsource/ibm-plex-mono/600.css';
import './globals.css';
// Here and not beside the maps: a link that is pointed at would preload them, and the browser complain of each that is not used.
import '@xyflow/react/dist/base.css';
import '@/components/canvas/topology-canvas.css';
import '@/components/sandbox/build-canvas.css';
import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { ThemeSync } from '@/components/ui/theme-sync';
import { Toasts } from '@/components/ui/toasts';

export const metadata: Metadata = {
  title: { default: 'Faultline', template: '%s · Faultline' },
  description: 'Be on call for machines that break the way real ones do.',
};

/** Sets the theme before the first paint; the key is the one of lib/client/preferences. */
const THEME_BEFORE_PAINT = `try{var t=JSON.parse(localStorage.getItem('faultline.preferences')||'{}').state?.theme}catch{}document.documentElement.dataset.theme=t==='light'||t==='dark'?t:matchMedia('(prefers-color-scheme: light)').matches?'light':'dark'`;

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        {/* oxlint-disable-next-line react/no-danger -- a constant of this file */}
        <script dangerouslySetInnerHTML={{ __html: THEME_BEFORE_PAINT }} />
      </head>
      <body>
        {children}
        <ThemeSync />
        <Toasts />
      </body>
    </html>
  );
}
