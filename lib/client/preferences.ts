/** What the reader prefers, remembered in this browser: never anything about a run. */
import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export type Theme = 'system' | 'dark' | 'light';
type Layouts = Readonly<Record<string, Readonly<Record<string, number>>>>;

interface Preferences {
  theme: Theme;
  /** Panel sizes by group, in percent. */
  layouts: Layouts;
  /** Dots of requests; off shows counters on the links, as reduced motion does. */
  dots: boolean;
  diff: 'split' | 'unified';
  setTheme(theme: Theme): void;
  setLayout(group: string, layout: Readonly<Record<string, number>>): void;
  setDots(dots: boolean): void;
  setDiff(diff: 'split' | 'unified'): void;
  forgetLayouts(): void;
}

/** The key is also read by the inline script of `app/layout.tsx`, before the first paint. */
export const PREFERENCES_KEY = 'faultline.preferences';

export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      theme: 'system',
      layouts: {},
      dots: true,
      diff: 'unified',
      setTheme: (theme) => set({ theme }),
      setLayout: (group, layout) => set(({ layouts }) => ({ layouts: { ...layouts, [group]: layout } })),
      setDots: (dots) => set({ dots }),
      setDiff: (diff) => set({ diff }),
      forgetLayouts: () => set({ layouts: {} }),
    }),
    {
      name: PREFERENCES_KEY,
      version: 1,
      partialize: ({ theme, layouts, dots, diff }) => ({ theme, layouts, dots, diff }),
    },
  ),
);
