/** @type {import('next').NextConfig} */
export default {
  output: 'standalone',
  reactStrictMode: true,
  poweredByHeader: false,
  // Types are checked by `npm run types`, once and for tests too.
  typescript: { ignoreBuildErrors: true },
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  // Browsers ask for it by this name when a page has not told them of its icon yet.
  rewrites: async () => [{ source: '/favicon.ico', destination: '/icon.svg' }],
};
