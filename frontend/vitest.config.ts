import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Apart from vite.config.ts, so that a build needs none of the test packages.
export default defineConfig({
  plugins: [react()],
  define: { DASHBOARD_VERSION: JSON.stringify('test') },
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test/setup.ts'],
    css: { modules: { classNameStrategy: 'non-scoped' } },
    testTimeout: 30_000, // a busy machine is no fault of the page
    maxWorkers: 2,
  },
})
