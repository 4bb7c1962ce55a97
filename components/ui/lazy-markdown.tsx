'use client';

import dynamic from 'next/dynamic';

/** Markdown, with its parser loaded after the page. */
export const LazyMarkdown = dynamic(() => import('./markdown').then((module) => module.Markdown));
