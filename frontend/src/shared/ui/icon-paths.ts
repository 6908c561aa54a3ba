/** Line icons on a 24 px grid, drawn for this dashboard: fewer bytes to install and load than an icon package. */
export const ICON_PATHS = {
  search: 'M4 11a7 7 0 1 0 14 0a7 7 0 1 0-14 0M20 20l-4-4',
  sun: 'M8 12a4 4 0 1 0 8 0a4 4 0 1 0-8 0M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4',
  moon: 'M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5Z',
  close: 'M6 6l12 12M18 6 6 18',
  more: 'M4 12a1 1 0 1 0 2 0a1 1 0 1 0-2 0M11 12a1 1 0 1 0 2 0a1 1 0 1 0-2 0M18 12a1 1 0 1 0 2 0a1 1 0 1 0-2 0',
  keyboard: 'M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M7 14h10',
  warn: 'M12 4 2.5 20h19ZM12 10v4M12 17v.2',
  info: 'M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0M12 11v5M12 8v.2',
  off: 'm3 3 18 18M8.5 16.5a5 5 0 0 1 7 0M5 13a10 10 0 0 1 5-2.7M19 13a10 10 0 0 0-3-2.2M2 9a15 15 0 0 1 4-2.6M22 9a15 15 0 0 0-11-4M12 20v.2',
  retry: 'M4 12a8 8 0 1 0 3-6.2M4 4v4h4',
  play: 'M7 4v16l13-8Z',
  lock: 'M5 11h14v9H5zM8 11V8a4 4 0 0 1 8 0v3',
  table: 'M4 5h16v14H4zM4 10h16M4 14.5h16M10 10v9',
  clock: 'M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0M12 7v5l3 2',
} as const

export type IconName = keyof typeof ICON_PATHS
