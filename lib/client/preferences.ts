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
  /** Of briefs and debriefs that come in several; undefined is the scenario's own. */
  language: string | undefined;
  /** The guided tour: opens by itself until it was seen or declined once. */
  tour: 'unseen' | 'seen';
  setTheme(theme: Theme): void;
  setLayout(group: string, layout: Readonly<Record<string, number>>): void;
  setDots(dots: boolean): void;
  setDiff(diff: 'split' | 'unified'): void;
  setLanguage(language: string): void;
  setTour(tour: 'unseen' | 'seen'): void;
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
      language: undefined,
      tour: 'unseen',
      setTheme: (theme) => set({ theme }),
      setLayout: (group, layout) => set(({ layouts }) => ({ layouts: { ...layouts, [group]: layout } })),
      setDots: (dots) => set({ dots }),
      setDiff: (diff) => set({ diff }),
      setLanguage: (language) => set({ language }),
      setTour: (tour) => set({ tour }),
      forgetLayouts: () => set({ layouts: {} }),
    }),
    {
      name: PREFERENCES_KEY,
      version: 1,
      partialize: ({ theme, layouts, dots, diff, language, tour }) => ({
        theme,
        layouts,
        dots,
        diff,
        language,
        tour,
      }),
    },
  ),
);
