import { readFileSync } from 'node:fs'

/** The pages as the application lists them, so that one that is new is tested without being named here. */
const LINE = /path: '([^']+)',\s*name: '([^']+)'/g

export const PAGES = [...readFileSync(new URL('../src/app/pages.ts', import.meta.url), 'utf8').matchAll(LINE)].map(([, path, name]) => ({ path, name }))
/** What is looked at: the pages, and parts of them that fill the screen. */
export const PLACES = [...PAGES, { path: '/system?view=audit', name: 'audit' }]
export const pageNamed = (name) => PLACES.find((page) => page.name === name)
