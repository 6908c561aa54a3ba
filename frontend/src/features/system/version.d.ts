/** The version of the build (vite.config.ts). */
declare const DASHBOARD_VERSION: string
