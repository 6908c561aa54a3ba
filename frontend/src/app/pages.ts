/** The pages that exist: navigation shows these and no others. */
export const PAGES = [{ path: '/', name: 'board' }] as const
